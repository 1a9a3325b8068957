"""Every page of ours can be used by everybody: WCAG 2.2 AA as axe sees it, light and dark, wide and narrow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.demo_server import SHOP
from tests.e2e.axe import violations
from tests.e2e.conftest import PageErrors
from tests.e2e.journey import flush
from tests.e2e.pages import OpenShop
from tests.e2e.sandbox_client import Sandbox

PAGES = sorted(f"/{file.relative_to(SHOP)}" for file in SHOP.rglob("*.html"))
#: Colours depend on no width, and sizes on no colour: two looks are as good as four.
LOOKS = [("light", 390), ("dark", 1280)]
ORDER = {
    "name": "Order Completed",
    "properties": {"order_id": "1001", "value": 59.9, "colour": "red"},
}


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0]}-{look[1]}")
def look(request: pytest.FixtureRequest) -> dict[str, Any]:
    """A colour scheme and a width, as options of a context."""
    scheme, width = request.param
    return {
        "color_scheme": scheme,
        "viewport": {"width": width, "height": 900},
        # Colours on their way from one to the other are nobody's to read.
        "reduced_motion": "reduce",
    }


@pytest.fixture
def page(new_context: Any, look: dict[str, Any]) -> Iterator[Page]:
    """A tab that looks so."""
    context = new_context(**look)
    yield context.new_page()


def test_axe_finds_what_is_wrong(page: Page, shop: OpenShop) -> None:
    page.goto(shop('<p style="color: #999; background: #fff">pale</p><img src="data:,">', tag=""))
    found = "\n".join(violations(page))
    assert "color-contrast" in found
    assert "image-alt" in found


def test_the_shop(page: Page, errors: PageErrors) -> None:
    errors.allow("404")
    page.goto("/products/dune.html")
    page.locator("#add-to-cart").click()
    found = {}
    for address in PAGES:
        page.goto(address)
        page.locator("#site-footer > *").first.wait_for()
        found[address] = violations(page)
    assert {address: each for address, each in found.items() if each} == {}


def test_the_sandbox(page: Page, server: str, sandbox: Sandbox) -> None:
    page.goto("/_sandbox/")
    expect(page.locator(".empty")).to_be_visible()
    assert violations(page) == []
    fill(page, server)
    sandbox.wait_for(3)
    httpx2.post(f"{server}/_sandbox/v5/ad_accounts/1/events", json={"data": []})
    page.goto("/_sandbox/")
    page.locator("summary").first.click()
    assert page.locator(".refused, .failed").count()
    assert violations(page) == []


def test_the_inspector(page: Page, server: str, sandbox: Sandbox) -> None:
    page.goto("/_edgee/inspector")
    expect(page.locator("#connection")).to_have_text("Live")
    page.click("#clear")
    expect(page.locator("#empty")).to_be_visible()
    assert violations(page) == []

    fill(page, server)
    for state in ("held", "delivered", "parked", "refused"):
        expect(page.locator(f"#events > [data-state={state}]").first).to_be_visible()
    assert violations(page) == []
    for state in ("held", "delivered", "parked", "refused"):
        page.locator(f"#events > [data-state={state}] .line").first.click()
    page.locator("#quality-box").evaluate("box => (box.open = true)")
    assert violations(page) == []
    page.get_by_test_id("state-refused").click()
    page.click("#pause")
    assert violations(page) == []


def fill(page: Page, server: str) -> None:
    """Have one of each kind: delivered, held, refused by us, refused by Pinterest."""
    tab = page.context.new_page()
    tab.goto("/?_edgeedebug=true")
    tab.evaluate("order => edgee.track(order).track({})", ORDER)
    flush(tab)
    httpx2.post(f"{server}/_sandbox/_control", json={"failed": [0]}).raise_for_status()
    tab.evaluate("edgee.track('Unlucky')")
    flush(tab)
    tab.evaluate("edgee.consent('pending').track('Waits')")
    flush(tab)
    tab.close()


def test_the_window_of_debug_mode(page: Page, shop: OpenShop) -> None:
    page.goto(shop("<main><h1>Lamps</h1></main>") + "?_edgeedebug=true")
    page.evaluate("order => edgee.track(order).track({})", ORDER)
    flush(page)
    window = page.locator("edgee-debug")
    expect(window.locator(".delivered b")).to_have_text("2")
    assert violations(page) == []
    window.locator(".title").click()
    expect(window.locator("ol li")).not_to_have_count(0)
    assert violations(page) == []


def test_the_window_of_debug_mode_stays_english_on_a_page_from_right_to_left(
    page: Page, shop: OpenShop
) -> None:
    page.goto(
        shop(
            "<script>document.documentElement.dir = 'rtl'; document.documentElement.lang = 'ar'</script>"
        )
        + "?_edgeedebug=true"
    )
    section = page.locator("edgee-debug section")
    expect(section).to_have_css("direction", "ltr")
    expect(section).to_have_attribute("lang", "en")
    box = section.bounding_box()
    assert box
    assert box["x"] >= 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
