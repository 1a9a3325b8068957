"""Pages that leave early, lie, hang or take things away: consent holds, nothing is lost, calls end once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route

from tests.e2e.conftest import PageErrors
from tests.e2e.journey import (
    WATCH,
    arrived,
    data_layer,
    flush,
    hashed,
    names,
    outcomes,
    settled,
    stored,
)
from tests.e2e.pages import TAG, OpenShop
from tests.e2e.sandbox_client import Sandbox

#: Keeps Python from starting until the page asks for it: a visitor who is quicker than its download.
NO_PYTHON_YET = "<script>window.requestIdleCallback = () => {}</script>"
PENDING = TAG.replace("src=", 'data-consent="pending" src=')
JANE = "edgee.user({user_id: 'jane', properties: {email: 'jane@example.com'}})"


def hide(page: Page) -> None:
    """Have the page believe that its visitor looks elsewhere."""
    page.evaluate("""
        Object.defineProperty(document, "visibilityState", {value: "hidden", configurable: true});
        document.dispatchEvent(new Event("visibilitychange"));
    """)


def go(page: Page, url: str, *, doing: str) -> None:
    """Click a link that does something and leads to another page of the shop."""
    page.evaluate(
        "([url, doing]) => { const a = document.createElement('a'); a.href = url;"
        " a.textContent = 'on'; a.onclick = () => eval(doing); document.body.append(a) }",
        [url, doing],
    )
    page.click("text=on")
    page.wait_for_url(url)


def test_a_denial_counts_on_pages_that_are_left_before_python_is_there(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    posted: list[str] = []
    page.on("request", lambda request: posted.append(request.post_data or ""))
    two, three = (
        shop(name, path=f"/t/{name}.html", head=NO_PYTHON_YET) for name in ("two", "three")
    )
    page.goto(shop(head=NO_PYTHON_YET))
    go(page, two, doing="edgee.consent('denied')")
    go(page, three, doing=JANE)
    assert "jane@" not in "".join(posted)
    flush(page)
    assert [event for event in sandbox.events() if event["event"]["event_name"] == "lead"] == []


def test_pages_left_before_python_is_there_are_one_visitors(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    two, three = (
        shop(name, path=f"/t/{name}.html", head=NO_PYTHON_YET) for name in ("two", "three")
    )
    page.goto(shop(head=NO_PYTHON_YET) + "?epik=CLICK")
    go(page, two, doing=JANE)
    go(page, three, doing="edgee.track('on two')")
    [track] = [event for event in arrived(sandbox, 4) if event["event_name"] == "custom"]
    assert track["user_data"]["em"] == [hashed("jane@example.com")]
    assert track["user_data"]["external_id"] == [hashed("jane")]
    assert track["user_data"]["click_id"] == "CLICK"
    events = settled(page, sandbox, 5)
    assert len({event["event_id"] for event in events}) == 5


def test_what_a_page_may_mean_by_granted_lets_nothing_raw_out_under_pending(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    posted: list[str] = []
    page.on("request", lambda request: posted.append(request.post_data or ""))
    layer = data_layer({"context": {"page": {"properties": {"newsletter-consent": "granted"}}}})
    page.goto(shop(head=NO_PYTHON_YET + layer, tag=PENDING))
    page.evaluate(JANE)
    hide(page)
    assert "jane@" not in "".join(posted)
    page.evaluate("edgee.consent('granted')")
    events = settled(page, sandbox, 2)
    assert events[1]["user_data"]["em"] == [hashed("jane@example.com")]


@pytest.mark.usefixtures("without_python")
def test_a_late_answer_does_not_take_back_a_denial(
    context: BrowserContext, shop: OpenShop, sandbox: Sandbox
) -> None:
    context.add_init_script("delete window.SharedWorker; delete window.Worker")
    page, other = context.new_page(), context.new_page()
    page.goto(shop(head=WATCH))
    flush(page)
    other.goto(shop("other", path="/t/other.html"))
    flush(other)

    def slow(route: Route) -> None:
        answer = route.fetch()
        other.evaluate("edgee.consent('denied').flush()")
        page.wait_for_function("JSON.parse(localStorage._edgee).consent === 'denied'")
        route.fulfill(response=answer)

    page.route("**/_edgee/event*", slow)
    page.evaluate("edgee.track('before').flush()")
    assert stored(page, "_edgee")["consent"] == "denied"
    assert "edgee_id" not in stored(page, "_edgee")


def test_a_busy_tab_does_not_take_back_anothers_denial(
    context: BrowserContext, shop: OpenShop, sandbox: Sandbox
) -> None:
    context.add_init_script("delete window.SharedWorker")
    busy, other = context.new_page(), context.new_page()
    busy.goto(shop())
    flush(busy)
    other.goto(shop("other", path="/t/other.html"))
    flush(other)
    busy.evaluate("""
        edgee.track("x");
        setTimeout(() => { const end = Date.now() + 1500; while (Date.now() < end); }, 0);
    """)
    other.evaluate("edgee.consent('denied').flush()")
    busy.wait_for_timeout(2000)
    flush(busy)
    # Written over for a moment, it comes back: the tab that knows of the denial has not forgotten it.
    for tab in (other, busy):
        tab.wait_for_function("JSON.parse(localStorage._edgee ?? '{}').consent === 'denied'")
    busy.evaluate("edgee.track('never').flush()")
    sandbox.wait_for_outbox()
    assert "never" not in names([entry["event"] for entry in sandbox.events()])


def test_a_page_still_loading_is_not_spoken_for_by_another(
    context: BrowserContext, shop: OpenShop, sandbox: Sandbox
) -> None:
    held: list[Route] = []
    context.route("**/slow.js", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks the handler
    loading, other = context.new_page(), context.new_page()
    early = f"<script>(window.edgee = window.edgee || []).push(['track', 'early']);</script>{TAG}"
    rest = '<script src="/slow.js"></script>' + data_layer({"consent": "denied"})
    loading.goto(shop(rest, head=early, tag=""), wait_until="commit")
    loading.wait_for_function("window.edgee?.load")
    other.goto(shop("other", path="/t/other.html"))
    flush(other)
    assert names([entry["event"] for entry in sandbox.events()]).count("early") == 0
    held[0].fulfill(body="")
    flush(loading)
    assert "early" not in names([entry["event"] for entry in sandbox.events()])


def test_what_another_pages_default_held_back_waits_for_a_choice(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    page.goto(shop(path="/t/pending.html", tag=PENDING))
    page.evaluate(JANE)
    assert flush(page)["held"] == 2
    page.goto(shop())
    assert [event["event_name"] for event in settled(page, sandbox, 1)] == ["page_visit"]
    page.evaluate("edgee.consent('granted')")
    assert [event["event_name"] for event in settled(page, sandbox, 3)][1:] == [
        "page_visit",
        "lead",
    ]


def test_the_page_arrived_at_is_told_whatever_its_scripts_do_to_the_address(
    page: Page, shop: OpenShop, sandbox: Sandbox, errors: PageErrors
) -> None:
    errors.allow("slow.png")

    def slow(route: Route) -> None:
        page.wait_for_function("window.edgee?.load && !location.search")
        route.fulfill(status=404, body="")

    page.route("**/slow.png", slow)
    body = """<img src="/slow.png" alt=""><script>
        addEventListener("edgee:loaded", () => history.replaceState(null, "", location.pathname));
    </script>"""
    page.goto(shop(body) + "?utm_source=pin&epik=EPIK")
    [visit] = settled(page, sandbox, 1)
    assert visit["user_data"]["click_id"] == "EPIK"
    assert visit["event_source_url"].endswith("?utm_source=pin&epik=EPIK")


def test_half_a_console_lets_nothing_through_to_the_page(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    page.goto(shop(head=WATCH + "<script>window.console = {log() {}}</script>"))
    page.evaluate("edgee.track('').track({name: 'x', properties: {t: 'x'.repeat(70000)}})")
    page.evaluate("edgee.track('fine')")
    assert names(settled(page, sandbox, 2))[1] == "fine"
    assert [each["reason"] for each in outcomes(page, "refused")] == ["missing_name", "too_large"]


@pytest.mark.parametrize("what", ["Array.prototype", "Object.prototype", "History.prototype"])
def test_frozen_prototypes_stop_no_call(
    page: Page, shop: OpenShop, sandbox: Sandbox, errors: PageErrors, what: str
) -> None:
    errors.allow("read only property|Cannot assign")
    head = f"<script>Object.freeze({what})</script>"
    page.goto(shop(head=head, tag=TAG.replace("src=", "data-spa src=")))
    page.evaluate("edgee.track('works')")
    assert "works" in names(settled(page, sandbox, 2))


def test_values_that_refer_to_one_another_without_end_cost_no_time(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    page.goto(shop(head=WATCH))
    took = page.evaluate("""() => {
        let a = {v: 1};
        for (let i = 0; i < 24; i++) a = {l: a, r: a};
        const start = performance.now();
        edgee.track({name: "dag", properties: {a}});
        return performance.now() - start;
    }""")
    assert took < 1000
    flush(page)
    [refused] = outcomes(page, "refused")
    assert refused["reason"] == "invalid_call" and "they have no end" in refused["message"]


def test_calls_that_had_to_go_are_told_so_once(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    page.goto(shop(head=WATCH, tag=PENDING))
    flush(page)
    page.evaluate(
        "for (let i = 0; i < 40; i++) edgee.track({name: 't', properties: {x: 'x'.repeat(30000)}})"
    )
    flush(page)
    page.evaluate("edgee.consent('granted')")
    flush(page)
    gone = {each["id"] for each in outcomes(page, "refused")}
    came = {each["id"] for each in outcomes(page, "delivered")}
    assert gone and came and gone.isdisjoint(came)
    assert {each["reason"] for each in outcomes(page, "refused")} == {"journal_full"}
    assert len(gone | came) == 41


def test_a_worker_that_is_killed_is_done_without(
    page: Page, shop: OpenShop, sandbox: Sandbox, errors: PageErrors
) -> None:
    errors.allow("no Python in this page")
    # A browser that kills a worker tells nobody: here the worker's end simply hears no more.
    page.add_init_script("""
        const { postMessage } = MessagePort.prototype;
        MessagePort.prototype.postMessage = function (...args) {
            if (!window.killed) postMessage.apply(this, args);
        };
        const { setTimeout: wait } = window;
        window.setTimeout = (run, ms, ...args) => wait(run, ms === 30000 ? 300 : ms, ...args);
    """)
    page.goto(shop(head=WATCH))
    page.evaluate("edgee.flush()")
    page.evaluate("window.killed = true; edgee.track('after')")
    assert "after" in names(settled(page, sandbox, 2))


@pytest.mark.usefixtures("without_python")
def test_where_storage_is_blocked_a_page_with_its_own_worker_delivers(
    context: BrowserContext, shop: OpenShop, sandbox: Sandbox, errors: PageErrors
) -> None:
    errors.allow("denied|SecurityError|Failed to read")
    context.add_init_script("""
        delete window.SharedWorker;
        for (const name of ["localStorage", "sessionStorage"])
            Object.defineProperty(window, name, {get() { throw new DOMException("no", "SecurityError"); }});
        if (window.LockManager)
            LockManager.prototype.request = () => Promise.reject(new DOMException("no", "SecurityError"));
    """)
    worker = "**/_edgee/a/**/worker.mjs"
    lockless = 'LockManager.prototype.request = () => Promise.reject(new Error("denied"));'
    context.route(
        worker,
        lambda route: route.fulfill(
            body=lockless + route.fetch().text(), content_type="text/javascript"
        ),
    )
    page = context.new_page()
    page.goto(shop(head=WATCH))
    page.evaluate("edgee.track('works')")
    assert names(settled(page, sandbox, 2))[1] == "works"


class TestWithoutPython:
    """The relay's Python does the work, and the page hears the same."""

    @pytest.fixture
    def raw(self, context: BrowserContext, without_python: None) -> Page:
        context.add_init_script("delete window.SharedWorker; delete window.Worker")
        return context.new_page()

    def test_outcomes_are_those_of_python(
        self, raw: Page, shop: OpenShop, sandbox: Sandbox
    ) -> None:
        layer = data_layer(
            {
                "events": [
                    {"type": "page"},
                    {"type": "track"},
                    {"type": "track", "data": {"name": "good"}},
                ]
            }
        )
        raw.goto(shop(head=WATCH + layer))
        raw.evaluate("edgee.track({name: 'own', properties: {event_id: 'hostile-order', mine: 1}})")
        summary = flush(raw)
        assert summary["delivered"] == 3 and summary["refused"] == 1
        assert summary["held"] == 0 and summary["waiting"] == 0 and summary["raw"]
        delivered = outcomes(raw, "delivered")
        assert [each["event_name"] for each in delivered] == ["page_visit", "custom", "custom"]
        assert delivered[2]["event_id"] == "hostile-order"
        [refused] = outcomes(raw, "refused")
        assert refused["method"] == "load" and refused["event_id"] == f"{refused['id']}-2"
        assert [each["message"] for each in outcomes(raw, "problem")] == [
            "Pinterest has no place for: mine."
        ]

    def test_the_relay_is_told_what_the_worker_would_have_known(
        self, raw: Page, shop: OpenShop, sandbox: Sandbox
    ) -> None:
        posted: list[str] = []
        raw.on("request", lambda request: posted.append(request.post_data or ""))
        raw.goto(shop(head=WATCH))
        flush(raw)
        [body] = [json.loads(text) for text in posted if text]
        zone = raw.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
        client = body["data_collection"]["context"]["client"]
        assert client["timezone"] == zone
        assert {"locale", "screen_width", "screen_height", "screen_density"} <= set(client)

    def test_held_calls_are_told_once_and_counted(
        self, raw: Page, shop: OpenShop, sandbox: Sandbox
    ) -> None:
        raw.goto(shop(head=WATCH, tag=PENDING))
        raw.evaluate("edgee.track('waits')")
        assert flush(raw)["held"] == 2
        assert flush(raw)["held"] == 2
        assert [each["method"] for each in outcomes(raw, "held")] == ["load", "track"]

    def test_what_python_had_mapped_on_an_earlier_page_goes_too(
        self, raw: Page, shop: OpenShop, sandbox: Sandbox
    ) -> None:
        event = {
            "event_name": "custom",
            "action_source": "web",
            "event_id": "q1",
            "event_time": 1,
            "user_data": {"em": [hashed("jane@example.com")]},
        }
        record = {"id": "q1", "at": 1, "method": "track", "queued": [event]}
        fill = f"""<script>{{
            const now = Date.now();
            const record = {json.dumps(record)};
            record.at = now;
            record.queued[0].event_time = Math.floor(now / 1000);
            localStorage._edgee_journal = JSON.stringify({{v: 1, calls: [record]}});
        }}</script>"""
        raw.goto(shop(head=WATCH + fill))
        settled(raw, sandbox, 2)
        assert {"q1"} <= {each["event_id"] for each in outcomes(raw, "delivered")}
        assert stored(raw, "_edgee_journal") is None

    @pytest.mark.parametrize("status", [400, 403])
    def test_a_refusal_by_the_relay_ends_a_call(
        self, raw: Page, shop: OpenShop, errors: PageErrors, sandbox: Sandbox, status: int
    ) -> None:
        errors.allow("Failed to load resource")
        answer: dict[str, Any] = {"error": {"code": "x", "message": "Not so."}}
        raw.route("**/_edgee/event*", lambda r: r.fulfill(status=status, json=answer))
        raw.goto(shop(head=WATCH))
        assert flush(raw)["refused"] == 1
        [refused] = outcomes(raw, "refused")
        assert refused["reason"] == "relay_refused" and "Not so." in refused["message"]
        assert stored(raw, "_edgee_journal") is None

    def test_another_machines_answer_ends_none(
        self, raw: Page, shop: OpenShop, sandbox: Sandbox
    ) -> None:
        raw.route("**/_edgee/event*", lambda r: r.fulfill(status=200, body="<html>Log in</html>"))
        raw.goto(shop(head=WATCH))
        assert flush(raw)["waiting"] == 1
        raw.unroute("**/_edgee/event*")
        assert len(settled(raw, sandbox, 1)) == 1

    def test_texts_of_more_bytes_than_characters_go_too(
        self, raw: Page, shop: OpenShop, sandbox: Sandbox
    ) -> None:
        raw.goto(shop(head=WATCH))
        # 75,000 bytes, more than a browser lets a request have that outlives its page.
        raw.evaluate("edgee.track({name: 'long', properties: {text: '\\u6c34'.repeat(25000)}})")
        raw.evaluate("edgee.track('after it')")
        assert flush(raw)["waiting"] == 0
        assert names(settled(raw, sandbox, 3))[1:] == ["long", "after it"]

    def test_a_call_that_alone_is_too_large_for_what_lies_between_keeps_no_other(
        self, raw: Page, shop: OpenShop, errors: PageErrors, sandbox: Sandbox
    ) -> None:
        errors.allow("Failed to load resource|refused")
        bound(raw, 5000)
        raw.goto(shop(head=WATCH))
        raw.evaluate("edgee.track({name: 'long', properties: {text: 'x'.repeat(9000)}})")
        raw.evaluate("edgee.track('after it')")
        assert flush(raw)["waiting"] == 0
        assert names(settled(raw, sandbox, 2))[1:] == ["after it"]
        [refused] = outcomes(raw, "refused")
        assert refused["reason"] == "relay_refused" and "413" in refused["message"]

    def test_what_python_had_mapped_goes_in_pieces(
        self, raw: Page, shop: OpenShop, errors: PageErrors, sandbox: Sandbox
    ) -> None:
        errors.allow("Failed to load resource")
        posts = bound(raw, 5000)
        fill = """<script>
            const time = Math.floor(Date.now() / 1000);
            const calls = Array.from({length: 300}, (_, n) => ({id: `mapped-${n}`, at: Date.now(), method: "track", queued: [
                {event_name: "custom", action_source: "web", event_id: `mapped-${n}`, event_time: time, user_data: {}},
            ]}));
            localStorage._edgee_journal = JSON.stringify({v: 1, calls});
        </script>"""
        raw.goto(shop(head=WATCH + fill))
        assert flush(raw)["waiting"] == 0
        ids = [event["event_id"] for event in settled(raw, sandbox, 301)]
        assert [each for each in ids if each.startswith("mapped")] == [
            f"mapped-{n}" for n in range(300)
        ]
        assert len(posts) < 30


def bound(page: Page, most: int) -> list[int]:
    """Have something on the way refuse bodies of more bytes, as nginx does; the sizes of all that are posted."""
    posted: list[int] = []

    def judge(route: Route) -> None:
        size = len(route.request.post_data_buffer or b"")
        posted.append(size)
        if size > most:
            route.fulfill(status=413, body="<html>413 Request Entity Too Large</html>")
        else:
            route.continue_()

    for path in ("event*", "pinterest_capi"):
        page.route(f"**/_edgee/{path}", judge)
    return posted
