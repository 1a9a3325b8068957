from __future__ import annotations

from typing import Any, cast

from hypothesis import given

from edgee_py.event import Event
from edgee_py.pinterest.contract import ConversionEvent
from edgee_py.pinterest.mapping import Mapped, map_event
from edgee_py.pinterest.quality import IDENTIFIERS, Coverage, carried, coverage, next_best
from edgee_py.pinterest.settings import PinterestSettings
from tests.unit.pinterest import strategies

COMPLETE_USER = {
    "em": ["0" * 64],
    "hashed_maids": ["0" * 64],
    "client_ip_address": "::1",
    "client_user_agent": "x",
    "click_id": "dj0",
    "external_id": ["0" * 64],
}
COMPLETE_ORDER = {"order_id": "1", "value": "5", "contents": [{"id": "A"}]}


def event(name: str = "checkout", **more: Any) -> ConversionEvent:
    least = {"event_name": name, "event_id": "1", "user_data": {}}
    return cast(ConversionEvent, {**least, **more})


def complete(name: str = "checkout") -> ConversionEvent:
    return event(
        name,
        user_data=COMPLETE_USER,
        custom_data=COMPLETE_ORDER,
        event_source_url="https://shop.example/",
    )


def test_what_an_event_carries() -> None:
    assert carried(event()) == {"external_event_id"}
    assert carried(complete()) == set(IDENTIFIERS)
    assert "product_id" in carried(event(custom_data={"content_ids": ["A"]}))
    assert "product_id" not in carried(event(custom_data={"contents": [{"item_name": "Hat"}]}))


def test_coverage_is_by_event_name() -> None:
    by_name = coverage([complete(), event(), event("page_visit")])
    assert by_name["checkout"].events == 2
    assert by_name["checkout"].share("hashed_email") == 0.5
    assert by_name["page_visit"].share("hashed_email") == 0
    assert Coverage().share("hashed_email") == 0


def test_the_next_best_thing_weighs_worth_and_how_many_lack_it() -> None:
    without_email = event(user_data={k: v for k, v in COMPLETE_USER.items() if k != "em"})
    advice = next_best(coverage([complete(), without_email]))
    assert advice is not None
    without_email["custom_data"] = cast(Any, COMPLETE_ORDER)
    assert (advice.event_name, advice.identifier, advice.share) == ("checkout", "hashed_email", 0.5)
    assert "edgee.user" in advice.how


def test_nothing_to_add_to_complete_events() -> None:
    assert next_best(coverage([complete()])) is None
    assert next_best({}) is None


def test_visitors_from_elsewhere_have_no_click_id_and_a_page_no_order() -> None:
    user = {k: v for k, v in COMPLETE_USER.items() if k != "click_id"}
    visit = event("page_visit", user_data=user, event_source_url="https://shop.example/")
    advice = next_best(coverage([visit]))
    assert advice is not None
    assert advice.identifier == "click_id_epik"
    assert next_best(coverage([visit, complete()])) is None


@given(strategies.events)
def test_any_mapped_event_can_be_judged(any_event: Event) -> None:
    result = map_event(any_event, PinterestSettings())
    assert isinstance(result, Mapped)
    assert "external_event_id" in carried(result.event)
