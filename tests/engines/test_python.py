"""How Python comes to a page in each engine, and what happens where it cannot."""

from __future__ import annotations

import json
import time
from typing import Any
from uuid import uuid4

import pytest

from tests.e2e.journey import WATCH, arrived, hashed, names
from tests.e2e.network import Network
from tests.e2e.pages import OpenShop
from tests.e2e.sandbox_client import Sandbox
from tests.engines.driver import Engine, Tab, Visitor
from tests.engines.journey import NOT_SHARED, had_one_sender, settled, stored, tracked

USER = "{user_id: 'u-1', properties: {email: 'jane@example.com'}}"


def assets(network: Network) -> list[str]:
    """The names of the files of ours that browsers have asked for."""
    return [path.rpartition("/")[2] for path in network.got if "/_edgee/a/" in path]


@pytest.mark.parametrize("head", ["", NOT_SHARED], ids=["shared worker", "dedicated worker"])
def test_python_starts_from_its_snapshot_and_is_loaded_once(
    tab: Tab, engine: Engine, far: OpenShop, network: Network, sandbox: Sandbox, head: str
) -> None:
    tab.goto(far(head=head + WATCH))
    tab.wait_for("window.ready")
    settled(tab, sandbox, 1)
    assert assets(network).count("snapshot.bin") == 1
    assert "python.zip" not in assets(network), "it starts without its snapshot"
    network.got.clear()
    tab.goto(far(head=head + WATCH, path="/t/two.html"))
    tab.wait_for("window.ready")
    settled(tab, sandbox, 2)
    assert "python.zip" not in assets(network)
    if not head or engine.keeps_files:
        assert assets(network) == []


def test_without_shared_workers_each_tab_has_its_own_python(
    visitor: Visitor, far: OpenShop, network: Network, sandbox: Sandbox
) -> None:
    one, two = visitor.new_tab(), visitor.new_tab()
    for tab in (one, two):
        tab.goto(far(head=NOT_SHARED + WATCH))
        tab.wait_for("window.ready")
    network.delay = 0.1
    one.evaluate(f"edgee.user({USER}).flush()")
    one.evaluate("void edgee.track('one')")
    two.evaluate("void edgee.track('two')")
    one.evaluate("edgee.flush()")
    events = settled(two, sandbox, 5)
    assert tracked(events) == ["one", "two"]
    for event in events:
        if event["event_name"] == "custom":
            assert event["user_data"]["em"] == [hashed("jane@example.com")]
    assert had_one_sender(network)


def test_a_relay_on_another_origin_serves_the_pages(
    tab: Tab, shop: OpenShop, sandbox: Sandbox
) -> None:
    tab.goto(shop(head=WATCH, cross_origin=True))
    tab.wait_for("window.ready === 1")
    tab.evaluate(f"void edgee.user({USER})")
    settled(tab, sandbox, 2)
    tab.goto(shop(head=WATCH, cross_origin=True, path="/t/two.html"))
    tab.evaluate("void edgee.track('two')")
    events = settled(tab, sandbox, 4)
    assert tracked(events) == ["two"]
    assert events[-1]["user_data"]["em"] == [hashed("jane@example.com")]
    assert events[-1]["event_source_url"].startswith("http://elsewhere.localhost")


@pytest.mark.parametrize("head", ["", NOT_SHARED], ids=["shared worker", "dedicated worker"])
def test_without_webassembly_the_relay_does_the_work_at_once(
    without_webassembly: Tab, shop: OpenShop, sandbox: Sandbox, head: str
) -> None:
    tab = without_webassembly
    start = time.monotonic()
    tab.goto(shop(head=head + WATCH))
    assert tab.evaluate("typeof WebAssembly") == "undefined"
    tab.evaluate(f"void edgee.user({USER}).track('raw')")
    *_, raw = arrived(sandbox, 3)
    assert time.monotonic() - start < 15, "the page has waited for a worker that cannot answer"
    assert raw["user_data"]["em"] == [hashed("jane@example.com")]
    assert raw["user_data"]["client_user_agent"] == tab.evaluate("navigator.userAgent")
    tab.goto(shop(head=head + WATCH, path="/t/two.html"))
    events = settled(tab, sandbox, 4)
    assert events[-1]["user_data"]["em"] == [hashed("jane@example.com")]
    assert stored(tab, "_edgee")["session"]["session_count"] == 1
    assert stored(tab, "_edgee_journal") is None
    assert tab.evaluate("window.ready") is None, "Python did start"


@pytest.mark.parametrize("head", ["", NOT_SHARED], ids=["shared worker", "dedicated worker"])
def test_python_runs_where_a_page_lets_no_webassembly_be_made(
    tab: Tab, far: OpenShop, network: Network, sandbox: Sandbox, head: str
) -> None:
    """A worker of the page's own origin is under its own answer's policy, and the relay's answers have none."""
    policy = "script-src 'self' 'unsafe-inline'; worker-src 'self'; connect-src 'self'"
    network.headers = {"Content-Security-Policy": policy}
    tries = (
        "<script>try { new Function('') } catch (error) { window.forbidden = error.name }</script>"
    )
    tab.goto(far(head=head + tries + WATCH))
    tab.wait_for("window.ready")
    assert tab.evaluate("window.forbidden") == "EvalError"
    settled(tab, sandbox, 1)


def keep(**texts: object) -> str:
    """Puts what an earlier page, of whatever version, has left on the device."""
    items = json.dumps({f"_edgee{name}": text for name, text in texts.items()})
    return f"<script>Object.assign(localStorage, {items})</script>"


def call(name: str, age_ms: int) -> dict[str, Any]:
    """A tracked call as the journal has it."""
    at = time.time_ns() // 1_000_000 - age_ms
    page = {"url": "https://shop.example/old", "title": "Old", "referrer": ""}
    return {"id": str(uuid4()), "at": at, "method": "track", "arguments": [name], "page": page}


HOUR = 3_600_000


def test_what_an_earlier_page_left_arrives_and_what_is_too_old_is_refused(
    tab: Tab, shop: OpenShop, sandbox: Sandbox
) -> None:
    calls: list[Any] = [call("eight days", 8 * 24 * HOUR), call("an hour", HOUR), {"id": 7}, None]
    journal = json.dumps({"v": 1, "calls": calls}).replace(": ", ":").replace(", ", ",")
    tab.goto(shop(head=keep(_journal=journal) + WATCH))
    events = settled(tab, sandbox, 2)
    assert tracked(events) == ["an hour"]
    [late] = [event for event in events if event["event_name"] == "custom"]
    assert late["event_id"] == calls[1]["id"]
    assert late["event_time"] == pytest.approx(time.time() - 3600, abs=60)
    assert stored(tab, "_edgee_journal") is None


def test_the_state_of_edgees_own_sdk_is_read_as_far_as_it_goes(
    tab: Tab, shop: OpenShop, sandbox: Sandbox
) -> None:
    user = json.dumps({"user_id": "u-1", "properties": {"email": "jane@example.com"}})
    head = keep(**{"": "bm90IGpzb24=", "_user": user, "_journal": "garbage"})
    tab.goto(shop(head=head + WATCH))
    [visit] = settled(tab, sandbox, 1)
    assert visit["user_data"]["external_id"] == [hashed("u-1")]
    assert visit["user_data"]["em"] == [hashed("jane@example.com")]
    assert stored(tab, "_edgee")["v"] == 1


def test_a_later_versions_state_and_journal_are_left_alone(
    tab: Tab, shop: OpenShop, sandbox: Sandbox
) -> None:
    later = {"": '{"v":9,"edgee_id":"another"}', "_journal": '{"v":9,"calls":"of another make"}'}
    tab.goto(shop(head=keep(**later) + WATCH))
    tab.evaluate("void edgee.track('works')")
    assert names(settled(tab, sandbox, 2))[1] == "works"
    for name, text in later.items():
        assert tab.evaluate(f"localStorage._edgee{name}") == text
