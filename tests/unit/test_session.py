"""Thirty minutes without an event end a session."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgee_py.session import TIMEOUT_MS, Session

from . import strategies
from .visitor import MINUTE, NOW, Visitor, data_layer


def test_the_first_session_is_named_by_its_start() -> None:
    session = Visitor().one("page").context.session
    assert session == {
        "session_id": "1700000001",
        "session_count": 1,
        "session_start": True,
        "first_seen": "2023-11-14T22:13:21.000Z",
        "last_seen": "2023-11-14T22:13:21.000Z",
    }


def test_only_the_first_event_of_a_session_starts_it() -> None:
    visitor = Visitor()
    starts = [visitor.one("page").context.session["session_start"] for _ in range(3)]
    assert starts == [True, False, False]


def test_events_keep_a_session_going() -> None:
    visitor = Visitor()
    first = visitor.one("page").context.session
    for _ in range(5):
        visitor.later(29 * MINUTE)
        last = visitor.one("page").context.session
    assert last["session_id"] == first["session_id"]
    assert last["first_seen"] == first["first_seen"]
    assert last["last_seen"] > first["last_seen"]


@pytest.mark.parametrize(("pause", "count"), [(TIMEOUT_MS - 1, 1), (TIMEOUT_MS, 2)])
def test_a_session_ends_at_exactly_thirty_minutes(pause: int, count: int) -> None:
    assert Session.first(NOW).at(NOW + pause).session_count == count


def test_the_previous_sessions_id_is_known_for_the_whole_of_the_next() -> None:
    visitor = Visitor()
    first = visitor.one("page").context.session["session_id"]
    visitor.later(31 * MINUTE)
    second = [visitor.one("page").context.session for _ in range(3)]
    assert [each["previous_session_id"] for each in second] == [first] * 3
    assert [each["session_count"] for each in second] == [2] * 3
    assert [each["session_start"] for each in second] == [True, False, False]
    assert [each["first_seen"] for each in second] == ["2023-11-14T22:13:21.000Z"] * 3


def test_of_several_declared_events_only_the_first_starts_the_session() -> None:
    made = Visitor().visit(data_layer=data_layer(events=[{"type": "page"}] * 2))
    assert [event.context.session["session_start"] for event in made] == [True, False]


def test_a_call_that_comes_late_belongs_to_the_session_that_runs() -> None:
    visitor = Visitor()
    visitor.one("page")
    running = visitor.one("page").context.session
    late = visitor.one("track", "late", at=NOW - 60 * MINUTE).context.session
    assert late == running | {"session_start": False}


def test_a_late_call_does_not_shorten_the_session() -> None:
    session = Session.first(NOW).at(NOW + 20 * MINUTE).at(NOW)
    assert session.at(NOW + 45 * MINUTE).session_count == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"session_id": ""},
        {"session_id": 17},
        {"session_count": 0},
        {"session_count": True},
        {"first_seen": -1},
        {"last_seen": 10**14},
        {"last_seen": "yesterday"},
        {"previous_session_id": 5},
    ],
)
def test_a_stored_session_that_cannot_be_starts_anew(wrong: dict[str, Any]) -> None:
    assert Session.from_json(Session.first(NOW).to_json() | wrong) is None


@given(strategies.anything)
def test_whatever_is_stored_an_event_can_tell_its_session(value: Any) -> None:
    session = Session.from_json(value) or Session.first(NOW)
    assert session.at(NOW).context(start=False)["last_seen"].endswith("Z")


@given(st.lists(st.integers(1, 10**14 - 1), min_size=1))
def test_a_session_is_read_as_it_was_written(times: list[int]) -> None:
    session = Session.first(times[0])
    for at in times:
        session = session.at(at)
    assert Session.from_json(session.to_json()) == session
