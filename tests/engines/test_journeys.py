"""What visitors do, in each engine: what arrives at Pinterest is the same."""

from __future__ import annotations

from tests.e2e.journey import WATCH, hashed, names
from tests.e2e.network import Network
from tests.e2e.pages import TAG, OpenShop
from tests.e2e.sandbox_client import Sandbox
from tests.engines.driver import Tab, Visitor
from tests.engines.journey import had_one_sender, settled, stored, tracked

JANE = "{user_id: 'u-1', properties: {email: ' Jane@Example.com'}}"
PENDING = TAG.replace("<script ", '<script data-consent="pending" ')


def test_a_first_visit_arrives_whole(tab: Tab, shop: OpenShop, sandbox: Sandbox) -> None:
    url = shop(head=WATCH, path="/t/first.html") + "?utm_source=pin&epik=dj0y"
    tab.goto(url)
    tab.wait_for("window.ready === 1")
    [visit] = settled(tab, sandbox, 1)
    assert visit["event_name"] == "page_visit"
    assert visit["action_source"] == "web"
    assert visit["event_source_url"] == url
    user = visit["user_data"]
    assert user["external_id"] == [hashed(stored(tab, "_edgee")["edgee_id"])]
    assert user["click_id"] == "dj0y"
    assert user["client_ip_address"] == "127.0.0.1"
    assert user["client_user_agent"] == tab.evaluate("navigator.userAgent")
    [delivered] = tab.evaluate("outcomes.filter((each) => each.outcome === 'delivered')")
    assert visit["event_id"] == delivered["event_id"]
    assert stored(tab, "_edgee_journal") is None


def test_a_visitor_is_one_over_pages_and_visits(tab: Tab, shop: OpenShop, sandbox: Sandbox) -> None:
    tab.goto(shop())
    settled(tab, sandbox, 1)
    first = stored(tab, "_edgee")
    tab.goto(shop(path="/t/two.html"))
    tab.evaluate(f"void edgee.user({JANE}).track('bought')")
    settled(tab, sandbox, 4)
    tab.goto(shop(path="/t/three.html"))
    one, two, lead, bought, three = settled(tab, sandbox, 5)
    last = stored(tab, "_edgee")
    assert last["edgee_id"] == first["edgee_id"]
    assert last["session"]["session_id"] == first["session"]["session_id"]
    assert last["session"]["session_count"] == 1
    assert one["user_data"]["external_id"] == two["user_data"]["external_id"]
    for known in (lead, bought, three):
        assert known["user_data"]["em"] == [hashed("jane@example.com")]
        assert known["user_data"]["external_id"] == [hashed("u-1")]


def test_pending_holds_and_a_grant_releases_in_order(
    tab: Tab, shop: OpenShop, sandbox: Sandbox
) -> None:
    tab.goto(shop(tag=PENDING))
    tab.evaluate(f"void edgee.user({JANE}).track('one').track('two')")
    assert tab.evaluate("edgee.flush()")["held"] == 4
    assert stored(tab, "_edgee") is None
    journal = tab.evaluate("localStorage._edgee_journal")
    assert "jane@" not in journal.lower()
    assert hashed("jane@example.com") in journal
    tab.goto(shop(tag=PENDING, path="/t/two.html"))
    assert tab.evaluate("edgee.flush()")["held"] == 5
    settled(tab, sandbox, 0)
    tab.evaluate("void edgee.consent('granted')")
    events = settled(tab, sandbox, 5)
    assert [event["event_name"] for event in events] == [
        "page_visit", "lead", "custom", "custom", "page_visit",
    ]  # fmt: skip
    assert names(events)[2:4] == ["one", "two"]


def test_a_denial_drops_what_is_held_and_forgets_the_visitor(
    tab: Tab, shop: OpenShop, sandbox: Sandbox
) -> None:
    tab.goto(shop(tag=PENDING, head=WATCH))
    tab.evaluate(f"void edgee.user({JANE})")
    assert tab.evaluate("edgee.flush()")["held"] == 2
    tab.evaluate("void edgee.consent('denied').track('no')")
    assert tab.evaluate("edgee.flush()")["held"] == 0
    refused = tab.evaluate("outcomes.filter((each) => each.outcome === 'refused')")
    assert [each["reason"] for each in refused] == ["consent_denied"] * 3
    assert tab.evaluate("Object.keys(localStorage)") == ["_edgee"]
    assert stored(tab, "_edgee")["consent"] == "denied"
    tab.goto(shop(tag=PENDING, path="/t/two.html"))
    settled(tab, sandbox, 0)
    tab.evaluate("void edgee.consent('granted').track('yes')")
    assert names(settled(tab, sandbox, 1)) == ["yes"]


def test_a_second_tab_hears_of_a_choice_at_once(
    visitor: Visitor, shop: OpenShop, sandbox: Sandbox
) -> None:
    one, two = visitor.new_tab(), visitor.new_tab()
    for tab in (one, two):
        tab.goto(shop(tag=PENDING))
        tab.evaluate("edgee.flush()")
    one.evaluate("edgee.consent('granted').flush()")
    two.evaluate("void edgee.track('two')")
    assert tracked(settled(two, sandbox, 3)) == ["two"]


def test_two_tabs_are_one_visitor_with_one_sender(
    visitor: Visitor, far: OpenShop, network: Network, sandbox: Sandbox
) -> None:
    one, two = visitor.new_tab(), visitor.new_tab()
    for tab in (one, two):
        tab.goto(far(head=WATCH))
        tab.evaluate("edgee.flush()")
    network.delay = 0.1
    one.evaluate(f"edgee.user({JANE}).flush()")
    for number in range(3):
        for name, tab in (("one", one), ("two", two)):
            tab.evaluate(f"void edgee.track('{name} {number}')")
    one.evaluate("edgee.flush()")
    events = settled(two, sandbox, 9)
    assert tracked(events) == sorted(f"{tab} {n}" for tab in ("one", "two") for n in range(3))
    custom = [event["user_data"] for event in events if event["event_name"] == "custom"]
    assert {tuple(user["em"]) for user in custom} == {(hashed("jane@example.com"),)}
    assert had_one_sender(network)
    for tab, methods in ((one, ["load", "user"]), (two, ["load"])):
        told = tab.evaluate("outcomes.filter((each) => each.outcome === 'delivered')")
        assert [each["method"] for each in told] == [*methods, *["track"] * 3]
