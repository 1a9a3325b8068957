"""The relay's reading of the contract, held against the contract itself and what the mapping makes."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, Literal, NotRequired, Required, get_args, get_origin, is_typeddict

import msgspec
import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from edgee_py.pinterest.contract import ConversionEvent, Rule, event_schema
from edgee_py.pinterest.mapping import Mapped, map_event
from edgee_py.refusal import Reason
from edgee_py.relay.errors import RelayError
from edgee_py.relay.validation import (
    MAX_EVENT_BYTES,
    Refused,
    read_body,
    read_event,
    read_events,
)
from tests.relay.conftest import event
from tests.unit.pinterest import strategies

HASH = "0" * 64


def example(hint: Any) -> Any:
    """A value for a type of the contract, with every key there is."""
    if get_origin(hint) in (Required, NotRequired):
        return example(get_args(hint)[0])
    if metadata := getattr(hint, "__metadata__", None):
        rule: Rule = metadata[0]
        return [HASH] if rule.hashes else example(hint.__origin__)
    if get_origin(hint) is Literal:
        return get_args(hint)[0]
    if get_origin(hint) is list:
        return [example(get_args(hint)[0])]
    if is_typeddict(hint):
        return {name: example(each) for name, each in hint.__annotations__.items()}
    return {str: "x", int: 1, bool: True}[hint]


WHOLE: dict[str, Any] = example(ConversionEvent)


def read(value: Any) -> Any:
    return read_event(msgspec.Raw(json.dumps(value).encode()))


@pytest.mark.parametrize(
    "name",
    [
        "$.jane",
        "$.jane_doe",
        "x` - at `$.jane",
        "jane1` - at `$.user_data",
        "$.user_data.jane[0]",
        "$",
    ],
)
@pytest.mark.parametrize("part", ["", "user_data"])
def test_the_words_of_a_refusal_are_never_the_senders(name: str, part: str) -> None:
    sent = {**WHOLE, part: {**WHOLE[part], name: 1}} if part else {**WHOLE, name: 1}

    refused = read(sent)

    assert isinstance(refused, Refused)
    assert "jane" not in refused.refusal.message
    assert "does not know" in refused.refusal.message


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value within a value."""
    if isinstance(value, dict):
        inner = list(value.items())
    else:
        inner = list(enumerate(value)) if isinstance(value, list) else []
    for key, each in inner:
        yield (*path, key)
        yield from places(each, (*path, key))


def with_(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """The whole event with another value at a path."""
    changed = copy.deepcopy(WHOLE)
    target = changed
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    return changed


ids = [".".join(map(str, path)) for path in places(WHOLE)]


def test_the_whole_event_is_taken_as_it_is() -> None:
    Draft202012Validator(event_schema(strict=True)).validate(WHOLE)
    assert read(WHOLE) == WHOLE


@pytest.mark.parametrize("path", list(places(WHOLE)), ids=ids)
def test_a_value_of_another_type_is_refused_wherever_it_is(path: tuple[Any, ...]) -> None:
    for wrong in ({"canary": 1}, 1.5):
        refused = read(with_(path, wrong))
        assert isinstance(refused, Refused)
        assert refused.refusal.reason is Reason.INVALID_EVENT
        assert "canary" not in refused.refusal.message.replace("Leave out canary.", "")


def test_an_unknown_key_is_refused_wherever_it_is() -> None:
    objects = [(), *(p for p in places(WHOLE) if isinstance(at(p), dict))]
    assert len(objects) == 6
    for each in objects:
        refused = read(with_((*each, "surprise"), 1))
        assert isinstance(refused, Refused)
        assert "Leave out surprise." in refused.refusal.message


def at(path: tuple[Any, ...]) -> Any:
    value: Any = WHOLE
    for key in path:
        value = value[key]
    return value


@pytest.mark.parametrize(
    "name", ["event_name", "action_source", "event_time", "event_id", "user_data"]
)
def test_what_is_required_must_be_there(name: str) -> None:
    short = {key: value for key, value in WHOLE.items() if key != name}
    assert isinstance(read(short), Refused)
    assert isinstance(read({**WHOLE, name: None}), Refused)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("event_id",), ""),
        (("event_id",), "x" * 257),
        (("event_name",), "Checkout"),
        (("action_source",), "email"),
        (("custom_data", "num_items"), 2**63),
        (("device_info", "battery_level"), 101),
        (("device_info", "timezone_abbr"), "toolong"),
        (("app_info", "install_time"), -1),
        (("device_info", "languages"), ["en"] * 101),
    ],
)
def test_limits(path: tuple[Any, ...], value: Any) -> None:
    assert isinstance(read(with_(path, value)), Refused)


def test_an_event_larger_than_a_call_is_refused() -> None:
    refused = read(event(event_source_url="x" * MAX_EVENT_BYTES))

    assert isinstance(refused, Refused)
    assert (refused.refusal.id, refused.refusal.reason) == ("e1", Reason.TOO_LARGE)


def test_a_refusal_names_the_place_and_never_the_value() -> None:
    refused = read(event(custom_data={"contents": [{"id": "1"}, {"quantity": "canary"}]}))

    assert isinstance(refused, Refused)
    assert "custom_data.contents" in refused.refusal.message
    assert "Expected `int" in refused.refusal.message
    assert "canary" not in refused.refusal.message


@given(strategies.events, strategies.settings)
def test_whatever_the_mapping_makes_is_taken_as_it_is(made: Any, by: Any) -> None:
    mapped = map_event(made, by)
    if isinstance(mapped, Mapped):
        assert read(mapped.event) == mapped.event


def test_a_lone_surrogate_costs_no_other_event() -> None:
    first, second = read_body(b'{"data": [{"event_id": "\\ud800"}, {"event_id": "b"}]}')

    assert json.loads(bytes(first)) == {"event_id": "\ufffd"}
    assert json.loads(bytes(second)) == {"event_id": "b"}


def test_a_byte_order_mark_is_no_harm() -> None:
    assert read_body(b'\xef\xbb\xbf{"data": []}') == []


def test_a_body_of_another_shape_is_malformed() -> None:
    with pytest.raises(RelayError) as error:
        read_body(b'{"data": 1}')
    assert error.value.status == 400


@pytest.mark.parametrize(
    "events",
    [
        [],
        [event("a"), WHOLE],
        [event("a", custom_data=None), event("b", custom_data={"value": None, "currency": "null"})],
        [event("a"), event("b", event_name="no"), event("c")],
        [event("a"), {"event_id": "b", "canary": 1}],
        [event("a"), 7],
    ],
)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_body_read_at_once_is_as_if_each_event_were_read(events: list[Any], mark: bytes) -> None:
    taken, refused = read_events(mark + json.dumps({"data": events}).encode())

    alone = [read(each) for each in events]
    assert taken == [each for each in alone if not isinstance(each, Refused)]
    assert refused == [each for each in alone if isinstance(each, Refused)]


def test_a_small_body_of_too_many_events_is_refused_as_a_whole() -> None:
    with pytest.raises(RelayError, match="at most 1000"):
        read_events(b'{"data": [' + b"1," * 1000 + b"1]}")


@pytest.mark.parametrize("turn", range(5))
def test_the_first_bodies_may_be_read_on_many_threads_at_once(turn: int) -> None:
    """As after a start, with browsers waiting that each kept many events."""
    done = subprocess.run(
        [sys.executable, "-c", _FIRST_BODIES], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, f"the process ended with {done.returncode}: {done.stderr}"


_FIRST_BODIES = """
import sys, threading
from edgee_py.relay.validation import read_events
from tests.relay.test_validation import WHOLE
import json
body = json.dumps({"data": [WHOLE] * 5}).encode()
sys.setswitchinterval(1e-6)
start = threading.Barrier(8)
def read():
    start.wait()
    assert len(read_events(body)[0]) == 5
threads = [threading.Thread(target=read) for _ in range(8)]
for each in threads: each.start()
for each in threads: each.join()
"""
