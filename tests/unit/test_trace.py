"""What a developer is shown of a call: nothing personal but hashes, whatever was given."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgee_py.call import Call, Page
from edgee_py.pipeline import Surroundings, consent_of, take
from edgee_py.runtime import Runtime
from edgee_py.state import State
from edgee_py.trace import Trace, trace_of
from tests.e2e.journey import hashed

NOW = 1_760_000_000_000
JANE = hashed("jane@example.com")


def traced(method: Any, *arguments: Any, consent: Any = "granted", **page: str) -> Trace:
    call = Call("c", NOW, method, arguments, Page(**{"url": "https://shop.example/", **page}))
    around = Surroundings(default_consent=consent)
    taken = take(State(), call, around)
    granted = consent_of(taken.state, around)
    return trace_of(taken.outcomes[-1], around.settings, consent=granted, problems=taken.problems)


def test_a_call_with_the_events_it_made() -> None:
    trace = traced("track", {"name": "Order", "properties": {"value": 5, "colour": "red"}})
    [made] = trace["events"]
    assert (trace["id"], trace["at"], trace["outcome"]) == ("c", NOW, "mapped")
    assert trace["arguments"] == [{"name": "Order", "properties": {"value": 5, "colour": "red"}}]
    assert (made["event_id"], made["event_name"]) == ("c", "custom")
    assert made["edgee"]["data"]["name"] == "Order"
    assert made["payload"]["custom_data"]["value"] == "5"
    assert trace["notes"] == ["Pinterest has no place for: colour."]


def test_personal_fields_are_hashes_and_ids_too() -> None:
    properties = {"email": "Jane@example.com", "first_name": "Jane", "plan": "gold", "phone": "-"}
    trace = traced(
        "user", {"user_id": "u-42", "email": "jane@example.com", "properties": properties}
    )
    [given] = trace["arguments"]
    assert given["email"] == given["properties"]["email"] == JANE
    assert given["user_id"] == hashed("u-42")
    assert given["properties"]["plan"] == "gold"
    assert given["properties"]["phone"] == "(nothing that could be hashed)"
    assert trace["events"][0]["edgee"]["data"]["user_id"] == hashed("u-42")
    assert "Nothing is read from email" in trace["notes"][0]
    assert not {"jane", "u-42"} & set(json.dumps(trace).lower().replace('"', " ").split())


@pytest.mark.parametrize("argument", ["jane@example.com", "u-42", 42])
def test_a_user_as_text_is_a_hash(argument: Any) -> None:
    text = json.dumps(traced("user", argument))
    assert hashed(str(argument)) in text or "(nothing that could be hashed)" in text
    assert f'"{argument}"' not in text


def test_a_held_call_is_hashed_as_well() -> None:
    trace = traced(
        "track", {"name": "x", "properties": {"email": "jane@example.com"}}, consent="pending"
    )
    assert trace["outcome"] == "held"
    assert trace["arguments"][0]["properties"]["email"] == JANE
    assert trace["events"] == []


def test_addresses_and_secrets_are_masked_wherever_they_stand() -> None:
    trace = traced(
        "track",
        {
            "name": "x",
            "properties": {
                "note": "ask jane@example.com",
                "api_token": "t0p",
                "n": {"password": "p"},
            },
        },
        {"all": True},
        url="https://shop.example/?mail=jane%40example.com",
    )
    shown = trace["arguments"][0]["properties"]
    assert shown == {
        "note": "ask (e-mail address)",
        "api_token": "(hidden)",
        "n": {"password": "(hidden)"},
    }
    assert "jane" not in trace["page"]
    assert "jane" not in json.dumps([each["edgee"] for each in trace["events"]])
    assert trace["arguments"][1] == {"all": True}


def test_the_data_layer_is_what_load_was_given() -> None:
    layer = {
        "events": [{"type": "track", "data": {"name": "Declared"}}],
        "context": {"user": {"user_id": "u-1"}},
    }
    trace = traced("load", data_layer=json.dumps({"data_collection": layer}))
    assert trace["arguments"][0]["data_collection"]["context"]["user"]["user_id"] == hashed("u-1")
    assert [each["event_id"] for each in trace["events"]] == ["c-1"]
    assert traced("load")["arguments"] == []


def test_of_many_events_the_later_ones_are_named_only() -> None:
    layer = {"events": [{"type": "track", "data": {"name": str(n)}} for n in range(30)]}
    events = traced("load", data_layer=json.dumps({"data_collection": layer}))["events"]
    assert len(events) == 30
    assert [("edgee" in each) for each in events] == [True] * 20 + [False] * 10


def test_a_refused_call_says_why_and_one_without_event_is_done() -> None:
    refused = traced("track", {})
    assert (refused["outcome"], refused["refusals"][0]["reason"]) == ("refused", "missing_name")
    assert traced("consent", "granted")["outcome"] == "done"


def test_long_things_are_cut() -> None:
    trace = traced("track", {"name": "x", "properties": {"t": "y" * 5000, "l": list(range(500))}})
    shown = trace["arguments"][0]["properties"]
    assert len(shown["t"]) == 2001
    assert len(shown["l"]) == 101


def test_the_runtime_traces_only_while_somebody_looks_on() -> None:
    record = {"id": "a", "at": NOW, "method": "track", "arguments": ["x"], "page": {}}
    runtime = Runtime({})
    runtime.take_record(record, Surroundings())
    assert "trace" not in runtime.drain().to_json()
    runtime.traced = True
    runtime.take_record({**record, "id": "b"}, Surroundings())
    runtime.take_record({**record, "id": "c", "error": "too_large"}, Surroundings())
    first, second = runtime.drain().to_json()["trace"]
    assert (first["id"], first["outcome"]) == ("b", "mapped")
    assert (second["id"], second["refusals"][0]["reason"]) == ("c", "too_large")


def test_a_released_call_is_traced_again() -> None:
    runtime = Runtime({})
    runtime.traced = True
    around = Surroundings(default_consent="pending")
    runtime.take(Call("a", NOW, "track", ("x",)), around)
    runtime.take(Call("b", NOW, "consent", ("granted",)), around)
    traces = runtime.drain().trace
    assert [(each["id"], each["outcome"], each["consent"]) for each in traces] == [
        ("a", "held", "pending"),
        ("a", "mapped", "granted"),
        ("b", "done", "granted"),
    ]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=20)
    | st.just("canary@example.com"),
    lambda each: (
        st.lists(each, max_size=3)
        | st.dictionaries(
            st.sampled_from(["email", "user_id", "name", "properties", "phone", "x"]),
            each,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    st.sampled_from(["page", "track", "user"]),
    JSON,
    st.sampled_from(["granted", "pending", "denied"]),
)
def test_no_address_is_ever_shown(method: str, argument: Any, consent: str) -> None:
    text = json.dumps(traced(method, argument, consent=consent))
    assert "canary" not in text
