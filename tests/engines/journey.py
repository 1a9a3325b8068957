"""What the journeys say of a tab and of what Pinterest got, in a few words."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from tests.e2e.journey import arrived
from tests.e2e.network import Network
from tests.e2e.sandbox_client import Sandbox
from tests.engines.driver import Tab

#: Takes SharedWorker away, which some browsers do not have.
NOT_SHARED = "<script>delete window.SharedWorker</script>"


def settled(tab: Tab, sandbox: Sandbox, count: int) -> list[dict[str, Any]]:
    """The conversion events when nothing more can come: flushed, and exactly `count`."""
    summary = tab.evaluate("edgee.flush()")
    assert not summary["waiting"], summary
    sandbox.wait_for_outbox()
    events = arrived(sandbox, count) if count else [each["event"] for each in sandbox.events()]
    assert len(events) == count, events
    assert len({event["event_id"] for event in events}) == count
    return events


def stored(tab: Tab, key: str) -> Any:
    """What the device keeps under a key, parsed."""
    return tab.evaluate(f"JSON.parse(localStorage.getItem('{key}'))")


def tracked(events: list[dict[str, Any]]) -> list[str]:
    """The names of what was tracked, sorted."""
    custom = [event for event in events if event["event_name"] == "custom"]
    return sorted(event["custom_data"]["content_name"] for event in custom)


def had_one_sender(network: Network) -> bool:
    """Whether each post of events was answered before the next one was made."""
    posts = network.posts("pinterest_capi")
    return all(before.until <= after.at for before, after in pairwise(posts))
