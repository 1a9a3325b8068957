"""Every way to call, and every way to call wrongly: from page JavaScript to Pinterest."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

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


def test_a_page_with_just_the_tag_reports_its_visit(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    page.goto(shop(path="/t/lamp.html") + "?colour=red#top")
    [event] = arrived(sandbox)
    assert event["event_name"] == "page_visit"
    assert event["action_source"] == "web"
    assert event["event_source_url"].endswith("/t/lamp.html?colour=red")
    assert event["custom_data"]["content_name"] == "A page of the test"
    assert event["language"] == "en"
    assert event["user_data"]["client_ip_address"] == "127.0.0.1"
    assert "Chrome" in event["user_data"]["client_user_agent"]
    assert abs(event["event_time"] - page.evaluate("Date.now() / 1000")) < 60


def test_object_and_string_forms_of_every_method(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    page.goto(shop(WATCH))
    page.evaluate("""edgee
        .page({name: "Object page", category: "Lamps", properties: {content_brand: "Halo"}})
        .page("String page")
        .track({name: "object track", properties: {value: 59.9, currency: "eur", order_id: 7}})
        .track("string track")
        .user("u-1")
        .user({user_id: "u-1", properties: {email: " Jane@Example.COM "}})""")
    first, *events = settled(page, sandbox, 7)
    assert first["event_name"] == "page_visit"
    assert [event["event_name"] for event in events] == [
        "page_visit", "page_visit", "custom", "custom", "lead", "lead",
    ]  # fmt: skip
    assert names(events)[:4] == ["Object page", "String page", "object track", "string track"]
    assert events[0]["custom_data"]["content_category"] == "Lamps"
    assert events[0]["custom_data"]["content_brand"] == "Halo"
    assert events[2]["custom_data"] == {
        "value": "59.9", "currency": "EUR", "order_id": "7", "content_name": "object track",
    }  # fmt: skip
    assert events[4]["user_data"]["external_id"] == [hashed("u-1")]
    assert events[5]["user_data"]["em"] == [hashed("jane@example.com")]
    delivered = outcomes(page, "delivered")
    assert {each["event_id"] for each in delivered} == {e["event_id"] for e in [first, *events]}


def test_calls_made_before_the_script_arrives_are_replayed_in_order(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    head = """<script>
      window.edgee = window.edgee || [];
      edgee.push(["track", {name: "one"}]);
      edgee.push(["user", {user_id: "early"}], ["track", "two"]);
    </script>"""
    page.goto(shop(head=head))
    page.evaluate("edgee.push(['track', 'three'])")
    events = settled(page, sandbox, 5)
    tracked = [event for event in events if event["event_name"] == "custom"]
    assert names(tracked) == ["one", "two", "three"]
    assert tracked[1]["user_data"]["external_id"] == [hashed("early")]


@pytest.mark.parametrize("declared", [False, True], ids=["automatic", "declared"])
def test_what_waited_for_a_late_script_comes_before_the_pages_own_event(
    page: Page, shop: OpenShop, sandbox: Sandbox, declared: bool
) -> None:
    layer = data_layer({"events": [{"type": "page"}]}) if declared else ""
    page.goto(shop(tag="", head=layer + "<script>edgee = [['user', { user_id: 'u-1' }]]</script>"))
    page.evaluate("""() => {
      const tag = document.createElement("script");
      tag.src = "/_edgee/sdk.js";
      document.head.append(tag);
    }""")
    page.wait_for_function("edgee.flush")
    lead, visit = settled(page, sandbox, 2)
    assert (lead["event_name"], visit["event_name"]) == ("lead", "page_visit")
    assert visit["user_data"]["external_id"] == [hashed("u-1")]


def test_method_calls_on_the_printed_stub_are_replayed(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    stub = """<script>
      window.edgee = window.edgee || [];
      ["page", "track", "user", "consent", "reset"].forEach((method) => {
        edgee[method] = (...call) => (edgee.push([method, ...call]), edgee);
      });
      edgee.track("stubbed").track({name: "chained"});
    </script>"""
    page.goto(shop(head=stub))
    events = settled(page, sandbox, 3)
    assert [n for n in names(events) if n in ("stubbed", "chained")] == ["stubbed", "chained"]


def test_loading_the_script_twice_is_harmless(page: Page, shop: OpenShop, sandbox: Sandbox) -> None:
    page.goto(shop(WATCH + '<script src="/_edgee/sdk.js"></script>'))
    page.evaluate("edgee.track('once')")
    events = settled(page, sandbox, 2)
    assert sorted(event["event_name"] for event in events) == ["custom", "page_visit"]
    assert page.evaluate("window.loaded") == 1


def test_the_page_hears_that_the_facade_and_then_python_are_there(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    page.goto(shop(head=WATCH))
    page.wait_for_function("window.ready === 1")
    marks = page.evaluate("performance.getEntriesByType('mark').map((mark) => mark.name)")
    assert marks == ["edgee:loaded", "edgee:ready"]
    arrived(sandbox)


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        ("edgee.track()", "missing_name"),
        ("edgee.track('')", "missing_name"),
        ("edgee.track({properties: {a: 1}})", "missing_name"),
        ("edgee.track(null)", "missing_name"),
        ("edgee.track(42)", "invalid_call"),
        ("edgee.page([1, 2])", "invalid_call"),
        ("edgee.user(true)", "invalid_call"),
        ("edgee.consent('yes')", "invalid_call"),
        ("edgee.track({name: 'huge', properties: {text: 'x'.repeat(70000)}})", "too_large"),
        (
            "edgee.track({name: 'throws', get properties() { throw new Error('no') }})",
            "invalid_call",
        ),
        ("edgee.track('x', {pinterest_capi: false})", "component_disabled"),
    ],
)
def test_a_wrong_call_is_refused_with_its_reason_and_nothing_else_is_lost(
    page: Page, shop: OpenShop, sandbox: Sandbox, call: str, reason: str
) -> None:
    page.goto(shop(head=WATCH))
    assert page.evaluate(f"{call} === edgee"), "still chainable"
    page.evaluate("edgee.track('after')")
    events = settled(page, sandbox, 2)
    assert names(events)[1] == "after"
    [refused] = outcomes(page, "refused")
    assert refused["reason"] == reason
    assert len(refused["message"]) > 20


def test_values_that_are_no_json_are_mended(page: Page, shop: OpenShop, sandbox: Sandbox) -> None:
    page.goto(shop(WATCH + "<p id='node'>text</p>"))
    page.evaluate("""() => {
        const cyclic = {order_id: "c-1"};
        cyclic.self = cyclic;
        edgee.track({name: "cyclic", properties: cyclic});
        edgee.track({name: "bigint", properties: {order_id: 12345678901234567890n}});
        edgee.track({name: "nan", properties: {value: NaN, num_items: Infinity, order_id: "n"}});
        edgee.track({name: "node", properties: {order_id: "d", node: document.querySelector("#node")}});
        edgee.track({name: "surrogate", properties: {search_string: "a\\ud800b"}});
        edgee.track({name: "map", properties: new Map([["a", 1]])});
        edgee.track({name: "date", properties: {order_id: new Date(0), f() {}, s: Symbol("s")}});
    }""")
    events = settled(page, sandbox, 8)
    custom: dict[str, Any] = {
        event["custom_data"]["content_name"]: event["custom_data"] for event in events
    }
    assert custom["cyclic"]["order_id"] == "c-1"
    assert custom["bigint"]["order_id"] == "12345678901234567890"
    assert "value" not in custom["nan"]
    assert "num_items" not in custom["nan"]
    assert custom["node"]["order_id"] == "d"
    assert custom["surrogate"]["search_string"] == "a\ufffdb"
    assert custom["date"]["order_id"] == "1970-01-01T00:00:00.000Z"
    assert outcomes(page, "refused") == []


def test_an_event_id_given_by_the_page_wins(page: Page, shop: OpenShop, sandbox: Sandbox) -> None:
    page.goto(shop())
    page.evaluate("edgee.track({name: 'paid', properties: {event_id: 'order-7'}})")
    page.evaluate("edgee.track({name: 'paid', properties: {event_id: 'order-7'}})")
    events = settled(page, sandbox, 2)
    assert events[1]["event_id"] == "order-7"


def test_products_arrive_as_contents(page: Page, shop: OpenShop, sandbox: Sandbox) -> None:
    page.goto(shop())
    page.evaluate("""edgee.track({name: "Order Completed", properties: {
        currency: "EUR", products: [
            {sku: "lamp-1", name: "Lamp", price: 19.95, quantity: 2, brand: "Halo"},
            {sku: 7, name: "Bulb", price: "5", quantity: "1"},
        ]}})""")
    custom = settled(page, sandbox, 2)[1]["custom_data"]
    assert custom["content_ids"] == ["lamp-1", "7"]
    assert custom["num_items"] == 3
    assert custom["value"] == "44.90"
    assert custom["contents"][0] == {
        "id": "lamp-1", "item_name": "Lamp", "item_brand": "Halo", "item_price": "19.95", "quantity": 2,
    }  # fmt: skip


def test_what_was_delivered_leaves_the_journal_and_nothing_raw_stays_behind(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    page.goto(shop())
    page.evaluate("edgee.user({user_id: 'u', properties: {email: 'canary@example.com'}})")
    settled(page, sandbox, 2)
    page.wait_for_function("localStorage.getItem('_edgee_journal') === null")
    assert "canary" not in page.evaluate("JSON.stringify(localStorage)")
    assert stored(page, "_edgee_user")["properties"] == {"email": hashed("canary@example.com")}


def test_a_hundred_calls_in_one_go_arrive_in_order_and_once(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    page.goto(shop())
    page.evaluate("for (let i = 0; i < 100; i++) edgee.track('t' + i)")
    events = settled(page, sandbox, 101)
    assert names(events)[1:] == [f"t{number}" for number in range(100)]
    assert len({event["event_id"] for event in events}) == 101


def test_the_script_survives_a_page_that_has_spoiled_window_edgee(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    page.goto(shop(head="<script>window.edgee = 'not ours'</script>"))
    page.evaluate("edgee.track('anyway')")
    assert names(settled(page, sandbox, 2))[1] == "anyway"


def test_flush_says_what_became_of_everything(page: Page, shop: OpenShop, sandbox: Sandbox) -> None:
    page.goto(shop(tag=TAG))
    page.evaluate("edgee.track('a').track()")
    summary = flush(page)
    assert (summary["delivered"], summary["refused"], summary["waiting"]) == (2, 1, 0)
    arrived(sandbox, 2)
