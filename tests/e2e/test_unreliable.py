"""A relay that is down, slow or asks to wait, and how the visitor's browser bears it: real sockets between them."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route

from tests.e2e.conftest import PageErrors
from tests.e2e.journey import WATCH, arrived, flush, hashed, names, outcomes, settled, stored
from tests.e2e.network import Fault, Network, Posted, Reply
from tests.e2e.pages import TAG, OpenShop
from tests.e2e.sandbox_client import Sandbox

#: Keeps Python from starting until the page asks for it: a visitor who is quicker than its download.
NO_PYTHON_YET = "<script>window.requestIdleCallback = () => {}</script>"
HIDE = """
    Object.defineProperty(document, "visibilityState", {value: "hidden", configurable: true});
    document.dispatchEvent(new Event("visibilitychange"));
"""
WITHOUT = "delete window.SharedWorker; delete window.Worker"
BUSY = Reply(503)

#: What a browser's console says of posts that fail.
FAILS = "Failed to load resource|ERR_|no Python in this page"


@pytest.fixture(params=["", WITHOUT], ids=["Python", "raw"])
def either(request: pytest.FixtureRequest, context: BrowserContext, errors: PageErrors) -> Page:
    """A page in whose browser Python runs, and one where the relay's does the work."""
    errors.allow(FAILS)
    context.add_init_script(request.param)
    return context.new_page()


def wait_until(page: Page, is_so: Callable[[], Any], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen in time"
        page.wait_for_timeout(20)


def failed(network: Network) -> list[Posted]:
    return [each for each in network.posts() if each.fault is not Fault.NONE]


def journal(page: Page) -> list[dict[str, Any]]:
    return (stored(page, "_edgee_journal") or {"calls": []})["calls"]


def ready(page: Page, url: str, sandbox: Sandbox) -> None:
    """Open a page, and wait until all that it has to say of itself has arrived."""
    page.goto(url)
    settled(page, sandbox, 1)


def test_pauses_grow_and_new_calls_do_not_cut_them_short(
    either: Page, far: OpenShop, network: Network, sandbox: Sandbox
) -> None:
    ready(either, far(head=WATCH), sandbox)
    network.fault = BUSY
    for number in range(40):
        either.evaluate("number => edgee.track('t' + number)", number)
        either.wait_for_timeout(200)
    times = [each.at for each in failed(network)]
    pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert 3 <= len(pauses) <= 5, pauses
    for pause, span in zip(pauses, (1, 2, 4, 8, 16), strict=False):
        assert span / 2 - 0.05 < pause < span + 1, pauses
    assert any(abs(pause - span / 2) > 0.02 for pause, span in zip(pauses, (1, 2, 4), strict=False))
    network.fault = Fault.NONE
    events = arrived(sandbox, 41)
    assert names(events)[1:] == [f"t{number}" for number in range(40)]
    either.wait_for_function("!localStorage._edgee_journal")
    assert len(sandbox.events()) == 41


@pytest.mark.parametrize(("status", "body"), [(503, BUSY.body), (429, "<html>")])
def test_what_retry_after_asks_for_holds_whatever_happens_in_the_page(
    either: Page, far: OpenShop, network: Network, sandbox: Sandbox, status: int, body: Any
) -> None:
    ready(either, far(head=WATCH), sandbox)
    network.fault = Reply(status, {"Retry-After": "3"}, body)
    either.evaluate("edgee.track('asked to wait')")
    wait_until(either, lambda: failed(network))
    asked_at = failed(network)[0].at
    network.fault = Fault.NONE
    network.posted.clear()
    either.wait_for_timeout(300)
    either.evaluate("edgee.track('meanwhile')")
    assert flush(either)["waiting"] == 2
    either.evaluate("dispatchEvent(new Event('online'))")
    either.evaluate(HIDE)
    events = arrived(sandbox, 3)
    assert names(events)[1:] == ["asked to wait", "meanwhile"]
    assert network.posts()[0].at - asked_at >= 3
    assert time.monotonic() - asked_at < 10


def test_what_waits_is_sent_when_the_device_is_back_online(
    either: Page, context: BrowserContext, far: OpenShop, network: Network, sandbox: Sandbox
) -> None:
    ready(either, far(head=WATCH), sandbox)
    answered: list[str] = []
    either.on("requestfinished", lambda request: answered.append(request.url))
    network.fault = BUSY
    either.evaluate("edgee.track('in a tunnel')")
    # The pause after the third failure takes two seconds and more.
    wait_until(either, lambda: len(failed(network)) == 3)
    # A page that posts itself has to have heard of it; Python hears of nothing else meanwhile.
    wait_until(either, lambda: len(answered) == 3 or either.evaluate("'Worker' in window"))
    context.set_offline(True)
    network.fault = Fault.NONE
    context.set_offline(False)
    back_at = time.monotonic()
    assert names(arrived(sandbox, 2))[1] == "in a tunnel"
    assert network.posts()[-1].at - back_at < 1.5


@pytest.mark.parametrize(("part", "workers"), [("python", ""), ("raw", WITHOUT)])
def test_what_could_not_be_loaded_is_loaded_when_the_device_is_back_online(
    page: Page, far: OpenShop, sandbox: Sandbox, errors: PageErrors, part: str, workers: str
) -> None:
    errors.allow(FAILS)
    tried: list[str] = []

    def fail(route: Route) -> None:
        tried.append(route.request.url)
        route.abort()

    page.add_init_script(workers)
    page.route(f"**/{part}.mjs", fail)
    with page.expect_event("requestfailed", lambda request: request.url in tried):
        page.goto(far(head=WATCH))
        page.evaluate("edgee.track('in a tunnel')")
    page.unroute(f"**/{part}.mjs")
    page.evaluate("dispatchEvent(new Event('online'))")
    assert names(arrived(sandbox, 2))[1] == "in a tunnel"


@pytest.mark.parametrize("fault", [Fault.REQUEST_LOST, Fault.ANSWER_LOST, Fault.HANGS])
def test_while_the_relay_cannot_be_reached_calls_wait_and_then_go_by_themselves_once(
    either: Page, far: OpenShop, network: Network, sandbox: Sandbox, fault: Fault
) -> None:
    ready(either, far(head=WATCH), sandbox)
    network.fault = fault
    either.evaluate("edgee.user({properties: {email: 'jane@example.com'}}).track('late')")
    wait_until(either, lambda: failed(network))
    either.wait_for_timeout(300)
    network.fault = Fault.NONE
    either.wait_for_function("!localStorage._edgee_journal", timeout=20_000)
    events = arrived(sandbox, 3)
    assert [event["event_name"] for event in events] == ["page_visit", "lead", "custom"]
    assert events[1]["user_data"]["em"] == [hashed("jane@example.com")]
    assert len(outcomes(either, "delivered")) == 3


def test_while_the_relay_is_down_nothing_personal_lies_raw_on_the_device(
    page: Page, far: OpenShop, network: Network, sandbox: Sandbox
) -> None:
    ready(page, far(), sandbox)
    network.fault = Fault.REQUEST_LOST
    page.evaluate("edgee.user({properties: {email: 'jane@example.com'}}).track('late')")
    page.wait_for_function("localStorage._edgee_journal?.split('queued').length === 3")
    assert "jane@" not in page.evaluate("JSON.stringify(localStorage)")


def test_calls_outlive_a_reload_while_the_relay_is_down(
    either: Page, far: OpenShop, network: Network, sandbox: Sandbox
) -> None:
    ready(either, far(head=WATCH), sandbox)
    network.fault = Fault.REQUEST_LOST
    for number in range(3):
        either.evaluate("number => edgee.track('t' + number)", number)
        either.reload()
    network.fault = Fault.NONE
    events = settled(either, sandbox, 7)
    assert [name for name in names(events) if name.startswith("t")] == ["t0", "t1", "t2"]
    assert len({event["event_id"] for event in events}) == 7


def test_tabs_send_one_at_a_time(
    either: Page, context: BrowserContext, far: OpenShop, network: Network, sandbox: Sandbox
) -> None:
    other = context.new_page()
    ready(either, far(head=WATCH), sandbox)
    other.goto(far(path="/t/other.html", head=WATCH))
    settled(other, sandbox, 2)
    network.delay = 0.15
    for number in range(12):
        for tab in (either, other):
            tab.evaluate("name => edgee.track(name)", f"t{number}")
        either.wait_for_timeout(50)
    flush(either)
    flush(other)
    posts = network.posts()
    assert len(posts) > 4
    for earlier, later in itertools.pairwise(posts):
        assert earlier.until and later.at >= earlier.until, "two at a time"
    assert len(arrived(sandbox, 26)) == 26


def test_a_page_that_is_left_sends_in_order_what_fits_and_keeps_the_rest(
    page: Page, far: OpenShop, network: Network, sandbox: Sandbox
) -> None:
    page.goto(far(head=NO_PYTHON_YET))
    # Nine kilobytes each, as three characters a letter tell nobody: 60,000 of them would be 180,000 bytes.
    page.evaluate("""
        for (let n = 0; n < 20; n++) edgee.track({name: "t" + n, properties: {text: "\\u6c34".repeat(3000)}});
        location.href = "about:blank";
    """)
    page.wait_for_url("about:blank")
    first = names(arrived(sandbox, 5))
    assert first[0] == "A page of the test"
    tracked = [name for name in first if name.startswith("t")]
    assert tracked == [f"t{number}" for number in range(len(tracked))] and len(tracked) < 20
    assert all(each.size < 65_536 for each in network.posts())
    page.goto(far("back", path="/t/back.html"))
    events = settled(page, sandbox, 22)
    assert [name for name in names(events) if name.startswith("t")] == [f"t{n}" for n in range(20)]
    assert len({event["event_id"] for event in events}) == 22


def test_past_a_thousand_calls_the_oldest_go_and_are_told(
    either: Page, far: OpenShop, network: Network, sandbox: Sandbox
) -> None:
    ready(either, far(head=WATCH), sandbox)
    network.fault = BUSY
    for start in range(0, 1100, 100):
        either.evaluate("n => { for (let i = n; i < n + 100; i++) edgee.track('t' + i) }", start)
        either.wait_for_timeout(50)
    summary = flush(either)
    assert summary["waiting"] == 1000 and summary["refused"] == 100
    refused = outcomes(either, "refused")
    assert {each["reason"] for each in refused} == {"journal_full"}
    calls = journal(either)
    assert len(calls) == 1000
    assert either.evaluate("localStorage._edgee_journal.length") <= 1_000_000
    network.fault = Fault.NONE
    events = settled(either, sandbox, 1001)
    assert names(events)[1:] == [f"t{number}" for number in range(100, 1100)]


def test_past_a_million_characters_the_oldest_go_in_one_go_too(
    page: Page, far: OpenShop, network: Network, sandbox: Sandbox
) -> None:
    page.goto(far(head=WATCH + NO_PYTHON_YET))
    page.evaluate("""
        for (let n = 0; n < 60; n++) edgee.track({name: "t" + n, properties: {text: "x".repeat(40000)}});
    """)
    assert page.evaluate("localStorage._edgee_journal.length") <= 1_000_000
    kept = [each["arguments"][0]["name"] for each in journal(page) if each["method"] == "track"]
    gone = outcomes(page, "refused")
    assert {each["reason"] for each in gone} == {"journal_full"}
    assert len(gone) + len(journal(page)) == 61
    assert kept == [f"t{number}" for number in range(60 - len(kept), 60)]
    settled(page, sandbox, len(journal(page)) or len(kept))


FILL = """<script>
for (let size = 1 << 20; size >= 1; size >>= 1)
  try { for (let n = 0; ; n++) localStorage[`${size}-${n}`] = "x".repeat(size) } catch {}
</script>"""
FORBID = """<script>Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("blocked", "SecurityError") } })</script>"""


@pytest.mark.parametrize(
    ("spoil", "why"), [(FILL, "QuotaExceededError"), (FORBID, "SecurityError")]
)
def test_a_device_that_keeps_nothing_is_told_of_once(
    either: Page, far: OpenShop, network: Network, sandbox: Sandbox, spoil: str, why: str
) -> None:
    said: list[str] = []
    either.on("console", lambda message: said.append(message.text))
    either.goto(far(head=WATCH + spoil))
    either.evaluate("edgee.track('one')")
    assert why in flush(either)["unstored"]
    either.evaluate("edgee.track('two')")
    settled(either, sandbox, 3)
    assert sum("cannot be kept on this device" in each and why in each for each in said) == 1


def test_a_device_that_keeps_calls_is_not_complained_of(
    either: Page, far: OpenShop, sandbox: Sandbox
) -> None:
    ready(either, far(head=WATCH), sandbox)
    either.evaluate("edgee.track('fine')")
    assert "unstored" not in flush(either)


@pytest.mark.usefixtures("without_python")
def test_what_the_raw_way_has_not_sent_is_hidden_from_no_later_python(
    context: BrowserContext, far: OpenShop, network: Network, sandbox: Sandbox, errors: PageErrors
) -> None:
    errors.allow(FAILS)
    page = context.new_page()
    page.add_init_script(WITHOUT)
    page.goto(far(head=WATCH))
    network.fault = Fault.ANSWER_LOST
    page.evaluate("edgee.track('answer lost')")
    wait_until(page, lambda: failed(network))
    page.close()
    network.fault = Fault.NONE
    other = context.new_page()
    other.goto(far("other", path="/t/other.html", tag=TAG))
    events = settled(other, sandbox, 3)
    assert names(events).count("answer lost") == 1


def beside_one_that_waits(tab: Page, far: OpenShop, network: Network, sandbox: Sandbox) -> Page:
    """Another tab, without the script, beside one whose call cannot be sent."""
    other = tab.context.new_page()
    other.goto(far("other", path="/t/other.html", tag=""))
    ready(tab, far(head=WATCH), sandbox)
    network.fault = Fault.REQUEST_LOST
    tab.evaluate("edgee.track('written over')")
    return other


def test_what_a_closed_tab_has_left_is_safe_from_other_tabs(
    either: Page, far: OpenShop, network: Network, sandbox: Sandbox
) -> None:
    other = beside_one_that_waits(either, far, network, sandbox)
    either.close()
    other.wait_for_function("Object.keys(localStorage).some((key) => /_journal_/.test(key))")
    # What a tab does that has read the journal before the other wrote, and writes after it.
    other.evaluate("localStorage.removeItem('_edgee_journal')")
    network.fault = Fault.NONE
    other.goto(far("back", path="/t/back.html", head=WATCH))
    events = settled(other, sandbox, 3)
    assert "written over" in names(events)
    other.wait_for_function("!Object.keys(localStorage).some((key) => /_journal/.test(key))")


def test_what_other_tabs_write_over_again_and_again_is_not_taken_for_ended(
    either: Page, far: OpenShop, network: Network, sandbox: Sandbox
) -> None:
    other = beside_one_that_waits(either, far, network, sandbox)
    for _ in range(3):
        other.wait_for_function("localStorage._edgee_journal")
        other.evaluate("localStorage.removeItem('_edgee_journal')")
    either.wait_for_function("!localStorage._edgee_journal")
    either.close()
    network.fault = Fault.NONE
    other.goto(far("back", path="/t/back.html", head=WATCH))
    assert "written over" in names(settled(other, sandbox, 3))


def test_a_sender_that_sleeps_keeps_the_others_waiting_but_not_for_ever(
    either: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    sleeper = either.context.new_page()
    sleeper.goto(shop(tag="", path="/t/sleeper.html"))
    assert sleeper.evaluate("""new Promise((held) => navigator.locks.request(
        `edgee ${location.origin}/_edgee/`, () => (held(true), new Promise(() => {}))))""")
    either.goto(shop())
    either.evaluate("edgee.track('awake')")
    assert names(arrived(sandbox, 2))[1] == "awake"
    assert not sleeper.is_closed()


def test_an_open_page_takes_up_the_calls_of_one_that_never_loaded(
    page: Page, context: BrowserContext, shop: OpenShop, sandbox: Sandbox
) -> None:
    ready(page, shop(), sandbox)
    other = context.new_page()
    other.goto(shop("other", path="/t/plain.html", tag=""))
    other.evaluate("""() => {
        const page = {url: location.href, title: "", referrer: ""};
        const call = {id: "n1", at: Date.now() - 58_000, method: "track", arguments: ["never loaded"]};
        localStorage._edgee_journal = JSON.stringify({v: 1, calls: [{...call, page, early: true}]});
    }""")
    assert names(arrived(sandbox, 2))[1] == "never loaded"
    page.wait_for_function("!localStorage._edgee_journal")
