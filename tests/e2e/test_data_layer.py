"""The data layer element, as site owners write it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.e2e.journey import WATCH, data_layer, hashed, names, outcomes, settled
from tests.e2e.pages import OpenShop
from tests.e2e.sandbox_client import Sandbox


def test_declared_events_replace_the_automatic_page_event(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    layer = data_layer(
        {
            "events": [
                {"type": "track", "data": {"name": "declared"}},
                {"type": "user", "data": {"user_id": "u-9", "properties": {"email": "a@b.co"}}},
            ]
        }
    )
    page.goto(shop(layer))
    first, second = settled(page, sandbox, 2)
    assert (first["event_name"], second["event_name"]) == ("custom", "lead")
    assert first["event_id"].endswith("-1")
    assert second["event_id"] == first["event_id"][:-1] + "2"
    assert first["user_data"]["em"] == [hashed("a@b.co")], "a declared user is one for its siblings"


def test_context_is_merged_under_what_a_call_says(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    layer = data_layer(
        {
            "context": {
                "page": {"name": "Declared", "category": "Lamps", "url": "https://shop.example/l"},
                "user": {"user_id": "declared"},
            }
        }
    )
    page.goto(shop(layer))
    page.evaluate("edgee.page({name: 'Called'})")
    automatic, called = settled(page, sandbox, 2)
    assert names([automatic, called]) == ["Declared", "Called"]
    assert called["custom_data"]["content_category"] == "Lamps"
    assert called["event_source_url"] == "https://shop.example/l"
    assert called["user_data"]["external_id"] == [hashed("declared")]


def test_comments_and_trailing_commas_are_read(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    layer = data_layer("""{ // the shop's
        "data_collection": { /* where we are */ "context": {"page": {"name": "http://a//b", },}, }
    }""")
    page.goto(shop(layer))
    assert names(settled(page, sandbox, 1)) == ["http://a//b"]


@pytest.mark.parametrize("text", ["{broken", "[1, 2]", '"text"', "null", ""])
def test_a_data_layer_that_is_none_stops_nothing(
    page: Page, shop: OpenShop, sandbox: Sandbox, text: str
) -> None:
    page.goto(shop(data_layer(text), head=WATCH))
    page.evaluate("edgee.track('still')")
    assert names(settled(page, sandbox, 2))[1] == "still"
    problems = [each["message"] for each in outcomes(page, "problem")]
    assert bool(problems) == bool(text), problems


def test_a_data_layer_inserted_before_load_counts(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    late = """<script>
      document.addEventListener("readystatechange", () => {
        if (document.readyState !== "interactive") return;
        const layer = document.createElement("script");
        layer.id = "__EDGEE_DATA_LAYER__";
        layer.type = "application/json";
        layer.textContent = '{"data_collection": {"context": {"page": {"name": "Late"}}}}';
        document.body.append(layer);
      });
      (window.edgee = window.edgee || []).push(["page", {category: "early call"}]);
    </script><img src="/_sandbox/" alt="">"""
    page.goto(shop(head=late))
    events = settled(page, sandbox, 2)
    assert names(events) == ["Late", "Late"]


def test_canonical_link_keywords_and_campaign(page: Page, shop: OpenShop, sandbox: Sandbox) -> None:
    head = '<link rel="canonical" href="/t/the-lamp.html">'
    page.goto(shop(head=head) + "?utm_source=pinterest&epik=click-1&colour=a%20b")
    page.goto(shop("second", path="/t/second.html"))
    first, second = settled(page, sandbox, 2)
    assert first["event_source_url"].endswith(
        "/t/the-lamp.html?utm_source=pinterest&epik=click-1&colour=a%20b"
    )
    assert first["user_data"]["click_id"] == "click-1"
    assert second["user_data"]["click_id"] == "click-1", "the click is remembered"


def test_pinterests_own_cookie_gives_the_click_id(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    page.goto(shop(head="<script>document.cookie = '_epik=from-the-tag'</script>"))
    [event] = settled(page, sandbox, 1)
    assert event["user_data"]["click_id"] == "from-the-tag"


def test_components_declared_for_the_page_can_be_overridden_by_a_call(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    page.goto(shop(data_layer({"components": {"all": False}}), head=WATCH))
    page.evaluate("""edgee
        .track("off")
        .track("on", {"edgee/pinterest-capi": true})
        .track("other", {"all": true, "google_analytics": false})""")
    assert names(settled(page, sandbox, 2)) == ["on", "other"]
    assert {each["reason"] for each in outcomes(page, "refused")} == {"component_disabled"}
