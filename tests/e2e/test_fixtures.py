"""The fixtures do what the other end-to-end tests rely on."""

import pytest

EARLY = '<script>window.edgee = window.edgee || []; edgee.push(["track", {name: "early"}])</script>'


@pytest.mark.parametrize("cross_origin", [False, True], ids=["same origin", "another origin"])
def test_a_page_of_a_tests_own_reaches_the_sandbox(page, shop, sandbox, cross_origin):
    url = shop(head=EARLY, cross_origin=cross_origin)
    page.goto(url)
    events = [entry["event"] for entry in sandbox.wait_for(2)]
    assert [event["event_name"] for event in events] == ["custom", "page_visit"]
    assert {event["event_source_url"] for event in events} == {url}


def test_each_context_is_a_visitor_of_its_own(new_context, shop):
    url = shop(tag="")
    one, other = (new_context().new_page() for _ in range(2))
    one.goto(url)
    one.evaluate("localStorage.setItem('here', 'before')")
    other.goto(url)
    assert other.evaluate("localStorage.getItem('here')") is None


def test_what_goes_wrong_in_a_page_is_collected_unless_allowed(page, shop, errors):
    page.goto(shop(tag="", body='<script>console.error("told"); missing()</script>'))
    told, uncaught = errors.seen
    assert told.startswith("told (http://")
    assert uncaught.startswith("uncaught: ")
    assert "missing is not defined" in uncaught
    assert errors.unexpected() == errors.seen
    errors.allow("^told")
    assert errors.unexpected() == [uncaught]
    errors.allow("missing is not defined")
    assert errors.unexpected() == []


def test_waiting_for_what_does_not_come_says_what_did(page, shop, sandbox):
    page.goto(shop())
    sandbox.wait_for(1, lambda entry: entry["event"]["event_name"] == "page_visit")
    with pytest.raises(AssertionError, match=r"0 of 1 events within 0\.1 s; arrived: .*page_visit"):
        sandbox.wait_for(1, lambda entry: entry["event"]["event_name"] == "checkout", timeout=0.1)


def test_the_sandbox_can_be_emptied(page, shop, sandbox):
    page.goto(shop())
    sandbox.wait_for(1)
    sandbox.clear()
    assert sandbox.events() == []
