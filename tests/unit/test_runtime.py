"""The life of a call on the device: taken, posted, answered for, and what the page is told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgee_py.pinterest.settings import PinterestSettings
from edgee_py.runtime import Effects
from edgee_py.state import STATE_KEY, USER_KEY

from . import strategies
from .device import ACCEPTED, DAY, Device, ids_in, record
from .visitor import NOW, data_layer


def test_a_call_is_struck_and_told_when_the_relay_has_it() -> None:
    device = Device()
    device.make("c1")
    assert "c1" in device.journal and device.told == []
    device.answer(202, ACCEPTED)
    assert device.journal == {}
    (told,) = device.told
    assert told["outcome"] == "delivered" and told["method"] == "track"
    assert (told["event_id"], told["event_name"]) == ("c1", "custom")
    assert told["event"]["custom_data"] == {"content_name": "x"}
    assert device.runtime.idle and device.runtime.due_in(NOW) is None


def test_calls_made_together_travel_together_in_order() -> None:
    device = Device()
    for id_ in ("c3", "c1", "c2"):
        device.make(id_)
    assert device.batch().ids == ("c3", "c1", "c2")
    assert ids_in(device.batch()) == ["c3", "c1", "c2"]
    device.answer(202, ACCEPTED)
    assert device.runtime.next_batch(NOW) is None


def test_the_events_of_one_call_stay_together_and_have_its_end_in_common() -> None:
    device = Device()
    layer = data_layer(events=[{"type": "page"}, {"type": "user", "data": "u-1"}])
    device.make("c1", "load", page={"data_layer": layer})
    assert ids_in(device.batch()) == ["c1-1", "c1-2"]
    device.answer(
        202,
        {
            "accepted": 1,
            "rejected": [{"event_id": "c1-2", "reason": "invalid_event", "message": "No."}],
        },
    )
    assert device.journal == {}
    assert [(each["event_id"], each["outcome"]) for each in device.told] == [
        ("c1-1", "delivered"),
        ("c1-2", "refused"),
    ]
    assert device.told[1]["reason"] == "invalid_event" and device.told[1]["message"] == "No."


@pytest.mark.parametrize("method", ["consent", "reset"])
def test_a_call_that_makes_no_event_is_struck_at_once(method: str) -> None:
    device = Device()
    device.make("c1", method, *(["granted"] if method == "consent" else []))
    assert device.journal == {} and device.runtime.idle


def test_a_refused_call_is_struck_at_once_and_the_page_is_told_why() -> None:
    device = Device(settings=PinterestSettings(edgee_page_event_enabled=False))
    device.make("c1", "page")
    device.make("c2", "track", {"name": ""})
    assert device.journal == {}
    assert [each["reason"] for each in device.told] == ["event_disabled", "missing_name"]


def test_properties_pinterest_has_no_place_for_are_told_and_stop_nothing() -> None:
    device = Device()
    device.make("c1", "track", {"name": "x", "properties": {"shoe_size": 42, "value": 3}})
    (told,) = device.told
    assert told["outcome"] == "problem" and "shoe_size" in told["message"]
    assert ids_in(device.batch()) == ["c1"]


def test_what_the_facade_could_not_record_is_refused_with_its_words_once() -> None:
    device = Device()
    unreadable = record("c1", "track", error="The arguments cannot be read: boom")
    device.restore(unreadable)
    device.restore(unreadable)
    (told,) = device.told
    assert told["reason"] == "invalid_call" and "boom" in told["message"]
    assert device.journal == {} and device.runtime.idle


def test_a_call_handed_over_twice_is_taken_once() -> None:
    device = Device()
    device.make("c1")
    device.make("c1")
    assert ids_in(device.batch()) == ["c1"]
    device.answer(202, ACCEPTED)
    device.make("c1")
    assert device.runtime.idle


def test_effects_say_only_what_there_is_to_do() -> None:
    assert not Effects()
    assert Effects().to_json() == {}
    effects = Effects(store={"a": None}, strike=["c1"], keep={"c2": {}}, tell=[{"id": "c1"}])
    assert list(effects.to_json()) == ["store", "keep", "strike", "tell"]


def test_the_summary_counts_events() -> None:
    device = Device()
    layer = data_layer(events=[{"type": "page"}, {"type": "page"}])
    device.make("c1", "load", page={"data_layer": layer})
    device.make("c2", "track", "")
    assert device.runtime.summary()["waiting"] == 2
    device.answer(202, {"accepted": 1, "duplicates": 1, "rejected": []})
    assert device.runtime.summary() == {
        "delivered": 2,
        "refused": 1,
        "duplicates": 1,
        "held": 0,
        "waiting": 0,
    }


@given(
    st.lists(strategies.json_values, max_size=4),
    st.lists(
        st.fixed_dictionaries(
            {"id": st.sampled_from(["a", "b", "c"]), "at": st.just(NOW)},
            optional={
                "method": st.sampled_from(["load", "page", "track", "user", "consent", "reset"]),
                "arguments": st.lists(strategies.json_values, max_size=2),
                "queued": strategies.json_values,
                "held": strategies.json_values,
                "page": strategies.objects,
            },
        ),
        max_size=4,
    ),
    st.integers(0, 599),
    strategies.json_values,
)
def test_nothing_a_device_or_relay_says_stops_the_runtime(
    journal: list[Any], records: list[Any], status: int, answer: Any
) -> None:
    device = Device()
    device.restore(*journal, *records)
    for _ in range(3):
        device.now += DAY
        if batch := device.runtime.next_batch(device.now):
            json.loads(batch.body)
            device.answer(status, answer, batch=batch)
    json.dumps(device.told)


@given(strategies.json_values, strategies.json_values)
def test_nothing_another_tab_stores_stops_the_runtime(state: Any, user: Any) -> None:
    device = Device()
    device.make("c1", "user", "u-1")
    changed = {STATE_KEY: json.dumps(state), USER_KEY: json.dumps(user)}
    device.runtime.stored_changed(changed, device.around)
    device.make("c2")
    json.dumps(device.stored)
