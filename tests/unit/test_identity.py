"""Who the visitor is, from the first `edgee.user()` to `edgee.reset()`."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgee_py.identity import MAX_PROPERTIES, Identity, read_user
from edgee_py.pinterest.normalise import hash_email, hashed

from . import strategies
from .visitor import Visitor, data_layer

JANE = {"user_id": "jane", "properties": {"email": "jane@example.com", "plan": "gold"}}
EMAIL = hash_email("jane@example.com")


def page_of(user_id: str) -> str:
    return data_layer(context={"user": {"user_id": user_id, "properties": {"plan": user_id}}})


def test_the_very_next_call_knows_the_user() -> None:
    visitor = Visitor()
    visitor.one("user", JANE)
    assert visitor.one("track", "x").context.user == {
        "user_id": "jane",
        "properties": {"email": EMAIL, "plan": "gold"},
        "edgee_id": "call-1",
    }


def test_the_user_event_itself_carries_the_new_identity() -> None:
    event = Visitor().one("user", JANE)
    assert event.data == event.context.user


def test_properties_join_the_known_ones_key_by_key() -> None:
    visitor = Visitor()
    visitor.one("user", JANE)
    visitor.one("user", {"properties": {"plan": "free", "city": "Paris"}})
    properties = visitor.one("page").context.user["properties"]
    assert (properties["email"], properties["plan"]) == (EMAIL, "free")
    assert "city" in properties


def test_another_user_id_is_another_person() -> None:
    visitor = Visitor()
    visitor.one("user", JANE)
    visitor.one("user", "joe")
    assert visitor.one("page").context.user == {"user_id": "joe", "edgee_id": "call-1"}


def test_an_id_given_to_a_visitor_known_by_email_adds_to_it() -> None:
    visitor = Visitor()
    visitor.one("user", {"properties": {"email": "jane@example.com"}})
    visitor.one("user", "jane")
    assert visitor.one("page").context.user["properties"] == {"email": EMAIL}


def test_the_anonymous_id_is_the_devices_and_outlasts_the_person() -> None:
    visitor = Visitor()
    visitor.one("user", {**JANE, "anonymous_id": "a-1"})
    visitor.one("user", "joe")
    assert visitor.one("page").context.user["anonymous_id"] == "a-1"


def test_user_without_arguments_reports_who_is_known() -> None:
    visitor = Visitor()
    visitor.one("user", JANE)
    assert visitor.one("user").data["user_id"] == "jane"


def test_reset_forgets_the_person_and_the_device() -> None:
    visitor = Visitor()
    visitor.one("user", JANE)
    assert visitor.call("reset") == []
    assert visitor.one("page").context.user == {"edgee_id": "call-3"}
    assert "jane" not in visitor.stored and EMAIL not in visitor.stored


def test_the_device_id_cannot_be_declared() -> None:
    visitor = Visitor()
    visitor.visit(data_layer=data_layer(context={"user": {"edgee_id": "forged"}}))
    event = visitor.one("user", {"edgee_id": "forged"})
    assert event.data["edgee_id"] == event.context.user["edgee_id"] == "call-1"


def test_a_declared_user_counts_on_its_page_and_is_not_kept() -> None:
    visitor = Visitor()
    assert visitor.visit(data_layer=page_of("ann"))[0].context.user["user_id"] == "ann"
    assert "user_id" not in visitor.visit()[0].context.user


def test_a_declared_user_is_kept_with_the_next_user_event() -> None:
    visitor = Visitor()
    visitor.visit(data_layer=page_of("ann"))
    visitor.one("user", {"properties": {"email": "ann@example.com"}})
    user = visitor.visit()[0].context.user
    assert user["user_id"] == "ann"
    assert user["properties"] == {"plan": "ann", "email": hash_email("ann@example.com")}


def test_a_page_that_declares_somebody_else_beats_what_was_kept() -> None:
    visitor = Visitor()
    visitor.one("user", JANE)
    assert visitor.visit(data_layer=page_of("ann"))[0].context.user == {
        "user_id": "ann",
        "properties": {"plan": "ann"},
        "edgee_id": "call-1",
    }


def test_a_log_in_on_the_page_beats_whom_the_page_declared() -> None:
    visitor = Visitor()
    visitor.visit(data_layer=page_of("ann"))
    visitor.one("user", "joe")
    assert visitor.one("track", "x").context.user == {"user_id": "joe", "edgee_id": "call-1"}


def test_a_log_out_on_the_page_beats_whom_the_page_declared() -> None:
    visitor = Visitor()
    visitor.visit(data_layer=page_of("ann"))
    visitor.call("reset")
    assert visitor.one("track", "x").context.user == {"edgee_id": "call-3"}


def test_a_log_in_before_the_documents_own_call_beats_the_document_too() -> None:
    visitor = Visitor()
    visitor.page = type(visitor.page)(url="https://shop.example/", data_layer=page_of("ann"))
    visitor.one("user", "joe")
    assert visitor.call("load")[0].context.user["user_id"] == "joe"


def test_who_logs_in_again_on_a_later_page_is_declared_again() -> None:
    visitor = Visitor()
    visitor.visit(data_layer=page_of("ann"))
    visitor.call("reset")
    visitor.visit()
    assert visitor.visit(data_layer=page_of("ann"))[0].context.user["user_id"] == "ann"


def test_a_declared_user_event_tells_all_its_siblings_who_it_is() -> None:
    events = [{"type": "page"}, {"type": "user", "data": JANE}, {"type": "track", "data": "x"}]
    made = Visitor().visit(data_layer=data_layer(events=events))
    assert [event.context.user["user_id"] for event in made] == ["jane"] * 3


def test_two_declared_people_are_not_mixed() -> None:
    joe = {"user_id": "joe", "properties": {"city": "Paris"}}
    events = [{"type": "user", "data": JANE}, {"type": "user", "data": joe}]
    first, second = Visitor().visit(data_layer=data_layer(events=events))
    assert first.data["properties"] == {"email": EMAIL, "plan": "gold"}
    assert set(second.data["properties"]) == {"city"}


def test_a_declared_user_event_without_consent_is_not_remembered() -> None:
    events = [{"type": "user", "data": JANE, "consent": "denied"}]
    visitor = Visitor()
    visitor.visit(data_layer=data_layer(events=events))
    assert "jane" not in visitor.stored and EMAIL not in visitor.stored


@pytest.mark.parametrize("method", ["user", "page", "track"])
def test_a_user_excluded_from_pinterest_is_remembered_all_the_same(method: Any) -> None:
    visitor = Visitor()
    visitor.refused("user", JANE, {"all": False})
    assert visitor.one(method, "jane").context.user["user_id"] == "jane"


@pytest.mark.parametrize(
    ("given_id", "known"),
    [
        (7, {"user_id": "7"}),
        (7.0, {"user_id": "7"}),
        (" u-1 ", {"user_id": "u-1"}),
        ("", {}),
        ("  ", {}),
        (True, {}),
        (None, {}),
        (["u-1"], {}),
        ({"id": 1}, {}),
    ],
)
def test_an_id_is_text_or_a_number(given_id: Any, known: dict[str, str]) -> None:
    assert read_user({"user_id": given_id}) == known


@pytest.mark.parametrize("name", ["user_id", "anonymous_id"])
def test_an_email_used_as_an_id_is_hashed(name: str) -> None:
    assert read_user({name: " Jane@Example.com"}) == {name: EMAIL}


def test_a_string_is_a_user_id() -> None:
    assert read_user("u-1") == {"user_id": "u-1"}


@pytest.mark.parametrize("junk", [None, 1, [], True, {"properties": ["x"]}, {"properties": "x"}])
def test_junk_says_nothing_of_anybody(junk: Any) -> None:
    assert read_user(junk) == {}


@given(strategies.json_values)
def test_what_is_kept_is_read_as_it_was_written(value: Any) -> None:
    identity = Identity().merged(read_user(value))
    assert Identity.from_json(identity.to_json()) == identity


@given(strategies.users, strategies.users, strategies.users)
def test_merging_users_of_one_id_is_associative(a: Any, b: Any, c: Any) -> None:
    users = [read_user({**user, "user_id": "same"}) for user in (a, b, c)]
    start = Identity()
    one_by_one = start.merged(users[0]).merged(users[1]).merged(users[2])
    tail = Identity().merged(users[1]).merged(users[2]).to_json()
    assert start.merged(users[0]).merged(tail) == one_by_one


@given(strategies.users, strategies.users)
def test_saying_the_same_twice_changes_nothing(known: Any, said: Any) -> None:
    identity = Identity().merged(read_user(known)).merged(read_user(said))
    assert identity.merged(read_user(said)) == identity


@given(st.emails(), st.sampled_from(["email", "Email", "user_email", "em"]))
def test_no_address_given_as_one_is_kept(address: str, name: str) -> None:
    user = read_user({"user_id": address, "properties": {name: address, "deep": {name: address}}})
    assert address not in str(user)


def test_an_event_id_belongs_to_its_own_call() -> None:
    visitor = Visitor()
    first = visitor.one("user", {"user_id": "u-1", "properties": {"event_id": "E", "city": "Rome"}})
    assert first.data["properties"]["event_id"] == "E"
    assert "event_id" not in visitor.stored
    second = visitor.one("user", {"user_id": "u-1", "properties": {"country": "IT"}})
    assert set(second.data["properties"]) == {"city", "country"}


def test_so_many_properties_are_kept_of_a_visitor_and_no_more() -> None:
    visitor = Visitor()
    for number in range(3):
        visitor.one("user", {"properties": {f"p{number}-{i}": i for i in range(150)}})
    kept = visitor.state.identity.properties
    assert len(kept) == MAX_PROPERTIES
    assert "p2-149" in kept and "p0-0" not in kept


def test_what_only_resembles_an_address_is_no_less_private_as_an_id() -> None:
    visitor = Visitor()
    event = visitor.one("user", "jane@localhost")
    assert "jane@" not in visitor.stored
    assert event.data["user_id"] == hashed("external_id", "jane@localhost")
