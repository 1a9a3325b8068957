"""Batches, and what happens to them when the relay cannot or will not take them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from edgee_py.call import MAX_CALLS
from edgee_py.outgoing import MAX_BATCH, MAX_BATCH_BYTES

from .device import ACCEPTED, Device
from .visitor import NOW


def test_a_batch_holds_a_hundred_events() -> None:
    device = Device()
    for number in range(MAX_BATCH + 20):
        device.make(f"c{number}")
    assert len(device.batch().ids) == MAX_BATCH
    device.answer(202, ACCEPTED)
    assert len(device.batch().ids) == 20


def test_a_batch_holds_a_quarter_megabyte() -> None:
    device = Device()
    ids = [str(number) * 60 for number in range(500)]
    for number in range(60):
        device.make(f"c{number}", "track", {"name": "x", "properties": {"content_ids": ids}})
    sizes = []
    while batch := device.runtime.next_batch(NOW):
        sizes.append(len(batch.body))
        device.answer(202, ACCEPTED)
    assert len(sizes) > 1
    assert max(sizes) < MAX_BATCH_BYTES + 100 * MAX_BATCH


@pytest.mark.parametrize("body", [None, {"error": {"code": "too_large", "message": "Too large."}}])
def test_a_batch_that_is_too_large_is_halved_until_it_passes(body: Any) -> None:
    device = Device()
    for number in range(8):
        device.make(f"c{number}")
    sizes = []
    while batch := device.runtime.next_batch(NOW):
        sizes.append(len(batch.ids))
        if len(batch.ids) > 2:
            device.answer(413, body)
        else:
            device.answer(202, ACCEPTED)
    assert sizes == [8, 4, 2, 4, 2, 4, 2, 2]
    assert [outcome for _, outcome in device.outcomes] == ["delivered"] * 8


def test_a_call_that_is_too_large_alone_is_refused_once_the_relay_says_so() -> None:
    device = Device()
    device.make("c1")
    device.make("c2")
    device.answer(413, {"error": {"message": "Too large."}})
    device.answer(413, {"error": {"message": "Too large."}})
    assert device.outcomes == [("c1", "refused")]
    assert device.told[0]["message"] == "The relay answered 413. Too large."
    device.answer(202, ACCEPTED)
    assert device.outcomes[1:] == [("c2", "delivered")]


@pytest.mark.parametrize(
    ("status", "body"),
    [(0, None), (429, {}), (500, {}), (503, {}), (202, None), (200, "<html>"), (404, None)],
)
def test_without_the_relays_word_nothing_is_lost(status: int, body: Any) -> None:
    device = Device()
    device.make("c1")
    device.answer(status, body)
    assert device.told == [] and "c1" in device.journal
    assert device.runtime.next_batch(NOW) is None
    assert device.runtime.due_in(NOW) == 500
    device.now += 500
    assert device.batch().ids == ("c1",)


def test_what_the_relay_refuses_for_good_ends_with_its_words() -> None:
    device = Device()
    device.make("c1")
    device.answer(403, {"error": {"code": "origin", "message": "This origin may not post."}})
    (told,) = device.told
    assert told["outcome"] == "refused" and told["reason"] == "relay_refused"
    assert told["message"] == "The relay answered 403. This origin may not post."
    assert device.journal == {} and device.runtime.idle


def test_the_relay_may_ask_for_a_longer_pause() -> None:
    device = Device()
    device.make("c1")
    device.runtime.answered(device.batch(), 429, {}, now=NOW, chance=0.0, after="30")
    assert device.runtime.due_in(NOW) == 30_000


def test_pauses_grow_with_each_failure_and_end_with_an_answer() -> None:
    device = Device()
    device.make("c1")
    pauses = []
    for _ in range(3):
        device.answer(503, {})
        pauses.append(device.runtime.due_in(device.now))
        device.now += pauses[-1] or 0
    assert pauses == [500, 1_000, 2_000]
    device.answer(202, ACCEPTED)
    device.make("c2")
    assert device.runtime.due_in(device.now) == 0


def test_a_device_back_online_does_not_wait() -> None:
    device = Device()
    device.make("c1")
    device.answer(0)
    device.runtime.hurry()
    assert device.batch().ids == ("c1",)


def test_a_device_back_online_waits_where_the_relay_asks_for_it() -> None:
    device = Device()
    device.make("c1")
    device.runtime.answered(device.batch(), 503, {}, now=NOW, chance=0.0, after="30")
    device.runtime.hurry()
    assert device.runtime.next_batch(NOW) is None
    assert device.runtime.due_in(NOW) == 30_000
    assert device.runtime.asked == NOW + 30_000
    device.now += 30_000
    device.answer(202, ACCEPTED)
    assert device.runtime.asked == 0


def test_past_the_stated_number_of_waiting_calls_the_oldest_go() -> None:
    device = Device()
    for number in range(MAX_CALLS + 5):
        device.make(f"c{number}")
    assert device.told == [], "what is on its way does not wait"
    device.answer(0)
    assert device.outcomes == [(f"c{number}", "refused") for number in range(5)]
    assert {each["reason"] for each in device.told} == {"journal_full"}
    device.make("next")
    assert device.outcomes[5:] == [("c5", "refused")]
    assert len(device.journal) == device.runtime.summary()["waiting"] == MAX_CALLS
    assert device.runtime.summary()["refused"] == 6


def test_past_the_stated_number_of_held_calls_the_oldest_go() -> None:
    device = Device(default_consent="pending")
    for number in range(MAX_CALLS + 2):
        device.make(f"c{number}")
    refused = [id_ for id_, outcome in device.outcomes if outcome == "refused"]
    assert refused == ["c0", "c1"]
    assert len(device.journal) == device.runtime.summary()["held"] == MAX_CALLS


def test_while_posting_fails_the_journal_holds_hashes_and_no_raw_call() -> None:
    device = Device()
    device.make("c1", "user", {"properties": {"email": "jane@example.com"}})
    device.answer(0)
    device.make("c2", "user", {"properties": {"phone": "+33123456789"}})
    journal = json.dumps(device.journal)
    assert "jane@example.com" not in journal and "33123456789" not in journal
    assert set(device.journal) == {"c1", "c2"}
    assert all("queued" in each for each in device.journal.values())


def test_what_does_not_fit_into_the_failing_batch_is_hashed_too() -> None:
    device = Device()
    for number in range(MAX_BATCH + 1):
        device.make(f"c{number}")
    device.answer(0)
    assert all("queued" in each for each in device.journal.values())
