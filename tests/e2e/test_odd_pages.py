"""Pages that are clumsy, old or hostile: what they do to the facade costs them no call, and it never throws."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page

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

JUNK = 'null, undefined, 5, "track", {event: "gtm.js"}, ["trak", "typo"], []'

FILL = """<script>
for (let size = 1 << 20; size >= 1; size >>= 1)
  try { for (let n = 0; ; n++) localStorage[`${size}-${n}`] = "x".repeat(size) } catch {}
</script>"""

FORBID = """<script>Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("blocked", "SecurityError") } })</script>"""

#: What libraries of the years before JSON was everywhere did to everybody's objects.
OLD_LIBRARY = """<script>
Array.prototype.toJSON = function () { return "[" + this.map((each) => JSON.stringify(each)) + "]" };
Array.prototype.last = Object.prototype.extend = function () {};
</script>"""

#: Thirteen objects each of which leads to all the others: more ways through them than anybody can go.
TANGLE = """
const all = [...Array(13)].map((_, number) => ({number}));
for (const each of all) each.others = all.filter((other) => other !== each);
"""


def test_junk_in_the_queue_and_in_push_is_refused_and_loses_no_call(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    queue = f'<script>window.edgee = [{JUNK}, ["track", "queued"]]</script>'
    page.goto(shop(head=WATCH + queue))
    page.wait_for_function("window.loaded === 1")
    assert page.evaluate(f"edgee.push({JUNK}, ['track', 'pushed'])") == 8
    assert names(settled(page, sandbox, 3))[:2] == ["queued", "A page of the test"]
    refused = outcomes(page, "refused")
    assert [each["reason"] for each in refused] == ["invalid_call"] * 14


@pytest.mark.parametrize("address", ["http://", "https://[", "javascript:0", "http://a:99999"])
def test_an_endpoint_that_is_none_is_said_and_not_used(
    page: Page, shop: OpenShop, sandbox: Sandbox, address: str
) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(shop(tag=TAG.replace("async", f'async data-endpoint="{address}"')))
    settled(page, sandbox, 1)
    assert said == [f"edgee: data-endpoint is no web address: {address}"]


@pytest.mark.parametrize("spoil", [FILL, FORBID, OLD_LIBRARY], ids=["full", "forbidden", "old"])
@pytest.mark.parametrize("workers", ["", "delete window.SharedWorker; delete window.Worker"])
def test_what_a_page_does_to_the_storage_or_to_arrays_costs_no_call(
    context: BrowserContext,
    shop: OpenShop,
    sandbox: Sandbox,
    errors: PageErrors,
    spoil: str,
    workers: str,
) -> None:
    if workers:
        errors.allow("no Python in this page")
    context.add_init_script(workers)
    page = context.new_page()
    page.goto(shop(head=WATCH + spoil))
    page.evaluate("edgee.track({name: 'cart', properties: {content_ids: ['a', 'b']}}).track('two')")
    events = settled(page, sandbox, 3)
    assert names(events) == ["A page of the test", "cart", "two"]
    assert events[1]["custom_data"]["content_ids"] == ["a", "b"]
    assert outcomes(page, "refused") == []
    assert len(outcomes(page, "delivered")) == 3


def test_an_argument_without_end_is_refused_at_once(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    page.goto(shop(head=WATCH))
    script = "edgee.track({name: 'tangle', properties: {all}}).track('next'); 0"
    taken = page.evaluate(
        f"(() => {{ const start = performance.now(); {TANGLE} {script}; return performance.now() - start }})()"
    )
    assert taken < 1000
    assert names(settled(page, sandbox, 2))[1] == "next"
    [refused] = outcomes(page, "refused")
    assert refused["reason"] == "invalid_call"
    assert "they have no end" in refused["message"]


def test_an_address_a_title_and_a_data_layer_of_any_length_cost_no_call(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    properties = {f"k{number}": 'a "quoted" value' for number in range(1500)}
    layer = data_layer({"context": {"page": {"properties": properties}}})
    page.goto(shop(head=WATCH + layer) + "#" + "state" * 20_000)
    page.evaluate("document.title = 'long '.repeat(50_000); edgee.track('fits')")
    assert "fits" in names(settled(page, sandbox, 2))
    page.evaluate("edgee.track({name: 'big', properties: {text: 'x'.repeat(70_000)}})")
    flush(page)
    [refused] = outcomes(page, "refused")
    assert refused["reason"] == "too_large"


def test_in_a_sandboxed_frame_calls_are_made_and_wait(
    page: Page, shop: OpenShop, errors: PageErrors
) -> None:
    """Its origin is nobody's, so the relay refuses it; what counts is that no call falls by the wayside."""
    errors.allow("CORS policy|ERR_FAILED|403|no Python in this page")
    shop(path="/t/inner.html", head=WATCH)
    with page.expect_request(lambda request: "in the frame" in (request.post_data or "")):
        frame = '<iframe sandbox="allow-scripts" src="/t/inner.html"></iframe>'
        page.goto(shop(frame, path="/t/outer.html", tag=""))
        page.frames[1].wait_for_function("!!window.edgee?.load")
        page.frames[1].evaluate("edgee.track('in the frame')")


@pytest.mark.parametrize("off", [-90, 3, 3650], ids="{} days".format)
def test_a_clock_that_is_days_off_costs_no_call(
    page: Page, shop: OpenShop, sandbox: Sandbox, off: int
) -> None:
    page.add_init_script(
        f"const now = Date.now.bind(Date); Date.now = () => now() + {off * 86_400_000}"
    )
    page.goto(shop(head=WATCH))
    page.evaluate("edgee.track('on time')")
    events = settled(page, sandbox, 2)
    here: int = page.evaluate(f"Date.now() / 1000 - {off * 86_400}")
    assert [event["event_time"] for event in events] == [pytest.approx(here, abs=30)] * 2


def test_a_page_hidden_before_python_is_up_has_one_visitor_and_one_outcome_a_call(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    hide = """
        Object.defineProperty(document, "visibilityState", {get: () => "hidden"});
        document.dispatchEvent(new Event("visibilitychange"));
    """
    page.goto(shop(head=WATCH))
    page.evaluate(hide)
    arrived(sandbox)
    page.evaluate("edgee.track('later')")
    first, later = settled(page, sandbox, 2)
    assert first["user_data"]["external_id"] == later["user_data"]["external_id"]
    assert later["user_data"]["external_id"] == [hashed(stored(page, "_edgee")["edgee_id"])]
    assert [each["method"] for each in outcomes(page, "delivered")] == ["load", "track"]


def test_what_another_tab_brings_back_into_the_journal_is_taken_out_again(
    context: BrowserContext, shop: OpenShop, sandbox: Sandbox
) -> None:
    one, two = context.new_page(), context.new_page()
    one.goto(shop(head=WATCH))
    two.goto(shop(path="/t/two.html", head=WATCH))
    settled(two, sandbox, 2)
    journal = one.evaluate("""(
        edgee.user({properties: {email: 'jane@example.com'}}),
        Promise.resolve().then(() => localStorage._edgee_journal)
    )""")
    assert "jane@example.com" in journal
    settled(one, sandbox, 3)
    two.evaluate("text => { localStorage._edgee_journal = text }", journal)
    one.wait_for_function("!localStorage._edgee_journal")
