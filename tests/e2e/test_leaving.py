"""What happens to a call whose page goes away, or in whose browser Python cannot run."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.e2e.conftest import PageErrors
from tests.e2e.journey import WATCH, arrived, flush, hashed, names, outcomes, settled, stored
from tests.e2e.pages import TAG, OpenShop
from tests.e2e.sandbox_client import Sandbox


def test_a_call_right_before_leaving_arrives_once(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    page.goto(shop())
    page.evaluate("""
        edgee.user({user_id: "u-1", properties: {email: "jane@example.com"}}).track("bye");
        location.href = "about:blank";
    """)
    page.wait_for_url("about:blank")
    events = arrived(sandbox, 3)
    assert "bye" in names(events)
    lead = next(event for event in events if event["event_name"] == "lead")
    assert lead["user_data"]["em"] == [hashed("jane@example.com")]
    page.goto(shop("back", path="/t/back.html"))
    events = settled(page, sandbox, 4)
    assert len({event["event_id"] for event in events}) == 4
    assert events[-1]["user_data"]["em"] == [hashed("jane@example.com")], "identity was not lost"


def test_a_closed_tab_has_sent_what_it_had(
    context: BrowserContext, shop: OpenShop, sandbox: Sandbox
) -> None:
    page = context.new_page()
    context.new_page()
    page.goto(shop())
    page.evaluate("edgee.track('closing')")
    page.close()
    assert "closing" in names(arrived(sandbox, 2))


@pytest.mark.usefixtures("without_python")
def test_without_workers_the_relay_does_the_work(
    context: BrowserContext, shop: OpenShop, sandbox: Sandbox
) -> None:
    context.add_init_script("delete window.SharedWorker; delete window.Worker")
    page = context.new_page()
    page.goto(shop(head=WATCH))
    page.evaluate("edgee.user({user_id: 'u-1', properties: {email: 'jane@example.com'}})")
    flush(page)
    page.reload()
    page.evaluate("edgee.track('known')")
    *_, known = settled(page, sandbox, 4)
    assert known["user_data"]["em"] == [hashed("jane@example.com")]
    assert known["user_data"]["client_ip_address"] == "127.0.0.1"
    assert stored(page, "_edgee")["session"]["session_count"] == 1
    assert stored(page, "_edgee_journal") is None


@pytest.mark.usefixtures("without_python")
@pytest.mark.parametrize("broken", ["**/_edgee/a/**/worker.mjs", "**/_edgee/a/**/pyodide.asm.wasm"])
def test_where_python_cannot_start_nothing_is_lost(
    context: BrowserContext, shop: OpenShop, sandbox: Sandbox, errors: PageErrors, broken: str
) -> None:
    errors.allow("Failed to load resource|ERR_FAILED|wasm|WebAssembly")
    context.route(broken, lambda route: route.abort())
    page = context.new_page()
    page.goto(shop(head=WATCH))
    page.evaluate("edgee.track('raw')")
    events = settled(page, sandbox, 2)
    assert names(events)[1] == "raw"
    assert outcomes(page, "refused") == []


def test_with_a_dedicated_worker_each_page_has_its_own_python(
    context: BrowserContext, shop: OpenShop, sandbox: Sandbox
) -> None:
    context.add_init_script("delete window.SharedWorker")
    one, two = context.new_page(), context.new_page()
    url = shop()
    one.goto(url)
    one.evaluate("edgee.user('u-1')")
    flush(one)
    two.goto(url)
    two.evaluate("edgee.track('two')")
    events = settled(two, sandbox, 4)
    assert len({event["event_id"] for event in events}) == 4
    assert events[-1]["user_data"]["external_id"] == [hashed("u-1")]


def test_while_the_relay_is_down_calls_wait_hashed_and_go_when_it_is_back(
    page: Page, shop: OpenShop, sandbox: Sandbox, errors: PageErrors, context: BrowserContext
) -> None:
    errors.allow("ERR_INTERNET_DISCONNECTED|Failed to load resource|Failed to fetch")
    page.goto(shop(head=WATCH))
    settled(page, sandbox, 1)
    context.set_offline(True)
    page.evaluate("edgee.user({properties: {email: 'jane@example.com'}}).track('offline')")
    summary = flush(page)
    if summary["waiting"]:
        page.wait_for_function("localStorage.getItem('_edgee_journal')?.includes('queued')")
        assert "jane@" not in page.evaluate("localStorage.getItem('_edgee_journal')")
    context.set_offline(False)
    assert names(settled(page, sandbox, 3))[2] == "offline"


def test_a_relay_on_another_origin_serves_the_page(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    page.goto(shop(head=WATCH, cross_origin=True))
    page.evaluate("edgee.user({user_id: 'u-1', properties: {email: 'jane@example.com'}})")
    events = settled(page, sandbox, 2)
    assert events[1]["user_data"]["em"] == [hashed("jane@example.com")]
    assert events[0]["event_source_url"].startswith("http://elsewhere.localhost")


def test_a_foreign_journal_of_a_later_version_is_left_alone(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    later = '{"v":2,"calls":"of another make"}'
    page.goto(shop(head=f"<script>localStorage._edgee_journal = '{later}'</script>", tag=TAG))
    page.evaluate("edgee.track('works')")
    assert names(settled(page, sandbox, 2))[1] == "works"
    assert page.evaluate("localStorage._edgee_journal") == later


@pytest.mark.parametrize("key", ["_edgee_journal", "_edgee_journal_1"])
@pytest.mark.parametrize(
    "text", ["garbage", "null", "[]", '{"v":1,"calls":[{"id":1},null,{"id":"x"},7]}']
)
def test_a_spoiled_journal_is_begun_anew(
    page: Page, shop: OpenShop, sandbox: Sandbox, key: str, text: str
) -> None:
    """Its own place, and one where a page has left calls behind: anybody's script may write there."""
    page.goto(shop(head=f"<script>localStorage.{key} = '{text}'</script>"))
    page.evaluate("edgee.track('works')")
    assert names(settled(page, sandbox, 2))[1] == "works"
    page.wait_for_function(f"!localStorage.{key}")


@pytest.mark.usefixtures("without_python")
@pytest.mark.parametrize(
    "trait",
    ["'connection', {get: () => ({saveData: true})}", "'deviceMemory', {get: () => 1}"],
)
def test_a_visitor_who_saves_data_is_spared_python(
    context: BrowserContext, shop: OpenShop, sandbox: Sandbox, trait: str
) -> None:
    context.add_init_script(f"Object.defineProperty(Navigator.prototype, {trait})")
    context.add_init_script("delete window.SharedWorker")
    loaded: list[str] = []
    context.on("request", lambda request: loaded.append(request.url))
    page = context.new_page()
    page.goto(shop(head=WATCH))
    page.evaluate("edgee.track('light')")
    assert names(settled(page, sandbox, 2))[1] == "light"
    assert {url.rpartition("/")[2] for url in loaded if "/_edgee/a/" in url} == {
        "python.mjs",
        "raw.mjs",
        "debug.mjs",  # the demo's inspector is open to all
    }


def test_what_a_page_left_behind_is_its_last_word(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    """It went while it was loading; its journal still has what it had not completed, as another tab wrote it."""
    fill = """<script>
        const call = {id: "left", at: Date.now(), method: "track", page: {url: location.href}, arguments: ["left behind"]};
        localStorage._edgee_journal = JSON.stringify({v: 1, calls: [{...call, early: true}]});
        localStorage._edgee_journal_1 = JSON.stringify({v: 1, calls: [call]});
    </script>"""
    page.goto(shop(head=fill))
    assert set(names(settled(page, sandbox, 2))) == {"A page of the test", "left behind"}
    assert page.evaluate("localStorage._edgee_journal_1") is None
