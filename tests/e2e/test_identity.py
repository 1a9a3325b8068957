"""Who the visitor is, over pages, reloads, tabs and log-outs."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import BrowserContext, Page

from tests.e2e.journey import WATCH, arrived, flush, hashed, names, settled, stored
from tests.e2e.pages import OpenShop
from tests.e2e.sandbox_client import Sandbox

JANE = "{user_id: 'u-1', properties: {email: 'jane@example.com'}}"


def test_identity_lasts_over_reloads_and_pages_and_grows(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    page.goto(shop())
    page.evaluate(f"edgee.user({JANE})")
    flush(page)
    page.reload()
    page.evaluate("edgee.user({properties: {phone_number: '+1 (234) 567-890'}})")
    flush(page)
    page.goto(shop("two", path="/t/two.html"))
    *_, last = settled(page, sandbox, 5)
    assert last["user_data"]["em"] == [hashed("jane@example.com")]
    assert last["user_data"]["ph"] == [hashed("1234567890")]
    assert last["user_data"]["external_id"] == [hashed("u-1")]
    assert stored(page, "_edgee_user")["user_id"] == "u-1"


def test_identity_applies_to_the_very_next_call(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    page.goto(shop())
    page.evaluate(f"edgee.user({JANE}).track('bought')")
    _, lead, bought = settled(page, sandbox, 3)
    assert lead["user_data"]["em"] == bought["user_data"]["em"] == [hashed("jane@example.com")]


def test_the_device_keeps_one_anonymous_id_and_counts_its_sessions(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    page.goto(shop())
    flush(page)
    first = stored(page, "_edgee")
    page.reload()
    flush(page)
    second = stored(page, "_edgee")
    assert first["edgee_id"] == second["edgee_id"]
    assert second["session"]["session_count"] == 1
    assert second["session"]["last_seen"] >= first["session"]["last_seen"]
    a, b = arrived(sandbox, 2)
    assert a["user_data"]["external_id"] == b["user_data"]["external_id"]
    assert a["user_data"]["external_id"] == [hashed(first["edgee_id"])]


def test_log_out_forgets_who_it_was(page: Page, shop: OpenShop, sandbox: Sandbox) -> None:
    page.goto(shop())
    page.evaluate(f"edgee.user({JANE}).reset().track('nobody')")
    before, _, after = settled(page, sandbox, 3)
    assert "em" not in after["user_data"]
    assert after["user_data"]["external_id"] != [hashed("u-1")]
    assert after["user_data"]["external_id"] != before["user_data"]["external_id"]
    assert stored(page, "_edgee_user") is None


def test_tabs_share_one_identity_and_send_nothing_twice(
    context: BrowserContext, shop: OpenShop, sandbox: Sandbox
) -> None:
    url = shop(head=WATCH)
    one, two = context.new_page(), context.new_page()
    one.goto(url)
    two.goto(url)
    one.evaluate(f"edgee.user({JANE})")
    flush(one)
    two.evaluate("edgee.track('from the other tab')")
    one.evaluate("edgee.track('from the first tab')")
    flush(two)
    events = settled(one, sandbox, 5)
    assert len({event["event_id"] for event in events}) == 5
    tracked = [event for event in events if event["event_name"] == "custom"]
    assert {event["user_data"]["em"][0] for event in tracked} == {hashed("jane@example.com")}
    told: list[Any] = two.evaluate("outcomes.filter((o) => o.outcome === 'delivered')")
    assert [each["method"] for each in told] == ["load", "track"], "a tab hears of its own calls"


def test_a_tab_that_sees_the_others_writes_late_forgets_nobody(
    context: BrowserContext, shop: OpenShop, sandbox: Sandbox
) -> None:
    """Browsers bring one tab's writes to the other one by one, and late."""
    url = shop()
    one, two = context.new_page(), context.new_page()
    two.add_init_script("""
        const { getItem } = Storage.prototype;
        Storage.prototype.getItem = function (key) {
            return key === "_edgee_user" ? null : getItem.call(this, key);
        };
    """)
    one.goto(url)
    two.goto(url)
    flush(two)
    one.evaluate(f"edgee.user({JANE})")
    flush(one)
    two.evaluate("edgee.track('makes the tab look and store')")
    flush(two)
    two.evaluate("edgee.track('from a tab that looked too early')")
    events = settled(two, sandbox, 5)
    tracked = [event for event in events if event["event_name"] == "custom"]
    assert [event["user_data"].get("em") for event in tracked] == 2 * [[hashed("jane@example.com")]]
    assert stored(one, "_edgee_user")["user_id"] == "u-1"


def test_a_tab_that_is_closed_leaves_the_other_one_working(
    context: BrowserContext, shop: OpenShop, sandbox: Sandbox
) -> None:
    url = shop()
    one, two = context.new_page(), context.new_page()
    one.goto(url)
    two.goto(url)
    flush(one)
    flush(two)
    one.evaluate("edgee.track('last words')")
    one.close()
    two.evaluate("edgee.track('still here')")
    events = settled(two, sandbox, 4)
    assert sorted(names(events))[2:] == ["last words", "still here"]
    two.wait_for_function("localStorage.getItem('_edgee_journal') === null")


def test_a_visitor_who_clears_the_site_data_is_a_new_one(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    page.goto(shop())
    page.evaluate(f"edgee.user({JANE})")
    flush(page)
    page.wait_for_function("localStorage.getItem('_edgee_user')")
    page.evaluate("localStorage.clear(); edgee.track('fresh')")
    *_, fresh = settled(page, sandbox, 3)
    assert "em" not in fresh["user_data"]
    assert fresh["user_data"]["external_id"] != [hashed("u-1")]
