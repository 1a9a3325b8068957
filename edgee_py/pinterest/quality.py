"""Match quality: how well Pinterest can attribute what is sent, and what to add next.

The identifiers are those of Pinterest's own report (`GET /ad_accounts/{id}/conversion_eqs`). Everything
here counts presence only; no value is looked at or kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, get_args

from edgee_py.pinterest.contract import ConversionEvent

Identifier = Literal[
    "hashed_email",
    "hashed_maid",
    "click_id_epik",
    "ip_address",
    "user_agent",
    "advertiser_external_id",
    "external_event_id",
    "order_id",
    "order_value",
    "product_id",
    "source_url",
]
IDENTIFIERS: tuple[Identifier, ...] = get_args(Identifier)


#: Where identifiers stand in an event's parts; `contents` may hold a product's id besides.
_OF_USER: dict[str, Identifier] = {
    "em": "hashed_email",
    "hashed_maids": "hashed_maid",
    "click_id": "click_id_epik",
    "client_ip_address": "ip_address",
    "client_user_agent": "user_agent",
    "external_id": "advertiser_external_id",
}
_OF_ORDER: dict[str, Identifier] = {
    "order_id": "order_id",
    "value": "order_value",
    "content_ids": "product_id",
}


def carried(event: ConversionEvent) -> set[Identifier]:
    """The identifiers an event carries."""
    # One pass over what is there: every event that a relay accepts is looked at.
    found: set[Identifier] = set()
    if event.get("event_id"):
        found.add("external_event_id")
    if event.get("event_source_url"):
        found.add("source_url")
    for name, value in event["user_data"].items():
        if name in _OF_USER and value:
            found.add(_OF_USER[name])
    custom_data = event.get("custom_data")
    if not custom_data:
        return found
    for name, value in custom_data.items():
        if name in _OF_ORDER and value:
            found.add(_OF_ORDER[name])
    if "product_id" not in found and any(
        each.get("id") for each in custom_data.get("contents", ())
    ):
        found.add("product_id")
    return found


@dataclass(slots=True)
class Coverage:
    """How many events of one name there were, and how many of them carried each identifier."""

    events: int = 0
    carried: dict[Identifier, int] = field(default_factory=lambda: dict.fromkeys(IDENTIFIERS, 0))

    def add(self, event: ConversionEvent) -> None:
        """Count one more event."""
        self.events += 1
        for name in carried(event):
            self.carried[name] += 1

    def share(self, identifier: Identifier) -> float:
        """The part of the events that carried an identifier, 0 to 1; 0 where there were none."""
        return self.carried[identifier] / self.events if self.events else 0.0


def coverage(events: Iterable[ConversionEvent]) -> dict[str, Coverage]:
    """Coverage by event name, as Pinterest reports it."""
    by_name: dict[str, Coverage] = {}
    for event in events:
        by_name.setdefault(event["event_name"], Coverage()).add(event)
    return by_name


@dataclass(frozen=True, slots=True)
class Advice:
    """The one thing to add next: what, to which event, how often it is there now, and how."""

    event_name: str
    identifier: Identifier
    share: float
    how: str


#: What each identifier is worth on the web, by Pinterest's recommendations ("highly recommend"
#: on all events, on checkout, or not at all), and how a site comes by it. Advertising ids are an
#: app's matter.
_WORTH: dict[Identifier, tuple[int, str]] = {
    "hashed_email": (
        10,
        "Call edgee.user({properties: {email}}) as soon as the visitor has told you.",
    ),
    "ip_address": (8, "The relay adds it; check trusted proxies, so that it sees the visitor's."),
    "user_agent": (8, "The relay adds it; check that the proxy before it passes User-Agent on."),
    "advertiser_external_id": (6, "Call edgee.user({user_id}) with your own id for the visitor."),
    "click_id_epik": (
        6,
        "No event has one yet. Visits from Pinterest's ads bring it as ?epik= in the address: check that"
        " redirects keep it.",
    ),
    "external_event_id": (5, "Give events an event_id, the same as in Pinterest's tag."),
    "product_id": (5, "Give products with the ids of your catalogue."),
    "order_value": (5, "Give value or products with prices, and currency."),
    "order_id": (4, "Give order_id: Pinterest removes duplicates by it."),
    "source_url": (3, "Give the page's address: context.page.url."),
}

_LABELS: dict[Identifier, str] = {
    "hashed_email": "E-mail (hashed)",
    "ip_address": "IP address",
    "user_agent": "User agent",
    "advertiser_external_id": "External id (hashed)",
    "click_id_epik": "Click id (epik)",
    "external_event_id": "Event id",
    "product_id": "Product ids",
    "order_value": "Value",
    "order_id": "Order id",
    "source_url": "Page address",
}

#: Identifiers that only some events can have.
_APPLIES: dict[Identifier, frozenset[str]] = {
    "order_id": frozenset(("checkout",)),
    "order_value": frozenset(("checkout", "add_to_cart", "initiate_checkout")),
    "product_id": frozenset(
        ("checkout", "add_to_cart", "initiate_checkout", "add_to_wishlist", "view_content")
    ),
}


def lacking(event: ConversionEvent) -> frozenset[Identifier]:
    """The identifiers that would help an event and that it does not carry.

    Of a page view nobody expects an order's; but whatever says something of a trade should say all,
    also under a name of the site's own.
    """
    custom_data = event.get("custom_data", {})
    trades = any(custom_data.get(name) for name in ("value", "order_id", "contents"))
    has = carried(event)

    def is_expected(name: Identifier) -> bool:
        applies = event["event_name"] in _APPLIES.get(name, (event["event_name"],))
        return applies or (trades and name != "order_id")

    return frozenset(name for name in _WORTH if name not in has and is_expected(name))


@dataclass(frozen=True, slots=True)
class Guide:
    """What a person reads about an identifier. rare: only some visitors have it; one event proves it works."""

    name: Identifier
    label: str
    worth: int
    how: str
    rare: bool


def guide() -> list[Guide]:
    """The identifiers of the web, the most helpful first."""
    return [
        Guide(name, _LABELS[name], worth, how, name == "click_id_epik")
        for name, (worth, how) in _WORTH.items()
    ]


def next_best(by_name: dict[str, Coverage]) -> Advice | None:
    """What would raise the match quality most: by worth, by how many events lack it. None if nothing.

    A click id is missing by right from all who did not come from Pinterest; it is advised only where
    no event at all has one.
    """
    has_click_ids = any(each.carried["click_id_epik"] for each in by_name.values())
    best: Advice | None = None
    most = 0.0
    for event_name, each in by_name.items():
        for identifier, (worth, how) in _WORTH.items():
            if event_name not in _APPLIES.get(identifier, (event_name,)):
                continue
            if identifier == "click_id_epik" and has_click_ids:
                continue
            gain = worth * (each.events - each.carried[identifier])
            if gain > most:
                most = gain
                best = Advice(event_name, identifier, each.share(identifier), how)
    return best
