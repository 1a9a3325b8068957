"""The pages."""

import secrets

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from shop.edgee import report

LAMPS = {
    "dune": {"sku": "HL-101", "name": "Dune", "price": 148, "text": "Stoneware and linen."},
    "onda": {"sku": "HL-201", "name": "Onda", "price": 96, "text": "Forty pleats of paper."},
    "farol": {
        "sku": "HL-401",
        "name": "Farol",
        "price": 79,
        "text": "Thirty hours of candlelight.",
    },
}


def home(request: HttpRequest) -> HttpResponse:
    """All lamps."""
    return render(request, "home.html", {"lamps": LAMPS})


def buy(request: HttpRequest) -> HttpResponse:
    """Take an order."""
    lamp = LAMPS.get(request.POST.get("lamp", ""))
    if lamp is None:
        return redirect("home")
    order_id = f"S-{secrets.token_hex(8)}"
    order = {
        "order_id": order_id,
        "event_id": order_id,  # however often its page is shown, the order counts once
        "value": lamp["price"],
        "currency": "EUR",
        "products": [
            {"sku": lamp["sku"], "name": lamp["name"], "price": lamp["price"], "quantity": 1}
        ],
    }
    request.session["order"] = order
    report(request, "Order Completed", order)
    return redirect("thank_you")


def thank_you(request: HttpRequest) -> HttpResponse:
    """The order; a reload shows it again, and reports nothing."""
    if "order" not in request.session:
        return redirect("home")
    return render(request, "thank_you.html", {"order": request.session["order"]})
