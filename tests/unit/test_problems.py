"""What is left out of a call is said, and stops nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from .device import Device
from .visitor import Visitor, data_layer

AROUND = "Nothing is read from {}: put it into properties."
UNREADABLE = "Left out, as the value cannot be read: {}."


@pytest.mark.parametrize(
    ("method", "argument", "said"),
    [
        ("track", {"name": "a", "value": 5, "order_id": "1"}, AROUND.format("value, order_id")),
        ("user", {"email": "a@b.co"}, AROUND.format("email")),
        ("page", {"query": "x"}, AROUND.format("query")),
        (
            "track",
            {"name": "a", "properties": "x"},
            "properties must be an object; it was left out.",
        ),
        (
            "track",
            {"name": "a", "properties": [1]},
            "properties must be an object; it was left out.",
        ),
        ("user", {"user_id": {}}, "user_id must be text; it was left out."),
        ("page", {"title": ["x"]}, "title must be text; it was left out."),
        ("user", {"properties": {"email": "jane"}}, UNREADABLE.format("email")),
        (
            "user",
            {"properties": {"email": "jane@example.com", "Birthday": "soon", "phone": ["-"]}},
            UNREADABLE.format("Birthday, phone"),
        ),
        ("track", {"name": "a", "properties": {"email": "N/A"}}, UNREADABLE.format("email")),
    ],
)
def test_what_is_not_read_of_an_object_is_said(method: Any, argument: Any, said: str) -> None:
    visitor = Visitor()
    visitor.one(method, argument)
    assert visitor.problems == [said]


@pytest.mark.parametrize(
    ("components", "said"),
    [
        ("Lamps", "components must be an object of true and false; it was left out."),
        ({"all": "off", "other": 1}, "components: all, other must be true or false."),
        ({"value": 9.5}, "components: value must be true or false."),
    ],
)
def test_components_that_are_none_are_said(components: Any, said: str) -> None:
    visitor = Visitor()
    visitor.one("track", "a", components)
    assert visitor.problems == [f"{said} Properties belong into the first argument."]


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("name",),
        ({"name": "x", "properties": {"a": 1}}, {"all": True, "edgee/pinterest-capi": False}),
        ({"name": "x", "properties": None}, None),
        ({"name": "x", "properties": {"email": "", "phone": None, "em": "a@b.co"}},),
    ],
)
def test_of_a_call_that_is_right_nothing_is_said(arguments: tuple[Any, ...]) -> None:
    visitor = Visitor()
    visitor.call("page", *arguments)
    assert visitor.problems == []


def test_a_declared_users_unreadable_fields_are_said() -> None:
    visitor = Visitor()
    user = {"properties": {"email": "jane", "plan": "gold"}}
    visitor.visit(data_layer=data_layer(context={"user": user}))
    assert visitor.problems == [f"user: {UNREADABLE.format('email')}"]


def test_a_declared_event_is_named_by_its_number() -> None:
    visitor = Visitor()
    event = {"type": "track", "data": {"name": "a", "value": 1}}
    visitor.visit(data_layer=data_layer(events=[{"type": "page"}, event]))
    assert visitor.problems == [f"Event 2: {AROUND.format('value')}"]


def test_a_held_call_is_complained_of_once() -> None:
    device = Device(default_consent="pending")
    device.make("c1", "track", {"name": "a", "value": 5}, "components")
    assert [each["outcome"] for each in device.told] == ["problem", "problem", "held"]
    after = Device(device.stored, default_consent="pending")
    after.restore(device.journal["c1"])
    assert [each["outcome"] for each in after.told] == ["held"]


def test_what_json_has_no_word_for_is_said() -> None:
    device = Device()
    device.make("c1", "track", {"name": "a"}, mended=True)
    device.make("c2", "track", {"name": "a", "properties": {"value": None, "mine": None}})
    assert [(each["id"], each["message"]) for each in device.told] == [
        ("c1", "JSON has no word for all of it: a reference back to itself was left out."),
        ("c2", "No value, or one that JSON has no word for: value."),
    ]


@pytest.mark.parametrize("arguments", [({"name": "a", "\ud800": 1},), ("a", {"\ud800": 1})])
def test_a_name_with_half_a_character_is_said_in_text_that_can_be_sent(arguments: Any) -> None:
    visitor = Visitor()
    visitor.one("track", *arguments)
    [said] = visitor.problems
    assert "\ufffd" in said


def test_of_many_long_names_a_part_is_said() -> None:
    names = {f"{number:02}{'n' * 100}": "?" for number in range(60)}
    visitor = Visitor()
    visitor.one("track", {"name": "a", **names}, names)
    told = ", ".join(name[:64] for name in list(names)[:50])
    first, second = visitor.problems
    assert first == AROUND.format(told)
    assert second.startswith(f"components: {told} must be true or false.")
