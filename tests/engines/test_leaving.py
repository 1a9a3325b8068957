"""A page that is left at once, in each engine: its call arrives, once."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.e2e.journey import WATCH, arrived, hashed
from tests.e2e.network import Network
from tests.e2e.pages import OpenShop
from tests.e2e.sandbox_client import Sandbox
from tests.engines.driver import PATIENCE, Engine, Tab, Visitor
from tests.engines.journey import NOT_SHARED, settled, tracked

#: Makes a call and leaves in the same go, as the handler of a button may.
BUY = """<script>
function buy() {
  edgee.user({properties: {email: "jane@example.com"}}).track("bye");
  location.href = "/t/thanks.html";
}
</script>"""


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for something that happens outside the browser."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


#: Which worker there is, and whether Python runs in it by then.
LEFT = [
    pytest.param("", False, id="shared worker, before Python is there"),
    pytest.param("", True, id="shared worker"),
    pytest.param(NOT_SHARED, True, id="dedicated worker"),
]


@pytest.mark.parametrize(("head", "is_ready"), LEFT)
def test_a_call_right_before_the_next_page_arrives_once(
    tab: Tab, shop: OpenShop, sandbox: Sandbox, head: str, is_ready: bool
) -> None:
    shop(path="/t/thanks.html", head=head + WATCH)
    tab.goto(shop(head=head + WATCH + BUY))
    if is_ready:
        tab.wait_for("window.ready")
    tab.evaluate("void setTimeout(buy)")
    tab.wait_for("location.pathname === '/t/thanks.html' && window.edgee?.load")
    events = settled(tab, sandbox, 4)
    assert tracked(events) == ["bye"]
    [bye] = [event for event in events if event["event_name"] == "custom"]
    assert bye["user_data"]["em"] == [hashed("jane@example.com")]
    assert bye["event_source_url"].endswith("/t/index.html")


@pytest.mark.parametrize(("head", "is_ready"), LEFT)
def test_a_call_right_before_the_tab_is_closed_arrives_once(
    visitor: Visitor, shop: OpenShop, sandbox: Sandbox, head: str, is_ready: bool
) -> None:
    tab = visitor.new_tab()
    tab.goto(shop(head=head + WATCH))
    if is_ready:
        tab.wait_for("window.ready")
    tab.evaluate("void edgee.track('closing')")
    tab.close()
    assert tracked(arrived(sandbox, 2)) == ["closing"]
    tab = visitor.new_tab()
    tab.goto(shop(head=head + WATCH, path="/t/two.html"))
    assert tracked(settled(tab, sandbox, 3)) == ["closing"]


#: The lock of those who send.
NOBODY_HOLDS_IT = """
    navigator.locks.query().then(({held}) => !held.some(({name}) => name.startsWith("edgee ")))
"""
NO_WORKERS = "<script>delete window.SharedWorker; delete window.Worker</script>"


@pytest.mark.parametrize(
    "head", ["", NOT_SHARED, NO_WORKERS], ids=["shared worker", "dedicated worker", "no worker"]
)
def test_pages_that_are_left_while_they_send_keep_no_other_from_it(
    tab: Tab, far: OpenShop, network: Network, sandbox: Sandbox, head: str
) -> None:
    """A page in the back/forward cache is asleep: what it holds, a lock for one, nobody else can have."""
    two = far(path="/t/two.html", head=head + WATCH)
    one = far(head=head + WATCH)
    tab.goto(one)
    settled(tab, sandbox, 1)
    network.delay = 1
    posts = len(network.posted)
    tab.evaluate("void edgee.track('on its way')")
    wait_until(lambda: len(network.posted) > posts)
    tab.evaluate(f"void setTimeout(() => (location.href = '{two}'))")
    tab.wait_for("location.pathname === '/t/two.html' && document.readyState === 'complete'")
    network.delay = 0
    settled(tab, sandbox, 3)
    tab.wait_for(NOBODY_HOLDS_IT)
    network.delay = 1
    tab.evaluate("void edgee.track('on its way back')")
    tab.evaluate("void setTimeout(() => history.back())")
    tab.wait_for("location.pathname === '/t/index.html' && document.readyState === 'complete'")
    network.delay = 0
    tab.evaluate("void edgee.track('back')")
    summary = tab.evaluate("edgee.flush()")
    assert not summary["waiting"], summary
    tab.wait_for(NOBODY_HOLDS_IT)
    custom = sandbox.wait_for(3, lambda each: each["event"]["event_name"] == "custom")
    events = [each["event"] for each in custom]
    assert tracked(events) == ["back", "on its way", "on its way back"]


@pytest.mark.parametrize("head", ["", NOT_SHARED], ids=["shared worker", "dedicated worker"])
def test_a_page_that_is_gone_back_to_goes_on(
    tab: Tab, engine: Engine, shop: OpenShop, sandbox: Sandbox, head: str
) -> None:
    note = (
        "<script>addEventListener('pageshow', (event) => (window.kept = event.persisted))</script>"
    )
    shop(path="/t/two.html", head=head)
    tab.goto(shop(head=head + WATCH + note))
    tab.evaluate("void edgee.track('before')")
    settled(tab, sandbox, 2)
    # What its first showing has noted says nothing of the second, which may be told of after the page is there.
    tab.evaluate("void (delete window.kept, setTimeout(() => (location.href = '/t/two.html')))")
    tab.wait_for("location.pathname === '/t/two.html' && document.readyState === 'complete'")
    tab.evaluate("void setTimeout(() => history.back())")
    tab.wait_for("location.pathname === '/t/index.html' && document.readyState === 'complete'")
    [kept] = tab.wait_for("'kept' in window && [window.kept]")
    tab.evaluate("void edgee.track('after')")
    # A page that was kept makes no page event of its own; the other one is there in any case.
    events = settled(tab, sandbox, 4 if kept else 5)
    assert tracked(events) == ["after", "before"]
    tab.wait_for("window.ready === 1")
    if head:
        assert kept == engine.keeps_pages
