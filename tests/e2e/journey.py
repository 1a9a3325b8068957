"""What the end-to-end tests say of a page and of what Pinterest got, in a few words."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from playwright.sync_api import Page

from tests.e2e.sandbox_client import Sandbox

#: Records outcomes in the page, before the SDK arrives.
WATCH = """<script>
window.outcomes = [];
for (const name of ["delivered", "refused", "held", "problem"])
  addEventListener("edgee:" + name, (event) => outcomes.push({outcome: name, ...event.detail}));
for (const name of ["loaded", "ready"])
  addEventListener("edgee:" + name, () => (window[name] = (window[name] || 0) + 1));
</script>"""


def hashed(text: str) -> str:
    """Lower-case hex SHA-256, as Pinterest wants it."""
    return sha256(text.encode()).hexdigest()


def flush(page: Page) -> dict[str, Any]:
    """Have everything delivered, and say what became of it."""
    summary: dict[str, Any] = page.evaluate("edgee.flush()")
    return summary


def arrived(sandbox: Sandbox, count: int = 1) -> list[dict[str, Any]]:
    """The conversion events at Pinterest, once at least `count` are there."""
    return [entry["event"] for entry in sandbox.wait_for(count)]


def settled(page: Page, sandbox: Sandbox, count: int) -> list[dict[str, Any]]:
    """The conversion events when nothing more can come: flushed, and exactly `count`."""
    summary = flush(page)
    assert not summary.get("waiting"), summary
    events = arrived(sandbox, count) if count else [entry["event"] for entry in sandbox.events()]
    assert len(events) == count, events
    return events


def stored(page: Page, key: str) -> Any:
    """What the device keeps under a key, parsed."""
    text = page.evaluate("key => localStorage.getItem(key)", key)
    return None if text is None else json.loads(text)


def outcomes(page: Page, outcome: str) -> list[dict[str, Any]]:
    """The details of `edgee:delivered`, `edgee:refused` and the like, as the page heard them."""
    found: list[dict[str, Any]] = page.evaluate(
        "outcome => outcomes.filter((each) => each.outcome === outcome)", outcome
    )
    return found


def names(events: list[dict[str, Any]]) -> list[str]:
    """The content names: for a custom event the name it was tracked under."""
    return [event.get("custom_data", {}).get("content_name", "") for event in events]


def data_layer(collection: Any) -> str:
    """The data layer element of a page."""
    text = (
        collection if isinstance(collection, str) else json.dumps({"data_collection": collection})
    )
    return f'<script id="__EDGEE_DATA_LAYER__" type="application/json">{text}</script>'
