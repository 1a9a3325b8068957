"""A shop in Starlette. The relay is mounted into it; its pages say who is signed in, and what was bought."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

from edgee_py.relay import RelaySettings, edgee_relay

HERE = Path(__file__).parent
SEE_OTHER = 303

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
CUSTOMERS = {"u-42": {"email": "jane@example.com", "first_name": "Jane", "last_name": "Doe"}}

templates = Jinja2Templates(HERE / "templates")


def page(request: Request, template: str, events: list[dict[str, Any]], **more: Any) -> Response:
    """A page with its data layer: the signed-in customer, and what happened on the way here."""
    user_id = request.session.get("user_id", "")
    customer = CUSTOMERS.get(user_id)
    user = {"user": {"user_id": user_id, "properties": customer}} if customer else {}
    layer = {"data_collection": {"context": user, "events": events}}
    context = {"data_layer": layer, "customer": customer, **more}
    # The page is this customer's, as it is now: no cache may show it to others or again.
    headers = {"Cache-Control": "no-store"}
    return templates.TemplateResponse(request, template, context, headers=headers)


async def home(request: Request) -> Response:
    """All lamps."""
    return page(request, "home.html", [{"type": "page", "data": "Lamps"}], lamps=LAMPS)


async def buy(request: Request) -> Response:
    """Take an order."""
    lamp = LAMPS.get(str((await request.form()).get("lamp")))
    if lamp is None:
        return RedirectResponse(request.url_for("home"), SEE_OTHER)
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
    request.session.update(order=order, is_reported=False)
    return RedirectResponse(request.url_for("thank_you"), SEE_OTHER)


async def thank_you(request: Request) -> Response:
    """The order. It is told of once: a reload shows it again, and reports nothing."""
    order = request.session.get("order")
    if order is None:
        return RedirectResponse(request.url_for("home"), SEE_OTHER)
    events: list[dict[str, Any]] = [{"type": "page", "data": "Thank you"}]
    if not request.session.get("is_reported"):
        request.session["is_reported"] = True
        events.append({"type": "track", "data": {"name": "Order Completed", "properties": order}})
    return page(request, "thank_you.html", events, order=order)


async def sign_in(request: Request) -> Response:
    """Asks for the e-mail address only: a shop of yours asks for more."""
    email = ""
    if request.method == "POST":
        email = str((await request.form()).get("email", "")).strip().lower()
        for user_id, customer in CUSTOMERS.items():
            if customer["email"] == email:
                request.session["user_id"] = user_id
                return RedirectResponse(request.url_for("home"), SEE_OTHER)
    return page(request, "sign_in.html", [{"type": "page", "data": "Sign in"}], email=email)


async def sign_out(request: Request) -> Response:
    """Forget the customer here; static/sign-out.js does so on the device."""
    request.session.clear()
    return RedirectResponse(request.url_for("home"), SEE_OTHER)


app = Starlette(
    routes=[
        Route("/", home),
        Route("/buy", buy, methods=["POST"]),
        Route("/thank-you", thank_you),
        Route("/sign-in", sign_in, methods=["GET", "POST"]),
        Route("/sign-out", sign_out, methods=["POST"]),
        Mount("/static", StaticFiles(directory=HERE.parent / "static"), name="static"),
        Mount("/_edgee", edgee_relay(RelaySettings.load(HERE.parent / "edgee.toml"))),
    ],
    middleware=[
        Middleware(
            SessionMiddleware, secret_key=os.environ.get("SHOP_SECRET") or secrets.token_hex()
        )
    ],
)
