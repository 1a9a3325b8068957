"""The raw way: our facade's calls in Edgee's format end as they would in the browser."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgee_py.call import METHODS
from edgee_py.consent import CONSENTS
from edgee_py.pinterest.contract import ConversionEvent
from edgee_py.pinterest.settings import PinterestSettings
from edgee_py.refusal import Reason
from edgee_py.wire import Received, Reception, WireError, receive

from . import strategies
from .device import DAY, NOTHING, Device, record
from .visitor import MINUTE, NOW, SECOND, data_layer

CLIENT = {"locale": "fr-FR", "timezone": "Europe/Paris", "screen_width": 390}


def body_of(
    records: list[dict[str, Any]], state: dict[str, str | None] = NOTHING, **config: Any
) -> dict[str, Any]:
    """What the facade posts for the calls of its journal (web/src/page/raw.ts)."""
    events = []
    for each in records:
        rest = {name: part for name, part in each.items() if name not in ("method", "arguments")}
        data, components = (*each["arguments"], None, None)[:2]
        event = {**rest, "type": each["method"], "data": data, "components": components}
        events.append({name: part for name, part in event.items() if part is not None})
    context = {"client": CLIENT}
    return {
        "data_collection": {"events": events, "context": context, "state": state, "config": config}
    }


def posted(body: Any, *, now: int = NOW + MINUTE, skew: int = 0) -> Reception:
    return receive(
        json.loads(json.dumps(body)),
        Received(now=now, skew=skew, ip="203.0.113.7", user_agent="Mozilla/5.0"),
        PinterestSettings(),
        default_consent="granted",
        new_id=lambda: "made",
    )


def less_the_relays(event: ConversionEvent) -> dict[str, Any]:
    user_data = dict(event["user_data"])
    assert user_data.pop("client_ip_address") == "203.0.113.7"
    assert user_data.pop("client_user_agent") == "Mozilla/5.0"
    return {**event, "user_data": user_data}


def test_a_calls_id_and_time_are_the_pages() -> None:
    (event,) = posted(body_of([record("c1")])).events
    assert (event["event_id"], event["event_time"]) == ("c1", NOW // 1000)


def test_what_the_device_stores_comes_along_and_goes_back() -> None:
    first = posted(body_of([record("c1", "user", "u-1")]))
    second = posted(body_of([record("c2")], first.state))
    assert (
        second.events[0]["user_data"]["external_id"]
        == (first.events[0]["user_data"]["external_id"])
    )
    assert first.state["_edgee_user"] == '{"user_id":"u-1"}'


def test_a_new_visitor_is_the_same_one_whichever_way_the_first_call_took() -> None:
    device = Device()
    device.runtime.take_record(record("c1"), device.around)
    assert posted(body_of([record("c1")])).state == device.runtime.state.write()


def test_a_device_id_the_facade_will_store_identifies_the_visitor() -> None:
    (event,) = posted(body_of([record("c1")])).events
    assert "external_id" in event["user_data"]


def test_calls_that_wait_for_consent_stay_on_the_device() -> None:
    body = body_of([record("c1"), record("c2", "track", "")], consent="pending")
    reception = posted(body)
    assert reception.held == ["c1"] and reception.events == []
    assert [refusal.reason for refusal in reception.refusals] == [Reason.MISSING_NAME]
    assert reception.state == NOTHING


def test_a_grant_in_the_same_body_lets_the_calls_before_it_go() -> None:
    body = body_of([record("c1"), record("c2", "consent", "granted")], consent="pending")
    reception = posted(body)
    assert [event["event_id"] for event in reception.events] == ["c1"]
    assert reception.held == []


def test_a_denial_in_the_same_body_drops_the_calls_before_it_as_on_the_device() -> None:
    body = body_of([record("c1"), record("c2", "consent", "denied")], consent="granted")
    reception = posted(body)
    assert reception.events == []
    assert [(each.id, each.reason) for each in reception.refusals] == [
        ("c1", Reason.CONSENT_DENIED)
    ]


def test_a_misspelt_default_in_the_tag_holds_calls_back() -> None:
    assert posted(body_of([record("c1")], consent="deny")).held == ["c1"]


def test_global_privacy_control_that_no_header_told_counts() -> None:
    reception = posted(body_of([record("c1")], consent="granted", gpc=True))
    assert [refusal.reason for refusal in reception.refusals] == [Reason.CONSENT_DENIED]


def test_the_tags_settings_are_not_the_senders_to_choose() -> None:
    settings = {"edgee_track_event_enabled": False}
    assert len(posted(body_of([record("c1")], settings=settings)).events) == 1


def test_a_newer_versions_state_is_not_sent_back() -> None:
    newer: dict[str, str | None] = {"_edgee": '{"v":2}', "_edgee_user": None}
    assert posted(body_of([record("c1")], newer)).state == {}


@pytest.mark.parametrize(
    ("at", "skew", "time"),
    [
        (NOW, 0, NOW),
        (NOW - 10 * MINUTE, 10 * MINUTE, NOW),
        (NOW + 10 * MINUTE, -10 * MINUTE, NOW),
        (NOW + DAY, 0, NOW + MINUTE),
        (NOW, DAY, NOW + MINUTE),
    ],
)
def test_a_wrong_clock_is_corrected_and_no_event_lies_in_the_future(
    at: int, skew: int, time: int
) -> None:
    (event,) = posted(body_of([record("c1", at=at)]), skew=skew).events
    assert event["event_time"] == time // 1000


@pytest.mark.parametrize("skew", [0, -8 * DAY, -(10**14)])
def test_calls_older_than_seven_days_are_refused(skew: int) -> None:
    at = NOW if skew else NOW - 8 * DAY
    reception = posted(body_of([record("c1", at=at)]), skew=skew)
    assert reception.events == []
    assert [(each.id, each.reason) for each in reception.refusals] == [("c1", Reason.TOO_OLD)]


@pytest.mark.parametrize(
    ("wrong", "id_"),
    [
        ({"id": ""}, ""),
        ({"id": 7}, ""),
        ({"id": "x" * 300}, "x" * 128),
        ({"method": "screen"}, "bad"),
        ({"at": -5}, "bad"),
        ({"error": "The arguments cannot be read: boom"}, "bad"),
    ],
)
def test_a_record_that_is_no_call_is_refused_and_loses_none_of_the_others(
    wrong: dict[str, Any], id_: str
) -> None:
    reception = posted(body_of([record("bad", "page") | wrong, record("good")]))
    assert [event["event_id"] for event in reception.events] == ["good"]
    (refusal,) = reception.refusals
    assert (refusal.id, refusal.reason) == (id_, Reason.INVALID_CALL)


named = st.fixed_dictionaries({"name": st.just("x"), "properties": strategies.objects})
arguments_of: dict[str, st.SearchStrategy[Any]] = {
    "load": st.none(),
    "reset": st.none(),
    "page": st.one_of(st.text(), named, strategies.objects),
    "track": st.one_of(named, strategies.objects, strategies.scalars),
    "user": st.one_of(strategies.users, st.sampled_from(["a", "b"]), strategies.scalars),
    "consent": st.sampled_from(CONSENTS),
}
components = st.one_of(st.none(), st.fixed_dictionaries({"all": st.booleans()}))


@st.composite
def journals(draw: st.DrawFn) -> list[dict[str, Any]]:
    document = draw(st.one_of(st.none(), strategies.documents()))
    made = []
    for number in range(draw(st.integers(1, 6))):
        method = draw(st.sampled_from(METHODS))
        page = {
            "url": draw(st.sampled_from(["https://shop.example/?utm_source=x&epik=dj0x", "/", ""])),
            "data_layer": json.dumps(document) if document else "",
        }
        arguments = draw(st.lists(arguments_of[method], max_size=1))
        arguments += [draw(components)] if arguments else []
        made.append(
            record(f"c{number}", at=NOW + number * SECOND, page=page)
            | {"method": method, "arguments": arguments}
        )
    return made


@given(journals(), st.sampled_from(CONSENTS))
def test_both_ways_make_the_same_events_and_store_the_same(
    made: list[dict[str, Any]], default: Any
) -> None:
    device = Device(default_consent=default, client=CLIENT)
    device.restore(*made)
    batch = device.runtime.next_batch(NOW)
    in_browser = json.loads(batch.body)["data"] if batch else []
    told = [(each["event_id"], each["reason"]) for each in device.told if "reason" in each]
    reception = posted(body_of(made, consent=default))
    assert [less_the_relays(event) for event in reception.events] == in_browser
    assert reception.state == device.runtime.state.write()
    assert reception.held == [call.id for call in device.runtime.state.held]
    assert sorted((each.id, each.reason) for each in reception.refusals) == sorted(told)


def test_a_declared_page_makes_the_same_events_both_ways() -> None:
    layer = data_layer(
        context={"user": {"user_id": "u-1"}, "page": {"category": "Shoes"}},
        events=[{"type": "page"}, {"type": "track", "data": {"name": "Seen"}}],
    )
    load = record("c1", "load", page={"url": "https://shop.example/", "data_layer": layer})
    device = Device(client=CLIENT)
    device.restore(load)
    in_browser = json.loads(device.batch().body)["data"]
    assert [event["event_id"] for event in in_browser] == ["c1-1", "c1-2"]
    assert [less_the_relays(event) for event in posted(body_of([load])).events] == in_browser


@given(st.lists(strategies.objects, max_size=3), strategies.objects, st.integers(-(10**15), 10**15))
def test_a_hostile_facade_is_received_or_a_wire_error(
    events: list[Any], state: Any, skew: int
) -> None:
    events = [{"id": "c", "at": NOW, "page": {}, **event} for event in events]
    body = body_of([])
    body["data_collection"] |= {"events": events, "state": state}
    with suppress(WireError):
        posted(body, skew=skew)
