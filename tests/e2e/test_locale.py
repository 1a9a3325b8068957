"""Inspector and sandbox write times and numbers as the visitor's locale does, in the visitor's time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.sandbox_client import Sandbox
from tests.e2e.test_inspector import clear, event, post

#: 2026-03-01 22:05:07 UTC; in Cairo it is the day after.
MOMENT = 1772402707
ARABIC = "مصباح"


@dataclass(frozen=True)
class Place:
    """Where a visitor is, and what is expected there."""

    locale: str
    zone: str
    time: str
    day: str
    amount: str
    share: str
    counted: str


PLACES = [
    Place(
        "de-DE",
        "Europe/Berlin",
        "23:05:07",
        "Sonntag, 1. März 2026",
        "1.234,50 EUR",
        "50 %",
        "2 events",
    ),
    Place("ar-EG", "Africa/Cairo", "٠٠:٠٥:٠٧", "٢ مارس ٢٠٢٦", "١٬٢٣٤٫٥٠ EUR", "٥٠٪", "٢ events"),
    Place(
        "en-US",
        "America/New_York",
        "17:05:07",
        "Sunday, March 1, 2026",
        "EUR 1,234.50",
        "50%",
        "2 events",
    ),
]


@pytest.fixture(params=PLACES, ids=lambda place: place.locale)
def place(request: pytest.FixtureRequest) -> Place:
    """One of the places."""
    found: Place = request.param
    return found


@pytest.fixture
def page(new_context: Any, place: Place) -> Page:
    """The tab of a visitor there."""
    made: Page = new_context(locale=place.locale, timezone_id=place.zone).new_page()
    return made


def plain(text: str) -> str:
    """Without marks of direction, and with one kind of space."""
    return " ".join(re.sub(r"[\u061c\u200e\u200f\u2066-\u2069]", "", text).split())


def send(server: str) -> str:
    """Two orders; the id of the one with an amount, an e-mail address and a name from right to left."""
    event_id = str(uuid4())
    custom = {"value": "1234.5", "currency": "EUR", "content_name": ARABIC, "order_id": "1001"}
    post(
        server,
        event(event_id, "checkout", custom_data=custom, user_data={"em": ["0" * 64]}),
        event(str(uuid4()), "checkout"),
    )
    return event_id


def test_the_inspector(page: Page, server: str, sandbox: Sandbox, place: Place) -> None:
    page.goto("/_edgee/inspector")
    expect(page.locator("#connection")).to_have_text("Live")
    clear(page)
    line = page.locator(f"[data-event-id='{send(server)}']")
    # Both, or the share would be that of one.
    expect(page.locator("#events > li[data-state=delivered]")).to_have_count(2)
    assert plain(line.locator(".about").inner_text()) == f"{ARABIC} · {place.amount}"
    share = page.locator("[data-identifier=hashed_email] .count")
    assert plain(share.inner_text()).startswith(place.share)
    written = page.evaluate(
        "async (at) => { const { time, day } = await import('/_edgee/inspector/locale.js'); return [time(at), day(at)] }",
        MOMENT * 1000,
    )
    assert plain(written[0]).startswith(place.time)
    assert place.day in plain(written[1])
    assert re.fullmatch(r"[\d:.,٫]{12}", plain(line.locator("time").inner_text()))
    assert line.locator("time").get_attribute("title")


def test_a_name_from_right_to_left_disturbs_nothing_beside_it(
    page: Page, server: str, sandbox: Sandbox
) -> None:
    page.goto("/_edgee/inspector")
    parts = page.locator(f"[data-event-id='{send(server)}'] .about bdi")
    expect(parts).to_have_count(2)
    name, amount = parts.all()
    left, right = name.bounding_box(), amount.bounding_box()
    assert left and right
    assert left["x"] + left["width"] < right["x"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_sandbox(page: Page, server: str, sandbox: Sandbox, place: Place) -> None:
    send(server)
    sandbox.wait_for(2)
    page.goto("/_sandbox/")
    assert page.locator("html").get_attribute("lang") == "en"
    expect(page.locator(".counts")).to_contain_text(place.counted)
    assert plain(page.locator("data.value").last.inner_text()) == place.amount
    page.locator("time").first.evaluate(
        "(time, moment) => { time.dateTime = moment; localise(time.parentElement) }",
        "2026-03-01T22:05:07Z",
    )
    assert plain(page.locator("time").first.inner_text()) == place.time
    assert place.day in plain(page.locator("time").first.get_attribute("title") or "")
