"""A worker lives as long as the visit: what it holds must not grow with what it has sent."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

from tests.bench.order import ORDER
from tests.e2e.pages import OpenShop
from tests.e2e.sandbox_client import Sandbox
from tests.measured_worker import MeasuredWorker

EVENTS = 2500

#: The ids of the last 10,000 calls are remembered; that many bytes an event they may take until then.
REMEMBERED = 100


def test_the_worker_does_not_grow_with_the_events_it_sends(
    page: Page, pages: Path, server: str, shop: OpenShop, sandbox: Sandbox
) -> None:
    page.goto(shop(tag=""))
    worker = MeasuredWorker(page, pages, server)
    worker.feed(500, ORDER)
    before = worker.held()
    worker.feed(EVENTS, ORDER)
    after = worker.held()
    assert len(sandbox.wait_for(500 + EVENTS)) == 500 + EVENTS
    assert after.heap == before.heap
    assert after.references == before.references
    assert after.touched - before.touched < EVENTS * REMEMBERED
