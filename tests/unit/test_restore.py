"""What an earlier page left in the journal is taken up again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from edgee_py.state import STATE_KEY, USER_KEY

from .device import ACCEPTED, DAY, Device, record
from .visitor import NOW


def test_an_earlier_pages_calls_are_taken_up_in_order() -> None:
    before = Device()
    before.make("c1")
    before.answer(0)
    device = Device(before.stored)
    device.restore(*before.journal.values(), record("c2"))
    assert device.batch().ids == ("c1", "c2")
    device.answer(202, ACCEPTED)
    assert device.journal == {}
    assert device.told[0]["method"] == "track"


def test_held_calls_are_held_again_and_let_go_by_a_later_grant() -> None:
    before = Device(default_consent="pending")
    before.make("c1", "user", {"properties": {"email": "jane@example.com"}})
    device = Device(before.stored, default_consent="pending")
    device.restore(*before.journal.values())
    assert device.runtime.summary()["held"] == 1
    device.make("c2", "consent", "granted")
    assert json.loads(device.batch().body)["data"][0]["user_data"]["em"]


def test_what_was_queued_before_a_denial_is_not_sent_after_it() -> None:
    before = Device()
    before.make("c1")
    before.answer(0)
    denied = json.dumps({"v": 1, "consent": "denied", "consent_explicit": True})
    device = Device({STATE_KEY: denied, USER_KEY: None})
    device.restore(*before.journal.values())
    assert device.runtime.next_batch(NOW) is None
    assert device.outcomes == [("c1", "refused")] and device.journal == {}


QUEUED = [{"event_id": "c1", "event_name": "custom"}]


@pytest.mark.parametrize("more", [{}, {"held": True}, {"queued": QUEUED}])
def test_after_seven_days_a_call_goes(more: dict[str, Any]) -> None:
    device = Device(default_consent="pending")
    device.restore(record("c1", at=NOW - 7 * DAY, **more))
    assert "c1" in device.journal
    later = Device(default_consent="pending")
    later.restore(record("c1", at=NOW - 7 * DAY - 1, **more))
    assert later.journal == {}
    assert [(each["method"], each["reason"]) for each in later.told] == [("track", "too_old")]


@pytest.mark.parametrize(
    "garbage",
    [
        {"id": "c1"},
        {"id": "c1", "at": "then"},
        {"id": "c1", "at": NOW},
        {"id": "c1", "at": NOW, "method": "screen"},
        {"id": "c1", "at": NOW, "queued": []},
        {"id": "c1", "at": NOW, "queued": "x"},
        {"id": "c1", "at": NOW, "queued": [1]},
        {"id": "c1", "at": NOW, "queued": [{"event_id": "c1"}]},
        {"id": "c" * 200, "at": NOW, "method": "page"},
    ],
)
def test_garbage_in_the_journal_is_taken_out_with_a_reason(garbage: dict[str, Any]) -> None:
    device = Device()
    device.restore(garbage, record("good"))
    assert set(device.journal) == {"good"}
    assert device.batch().ids == ("good",)
    assert [each["outcome"] for each in device.told] == ["refused"]


@pytest.mark.parametrize("garbage", [None, 1, "x", [], {}, {"id": 7, "at": NOW}, {"at": NOW}])
def test_what_has_no_id_stops_nothing(garbage: Any) -> None:
    device = Device()
    device.restore(garbage, record("good"))
    assert device.batch().ids == ("good",)


def test_what_could_not_be_struck_is_struck_when_it_shows_up_again() -> None:
    device = Device()
    device.make("c1")
    device.answer(202, ACCEPTED)
    assert device.restore(record("c1")).strike == ["c1"]
    assert device.runtime.idle and len(device.told) == 1


def test_what_could_not_be_kept_is_kept_when_it_shows_up_again() -> None:
    device = Device(default_consent="pending")
    device.make("held")
    assert device.restore(record("held")).keep["held"]["held"] is True
    device.make("c1", "consent", "granted")
    device.answer(0)
    assert "queued" in device.restore(record("held")).keep["held"]


def test_what_is_on_its_way_is_not_struck_when_it_shows_up_again() -> None:
    device = Device()
    device.make("c1")
    assert not device.restore(record("c1"))
    assert device.batch().ids == ("c1",)
