"""What visitors do, in each engine: what arrives at Pinterest is the same."""

from __future__ import annotations

from typing import Any

from tests.e2e.journey import WATCH, arrived, hashed
from tests.e2e.pages import OpenShop
from tests.e2e.sandbox_client import Sandbox
from tests.engines.driver import Tab


def settled(tab: Tab, sandbox: Sandbox, count: int) -> list[dict[str, Any]]:
    """The conversion events when nothing more can come: flushed, and exactly `count`."""
    summary = tab.evaluate("edgee.flush()")
    assert not summary["waiting"], summary
    events = arrived(sandbox, count) if count else [each["event"] for each in sandbox.events()]
    assert len(events) == count, events
    return events


def test_a_first_visit_arrives_whole(tab: Tab, shop: OpenShop, sandbox: Sandbox) -> None:
    url = shop(head=WATCH, path="/t/first.html") + "?utm_source=pin&epik=dj0y"
    tab.goto(url)
    tab.wait_for("window.ready === 1")
    [visit] = settled(tab, sandbox, 1)
    device = tab.evaluate("JSON.parse(localStorage._edgee)")
    assert visit["event_name"] == "page_visit"
    assert visit["action_source"] == "web"
    assert visit["event_source_url"] == url
    user = visit["user_data"]
    assert user["external_id"] == [hashed(device["edgee_id"])]
    assert user["click_id"] == "dj0y"
    assert user["client_ip_address"] == "127.0.0.1"
    assert user["client_user_agent"] == tab.evaluate("navigator.userAgent")
    assert visit["event_id"] == tab.evaluate(
        "outcomes.find((o) => o.outcome === 'delivered').event_id"
    )
