"""A single-page site: one page event for each real navigation."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.e2e.journey import data_layer, names, settled
from tests.e2e.pages import TAG, OpenShop
from tests.e2e.sandbox_client import Sandbox

SPA = TAG.replace("<script ", "<script data-spa ")


def paths(events: list[dict[str, str]]) -> list[str]:
    return [event["event_source_url"].partition("/t/")[2] for event in events]


def test_push_replace_and_back_are_page_events_and_the_same_address_is_none(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    page.goto(shop(tag=SPA))
    page.wait_for_function("edgee.load")
    page.evaluate("""async () => {
        const pause = () => new Promise((resolve) => setTimeout(resolve, 150));
        history.pushState({}, "", "/t/a");
        setTimeout(() => (document.title = "Title of a"), 20);
        await pause();
        history.pushState({}, "", "/t/a");
        history.pushState({}, "", "/t/a#part");
        await pause();
        history.replaceState({}, "", "/t/b?view=2");
        await pause();
        history.replaceState({}, "", "/t/b");
        history.back();
        await pause();
    }""")
    events = settled(page, sandbox, 4)
    assert paths(events) == ["index.html", "a", "b?view=2", "a"]
    assert names(events)[1] == "Title of a"


def test_a_call_right_after_a_navigation_comes_after_its_page_event(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    page.goto(shop(tag=SPA))
    page.evaluate("history.pushState({}, '', '/t/a'); edgee.track('there')")
    events = settled(page, sandbox, 3)
    assert [event["event_name"] for event in events] == ["page_visit", "page_visit", "custom"]
    assert paths(events) == ["index.html", "a", "a"]


def test_after_a_navigation_the_first_pages_data_layer_is_not_this_pages(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    layer = {"context": {"page": {"name": "First", "url": "https://shop.example/first"}}}
    page.goto(shop(data_layer(layer), tag=SPA))
    page.evaluate("history.pushState({}, '', '/t/second'); document.title = 'Second'")
    first, second = settled(page, sandbox, 2)
    assert names([first, second]) == ["First", "Second"]
    assert paths([second]) == ["second"]


def test_without_the_attribute_a_navigation_is_the_pages_own_affair(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    page.goto(shop())
    page.evaluate("history.pushState({}, '', '/t/a'); edgee.page()")
    events = settled(page, sandbox, 2)
    assert paths(events) == ["index.html", "a"]


def test_a_body_that_is_swapped_in_brings_its_own_data_layer_and_not_the_one_before_it(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    """As Turbo and htmx do it: the address first, then the body. The third page declares nothing."""
    page.goto(shop(data_layer({"context": {"page": {"category": "First"}}}), tag=SPA))
    page.wait_for_function("edgee.load")
    page.evaluate(
        """async (second) => {
            const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
            history.pushState({}, "", "/t/second");
            document.body.innerHTML = second;
            await pause(150);
            history.pushState({}, "", "/t/third");
            await pause(150);
            document.body.innerHTML = "";
        }""",
        data_layer({"context": {"page": {"category": "Second"}}}),
    )
    events = settled(page, sandbox, 3)
    categories = [event["custom_data"].get("content_category") for event in events]
    assert categories == ["First", "Second", None]
