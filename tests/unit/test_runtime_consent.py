"""Consent over the life of a call: held, let go, dropped, here and in other tabs."""

from __future__ import annotations

import json

from .device import ACCEPTED, DAY, Device, record
from .visitor import NOW, SECOND


def test_held_calls_stay_in_the_journal_and_go_when_granted() -> None:
    device = Device(default_consent="pending")
    device.make("c1", "user", {"properties": {"email": "jane@example.com"}})
    device.make("c2")
    assert device.outcomes == [("c1", "held"), ("c2", "held")]
    assert all(each["held"] for each in device.journal.values())
    assert "jane" not in json.dumps(device.journal)
    assert device.runtime.idle and device.runtime.summary()["held"] == 2
    device.make("c3", "consent", "granted")
    assert device.batch().ids == ("c1", "c2")
    assert json.loads(device.batch().body)["data"][1]["user_data"]["em"]
    device.answer(202, ACCEPTED)
    assert device.journal == {}


def test_a_denial_drops_what_is_held_and_stops_what_waits() -> None:
    device = Device()
    device.make("c1")
    device.answer(0)
    device.make("c2", "consent", "pending")
    device.make("c3")
    device.make("c4", "consent", "denied")
    assert device.journal == {} and device.runtime.idle
    assert device.runtime.next_batch(NOW + DAY) is None
    refused = [each["id"] for each in device.told if each["outcome"] == "refused"]
    assert sorted(refused) == ["c1", "c3"]
    assert device.runtime.summary() == {
        "delivered": 0,
        "refused": 2,
        "duplicates": 0,
        "held": 0,
        "waiting": 0,
    }


def test_what_waits_when_consent_becomes_pending_was_consented_to() -> None:
    device = Device()
    device.make("c1")
    device.make("c2", "consent", "pending")
    assert device.batch().ids == ("c1",)


def test_nobody_is_asked_to_keep_what_is_struck() -> None:
    device = Device(default_consent="pending")
    device.runtime.take_record(record("c1"), device.around)
    device.runtime.take_record(record("c2", "consent", "denied"), device.around)
    effects = device.runtime.drain()
    assert effects.keep == {} and effects.strike == ["c1", "c2"]


def test_a_denial_in_another_tab_counts_here_at_once() -> None:
    here, there = Device(), Device()
    here.make("c1")
    there.make("c2", "consent", "denied", at=NOW + 1)
    here.runtime.stored_changed(there.stored, here.around)
    here.carry_out()
    assert here.runtime.idle and here.journal == {}
    here.make("c3")
    assert here.outcomes == [("c1", "refused"), ("c3", "refused")]


def test_a_denial_repeated_in_another_tab_is_no_echo_of_our_own() -> None:
    here = Device()
    here.make("c1", "consent", "denied", at=NOW)
    here.make("c2", "consent", "granted", at=NOW + SECOND)
    there = Device(here.stored)
    there.make("c3", "consent", "denied", at=NOW + 2 * SECOND)
    here.runtime.stored_changed(there.stored, here.around)
    here.carry_out()
    here.make("c4")
    assert here.outcomes == [("c4", "refused")]


def test_a_grant_in_another_tab_lets_go_what_is_held_here() -> None:
    here, there = Device(default_consent="pending"), Device()
    here.make("c1")
    there.make("c2", "consent", "granted")
    here.runtime.stored_changed(there.stored, here.around)
    assert here.batch().ids == ("c1",)


def test_what_is_under_way_at_a_denial_is_told_as_the_relay_answers() -> None:
    device = Device()
    device.make("c1")
    batch = device.batch()
    device.make("c2")
    device.make("c3", "consent", "denied")
    assert device.outcomes == [("c2", "refused")]
    device.answer(202, ACCEPTED, batch=batch)
    assert device.outcomes == [("c2", "refused"), ("c1", "delivered")]


def test_what_is_under_way_at_a_denial_is_not_sent_again() -> None:
    device = Device()
    device.make("c1")
    batch = device.batch()
    device.make("c2", "consent", "denied")
    device.answer(0, batch=batch)
    assert device.outcomes == [("c1", "refused")]
    assert device.journal == {} and device.runtime.idle
