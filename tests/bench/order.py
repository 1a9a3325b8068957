"""The call that is measured everywhere: what a shop tells of an order."""

from __future__ import annotations

import uuid
from typing import Any

PROPERTIES: dict[str, Any] = {
    "order_id": "1001",
    "currency": "EUR",
    "value": 119.8,
    "email": "someone@shop.example",
    "products": [
        {"sku": "lamp-1", "name": "A lamp", "price": 39.9, "quantity": 2},
        {"sku": "lamp-2", "name": "Another lamp", "price": 40, "quantity": 1},
    ],
}

ORDER: dict[str, Any] = {"name": "Order Completed", "properties": PROPERTIES}


def marker() -> str:
    """An order number that is found again wherever the call arrives."""
    return f"order-{uuid.uuid4().hex}"


def order(number: str) -> dict[str, Any]:
    """The same order under a number of its own."""
    return {**ORDER, "properties": {**PROPERTIES, "order_id": number}}
