"""What is stored on the device, and what happens to what cannot be read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgee_py.consent import CONSENTS, Choice
from edgee_py.identity import Identity, read_user
from edgee_py.session import Session
from edgee_py.state import STATE_KEY, USER_KEY, State, adopt, is_newer, read_state

from . import strategies
from .visitor import Visitor

JANE = {"user_id": "jane", "anonymous_id": "a-1", "properties": {"plan": "gold"}}
times = st.integers(1, 10**13)


@st.composite
def states(draw: st.DrawFn) -> State:
    session = Session.first(draw(times)).at(draw(times))
    return State(
        edgee_id=draw(strategies.texts),
        session=draw(st.one_of(st.none(), st.just(session))),
        choice=draw(
            st.one_of(
                st.just(Choice()),
                st.builds(Choice, st.sampled_from(CONSENTS), st.booleans(), times),
            )
        ),
        identity=Identity().merged(read_user(draw(strategies.users))),
        campaign=draw(st.dictionaries(st.sampled_from(["name", "source"]), strategies.texts)),
        epik=draw(strategies.texts),
        superseded=draw(strategies.texts),
    )


@given(states())
def test_a_state_is_read_as_it_was_written(state: State) -> None:
    assert read_state(state.write()) == state
    assert read_state(state.write()).write() == state.write()


def test_nothing_known_is_nothing_stored() -> None:
    assert State().write() == {STATE_KEY: None, USER_KEY: None}


def test_the_stored_strings_are_the_documented_ones() -> None:
    visitor = Visitor()
    visitor.call("consent", "granted")
    visitor.one("user", JANE)
    stored = visitor.state.write()
    document = json.loads(stored["_edgee"] or "")
    assert document["edgee_id"] == "call-2"
    assert document["consent"] == "granted"
    assert document["session"]["session_id"] == "1700000002"
    assert json.loads(stored["_edgee_user"] or "") == JANE


@pytest.mark.parametrize(
    "text",
    ["", "3f9a0c", "[]", "null", '"x"', "{", "{}", '{"v":0}', '{"v":"1","session":[],"consent":1}'],
)
def test_what_cannot_be_read_starts_anew(text: str) -> None:
    assert read_state({STATE_KEY: text, USER_KEY: text}) == State()


@given(strategies.json_values, strategies.json_values)
def test_whatever_is_stored_calls_can_be_taken(state: Any, user: Any) -> None:
    stored = {STATE_KEY: json.dumps(state), USER_KEY: json.dumps(user)}
    visitor = Visitor(state=read_state(stored))
    visitor.call("page")
    json.loads(visitor.stored)


@pytest.mark.parametrize("value", [1, True, {}, ["x"]])
def test_a_stored_value_that_is_no_string_is_none(value: Any) -> None:
    assert read_state({STATE_KEY: value, USER_KEY: value}) == State()


def test_an_explicit_choice_of_nothing_is_no_choice() -> None:
    assert read_state({STATE_KEY: '{"v":1,"consent_explicit":true}'}).choice == Choice()


@pytest.mark.parametrize(
    ("version", "newer"), [(0, False), (1, False), (2, True), ("2", False), (None, False)]
)
def test_only_a_higher_version_is_newer(version: Any, newer: bool) -> None:
    assert is_newer({STATE_KEY: json.dumps({"v": version})}) is newer


def test_a_denial_is_a_denial_in_any_version() -> None:
    assert read_state({STATE_KEY: '{"v":9,"consent":"denied"}'}).choice.value == "denied"


def test_a_change_by_another_tab_is_adopted_and_what_is_held_stays() -> None:
    visitor = Visitor(default_consent="pending")
    visitor.call("track", "x")
    other = Visitor()
    other.one("user", JANE)
    adopted = adopt(visitor.state, {USER_KEY: other.state.write()[USER_KEY]})
    assert adopted.identity.user_id == "jane"
    assert adopted.edgee_id == ""
    assert adopted.held == visitor.state.held
