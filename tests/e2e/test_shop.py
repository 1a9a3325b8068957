"""The demo shop: from a click to Pinterest, as a visitor goes through it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.e2e.journey import hashed, stored
from tests.e2e.sandbox_client import Sandbox


def event_named(sandbox: Sandbox, event_name: str, content_name: str = "") -> dict[str, Any]:
    """The one event of that name at Pinterest (and of that content name)."""
    [entry] = sandbox.wait_for(
        predicate=lambda entry: (
            entry["event"]["event_name"] == event_name
            and (
                not content_name
                or entry["event"].get("custom_data", {}).get("content_name") == content_name
            )
        )
    )
    found: dict[str, Any] = entry["event"]
    return found


def test_a_visitor_buys_a_lamp(page: Page, sandbox: Sandbox) -> None:
    page.goto("/")
    page.locator("#hero-shop").click()
    page.get_by_test_id("category-table").click()
    page.locator("[id^=card-]").first.click()
    page.wait_for_url("**/products/**")
    page.locator("#quantity").fill("2")
    page.locator("#add-to-cart").click()
    page.locator("#go-to-cart").click()
    page.wait_for_url("**/cart.html")
    total = page.locator("#cart-total").inner_text()
    page.locator("#go-to-checkout").click()
    page.wait_for_url("**/checkout.html")
    page.fill("#email", " Jane.Doe@Example.com ".strip())
    page.fill("#first_name", "Jane")
    page.fill("#last_name", "Doe")
    page.fill("#street", "10 Downing Street")
    page.fill("#zip_code", "SW1A 1AA")
    page.fill("#city", "St. John's")
    page.select_option("#country", "GB")
    page.locator("#place-order").click()
    page.wait_for_url("**/thank-you.html*")
    order = page.locator("#order-id").inner_text()

    bought = event_named(sandbox, "custom", "Order Completed")
    custom = bought["custom_data"]
    assert custom["order_id"] in order
    assert custom["num_items"] == 2
    assert custom["contents"][0]["quantity"] == 2
    assert "".join(filter(str.isdigit, total)) in custom["value"].replace(".", "") + "00"
    user = bought["user_data"]
    assert user["em"] == [hashed("jane.doe@example.com")]
    assert user["fn"] == [hashed("jane")]
    assert user["zp"] == [hashed("sw1a1aa")]
    assert user["ct"] == [hashed("stjohns")]
    assert user["country"] == [hashed("gb")]
    assert user["client_ip_address"] == "127.0.0.1"
    # The order may come from the page that was left; its calls lie here as they were until Python has them.
    page.wait_for_function("localStorage.getItem('_edgee_journal') === null")
    kept = page.evaluate("JSON.stringify([localStorage, sessionStorage])").lower()
    assert "jane" not in kept
    assert "downing" not in kept + json.dumps(sandbox.events()).lower()

    entries = sandbox.events()
    ids = [entry["event"]["event_id"] for entry in entries]
    assert len(ids) == len(set(ids)), "nothing arrives twice"
    assert {entry["event"]["event_name"] for entry in entries} == {"page_visit", "custom", "lead"}


def test_there_is_nothing_to_pay_for_in_an_empty_cart(page: Page) -> None:
    page.goto("/checkout.html")
    assert page.locator("h1").inner_text() == "Your cart is empty"
    assert page.locator("#place-order").count() == 0
    page.get_by_role("link", name="See the lamps").click()
    page.wait_for_url("**/lamps.html")


def test_the_lookbook_reports_each_story_as_a_page(page: Page, sandbox: Sandbox) -> None:
    page.goto("/lookbook/")
    page.get_by_test_id("story-long-table").click()
    page.get_by_test_id("story-blue-hour").click()
    page.go_back()
    page.evaluate("edgee.flush()")
    events = [entry["event"] for entry in sandbox.wait_for(4)]
    visits = [event for event in events if event["event_name"] == "page_visit"]
    urls = [visit["event_source_url"].partition("/lookbook/")[2] for visit in visits]
    assert len(urls) == 4
    assert urls[1] == urls[3] != urls[2]


def test_declining_in_the_opt_in_mode_sends_nothing_and_accepting_later_does(
    page: Page, sandbox: Sandbox
) -> None:
    page.goto("/?consent=pending")
    page.locator("#consent-decline").click()
    assert page.evaluate("edgee.flush()")["delivered"] == 0
    assert sandbox.events() == []
    page.locator("#privacy-choices").click()
    page.locator("#consent-accept").click()
    page.goto("/lamps.html")
    assert event_named(sandbox, "page_visit")["event_source_url"].endswith("/lamps.html")


def test_logging_in_and_out(page: Page, sandbox: Sandbox) -> None:
    page.goto("/account.html")
    page.fill("#email", "jane@example.com")
    page.fill("#first_name", "Jane")
    page.locator("#log-in").click()
    lead = event_named(sandbox, "lead")
    assert lead["user_data"]["em"] == [hashed("jane@example.com")]
    page.locator("#log-out").click()
    page.evaluate("edgee.flush()")
    assert stored(page, "_edgee_user") is None


@pytest.mark.parametrize(
    "path",
    ["/", "/lamps.html", "/cart.html", "/checkout.html", "/account.html", "/search.html?q=lamp",
     "/lookbook/", "/privacy.html"],
)  # fmt: skip
def test_every_page_reports_its_visit_and_shows_that_it_did(
    page: Page, sandbox: Sandbox, path: str
) -> None:
    page.goto(path)
    page.evaluate("edgee.flush()")
    visit = event_named(sandbox, "page_visit")
    assert visit["event_source_url"].endswith(path)
    page.wait_for_function("Number(document.querySelector('#developer-delivered').innerText) > 0")
