"""Consent: what waits, what goes, what never leaves the device."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Request

from tests.document import fenced
from tests.e2e.journey import WATCH, data_layer, flush, hashed, names, outcomes, settled, stored
from tests.e2e.pages import TAG, OpenShop
from tests.e2e.sandbox_client import Sandbox
from tests.readme import blocks

PENDING = TAG.replace("<script ", '<script data-consent="pending" ')
DENIED = TAG.replace("<script ", '<script data-consent="denied" ')


def posts(page: Page) -> list[str]:
    """Every POST the page's context makes from now on."""
    seen: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            seen.append(request.url)

    page.context.on("request", note)
    return seen


def test_pending_holds_in_order_and_grant_releases(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    seen = posts(page)
    page.goto(shop(tag=PENDING, head=WATCH))
    page.evaluate("""edgee
        .user({user_id: "u-1", properties: {email: "jane@example.com"}})
        .track("one").track("two")""")
    summary = flush(page)
    assert (summary["held"], summary["delivered"]) == (4, 0)
    assert seen == []
    assert stored(page, "_edgee") is None
    assert stored(page, "_edgee_user") is None
    journal = page.evaluate("localStorage.getItem('_edgee_journal')")
    assert "jane@" not in journal
    assert hashed("jane@example.com") in journal

    page.reload()
    assert flush(page)["held"] == 5
    page.evaluate("edgee.consent('granted')")
    events = settled(page, sandbox, 5)
    assert [event["event_name"] for event in events] == [
        "page_visit", "lead", "custom", "custom", "page_visit",
    ]  # fmt: skip
    assert names(events)[2:4] == ["one", "two"]
    assert events[2]["user_data"]["em"] == [hashed("jane@example.com")]
    assert stored(page, "_edgee")["consent"] == "granted"
    page.wait_for_function("localStorage.getItem('_edgee_journal') === null")


def test_denied_drops_counts_and_says_so(page: Page, shop: OpenShop, sandbox: Sandbox) -> None:
    seen = posts(page)
    page.goto(shop(tag=DENIED, head=WATCH))
    page.evaluate("edgee.track('no').user('u-1')")
    summary = flush(page)
    assert (summary["refused"], summary["held"], summary["delivered"]) == (3, 0, 0)
    assert {each["reason"] for each in outcomes(page, "refused")} == {"consent_denied"}
    assert seen == []
    assert page.evaluate("Object.keys(localStorage)") == []
    page.evaluate("edgee.consent('granted').track('yes')")
    assert names(settled(page, sandbox, 1)) == ["yes"]


def test_a_denial_after_a_grant_forgets_the_visitor(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    page.goto(shop())
    page.evaluate("edgee.user({user_id: 'u-1'})")
    settled(page, sandbox, 2)
    page.evaluate("edgee.consent('denied').track('no')")
    settled(page, sandbox, 2)
    assert stored(page, "_edgee_user") is None
    kept = stored(page, "_edgee")
    assert kept["consent"] == "denied"
    assert "edgee_id" not in kept
    assert "session" not in kept
    page.reload()
    settled(page, sandbox, 2)


def test_the_choice_holds_on_later_pages_and_beats_the_data_layer(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    page.goto(shop())
    flush(page)
    page.evaluate("edgee.consent('denied')")
    flush(page)
    page.goto(shop(data_layer({"consent": "granted"}), path="/t/two.html", head=WATCH))
    page.evaluate("edgee.track('no')")
    settled(page, sandbox, 1)
    assert len(outcomes(page, "refused")) == 2


def test_the_data_layers_consent_counts_where_the_visitor_has_not_chosen(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    page.goto(shop(data_layer({"consent": "pending"})))
    assert flush(page)["held"] == 1
    page.evaluate("edgee.consent('granted')")
    settled(page, sandbox, 1)


def test_global_privacy_control_means_denied_until_the_visitor_says_otherwise(
    context: BrowserContext, shop: OpenShop, sandbox: Sandbox
) -> None:
    context.add_init_script(
        "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})"
    )
    page = context.new_page()
    page.goto(shop(head=WATCH))
    assert flush(page)["refused"] == 1
    page.evaluate("edgee.consent('granted').track('chosen')")
    assert names(settled(page, sandbox, 1)) == ["chosen"]


def test_another_tab_hears_of_the_choice_at_once(
    context: BrowserContext, shop: OpenShop, sandbox: Sandbox
) -> None:
    url = shop(tag=PENDING)
    one, two = context.new_page(), context.new_page()
    one.goto(url)
    two.goto(url)
    assert flush(one)["held"] + flush(two)["held"] >= 2
    one.evaluate("edgee.consent('granted')")
    flush(one)
    two.evaluate("edgee.track('two')")
    settled(two, sandbox, 3)


def test_leaving_without_consent_sends_nothing(
    page: Page, shop: OpenShop, sandbox: Sandbox
) -> None:
    seen: list[Any] = posts(page)
    two = shop("two", path="/t/two.html", tag=PENDING)
    link = """<a href="/t/two.html" onclick="edgee.track('before Python is up')">on</a>"""
    page.goto(shop(link, tag=PENDING))
    page.click("a")
    page.wait_for_url(two)
    assert flush(page)["held"] == 3
    assert seen == []


TCF, ONETRUST = (
    block.text for block in fenced("consent.md") if block.heading == "From a consent platform"
)

#: The platforms as a page meets them: they call back at once, and once more when the visitor chooses.
PLATFORMS = {
    TCF: """
        let listener;
        const said = (eventStatus, yes) =>
            listener({ eventStatus, gdprApplies: true, purpose: { consents: { 1: true, 7: yes } } }, true);
        const __tcfapi = (command, version, heard) => { listener = heard; said("cmpuishown", false); };
        const choose = (yes) => said("useractioncomplete", yes);
    """,
    ONETRUST: """
        let isClosed = false;
        var OnetrustActiveGroups = ",C0001,";
        const OneTrust = { IsAlertBoxClosed: () => isClosed };
        addEventListener("load", () => OptanonWrapper());
        const choose = (yes) => {
            isClosed = true;
            if (yes) OnetrustActiveGroups += "C0004,";
            OptanonWrapper();
        };
    """,
}


@pytest.mark.parametrize("agrees", [True, False], ids=["agrees", "refuses"])
@pytest.mark.parametrize("code", [TCF, ONETRUST], ids=["TCF", "OneTrust"])
def test_a_consent_platform_passes_on_a_choice_and_nothing_before_it(
    page: Page, shop: OpenShop, sandbox: Sandbox, code: str, agrees: bool
) -> None:
    [stub] = blocks("html", "Before the script has arrived")
    head = f"{stub}<script>{PLATFORMS[code]}{code}</script>"
    page.goto(shop(head=head, tag=PENDING, path="/t/platform.html"))
    page.wait_for_load_state()
    assert flush(page)["held"] == 1
    page.evaluate("(agrees) => choose(agrees)", agrees)
    summary = flush(page)
    assert (summary["delivered"], summary["refused"]) == ((1, 0) if agrees else (0, 1))
    assert stored(page, "_edgee")["consent"] == ("granted" if agrees else "denied")
