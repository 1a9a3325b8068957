"""How Python starts in the visitor's browser: from its snapshot, and what happens where that cannot be."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.e2e.conftest import PageErrors
from tests.e2e.journey import WATCH, flush, hashed, settled, stored
from tests.e2e.pages import OpenShop
from tests.e2e.sandbox_client import Sandbox

SNAPSHOT = "**/_edgee/a/**/snapshot.bin"


def test_a_first_visit_loads_what_the_manifest_says_and_no_more(
    page: Page, shop: OpenShop, sandbox: Sandbox, server: str
) -> None:
    # What a SharedWorker loads, the browser does not show to tests.
    page.add_init_script("delete window.SharedWorker")
    loaded: list[str] = []
    page.context.on("request", lambda request: loaded.append(request.url))
    page.goto(shop(head=WATCH))
    page.wait_for_function("window.ready === 1")
    manifest = page.evaluate("fetch('/_edgee/manifest.json').then((answer) => answer.json())")
    assets = {url.removeprefix(f"{server}/_edgee/") for url in loaded if "/_edgee/a/" in url}
    # The demo's inspector is open to all, and so its pages tell of their calls.
    developers = {path for path in assets if path.endswith("/debug.mjs")}
    assert assets - developers == {path for path in manifest["first_visit"] if path != "sdk.js"}


def test_visitors_started_from_one_snapshot_share_no_id(
    new_context: Any, shop: OpenShop, sandbox: Sandbox
) -> None:
    ids = set()
    for _ in range(5):
        page = new_context().new_page()
        page.goto(shop())
        flush(page)
        ids.add(stored(page, "_edgee")["edgee_id"])
    assert len(ids) == 5
    events = [entry["event"] for entry in sandbox.wait_for(5)]
    assert len({event["event_id"] for event in events}) == 5
    assert len({event["user_data"]["external_id"][0] for event in events}) == 5


@pytest.mark.parametrize("fault", ["missing", "garbage", "another build"])
def test_without_a_snapshot_that_fits_python_starts_all_the_same(
    context: BrowserContext, shop: OpenShop, sandbox: Sandbox, errors: PageErrors, fault: str
) -> None:
    errors.allow("Failed to load resource|ERR_FAILED")

    def spoil(route: Any) -> None:
        if fault == "missing":
            route.fulfill(status=404, body="")
        elif fault == "garbage":
            route.fulfill(body="no snapshot at all")
        else:
            body = bytearray(route.fetch().body())
            # The build's id stands in Pyodide's own header, 16 bytes into it.
            body[16 + 16] ^= 0xFF
            route.fulfill(body=bytes(body))

    context.route(SNAPSHOT, spoil)
    page = context.new_page()
    page.goto(shop(head=WATCH))
    page.evaluate("edgee.user({user_id: 'u-1', properties: {email: 'jane@example.com'}})")
    page.wait_for_function("window.ready === 1", timeout=60_000)
    events = settled(page, sandbox, 2)
    assert events[1]["user_data"]["em"] == [hashed("jane@example.com")]


def test_everything_a_call_can_need_is_in_the_snapshot(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    page.goto(shop(head=WATCH) + "?utm_source=%ff+x&epik=%E9")
    page.evaluate("""edgee
        .user({user_id: "Zo\\u00eb@example.com", properties: {
            email: ["a@b.co", "B@b.co", ""], phone_number: "0044 (0)20 7946 0958 ext. 12",
            first_name: "Zo\\u00eb\\ud800", city: "S\\u00e3o Paulo", state: "California", country: "United States",
            zip_code: "94105-1234", gender: "Female", date_of_birth: "1 March 1999",
            address: {city: "Paris"}}})
        .track({name: "Order Completed", properties: {value: "1.299,00 \\u20ac", currency: "eur",
            opt_out_type: "LDP", event_id: 7, products: [{id: 1, price: "3,50", quantity: "2"}, null, "x"]}})
        .page({url: "/relative?x=1#y", keywords: "a, b"})""")
    _, lead, order, visit = settled(page, sandbox, 4)
    assert lead["user_data"]["db"] == [hashed("19990301")]
    assert lead["user_data"]["ph"] == [hashed("442079460958")]
    assert len(lead["user_data"]["em"]) == 2
    assert order["event_id"] == "7"
    assert order["custom_data"]["value"] == "1299.00"
    assert order["custom_data"]["opt_out_type"] == "LDP"
    assert visit["event_source_url"].endswith("/relative?x=1")


def test_where_a_pages_policy_forbids_webassembly_the_relay_takes_over_at_once(
    page: Page, shop: OpenShop, sandbox: Sandbox, server: str, errors: PageErrors
) -> None:
    # A worker from a relay elsewhere is under the page's policy; one of the page's own origin is not.
    errors.allow("wasm|WebAssembly|Content Security Policy")
    policy = (
        f"script-src 'unsafe-inline' {server}; worker-src blob: {server}; connect-src {server}; "
        "default-src 'self'"
    )
    head = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    page.goto(shop(head=head + WATCH, cross_origin=True))
    page.evaluate("edgee.track('allowed').flush()")
    events = [entry["event"] for entry in sandbox.wait_for(2, timeout=10)]
    assert [event["event_name"] for event in events] == ["page_visit", "custom"]
    assert page.evaluate("window.ready") is None, "Python did start"


def test_the_console_says_why_calls_wait_where_the_relay_does_not_know_the_pages_origin(
    page: Page, shop: OpenShop
) -> None:
    url = shop(cross_origin=True, path="/t/stranger.html").replace("elsewhere.", "stranger.")
    origin = url.partition("/t/")[0]
    with page.expect_console_message(lambda said: "edgee: the relay" in said.text) as message:
        page.goto(url)
    said = message.value.text
    assert "cannot be reached; calls wait on this device and are sent later." in said
    assert f"Is {origin} among the origins in its edgee.toml?" in said
    assert page.evaluate("edgee.flush()")["waiting"] == 1
