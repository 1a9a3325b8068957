from __future__ import annotations

import subprocess
import sys
from typing import Any, cast

import pytest
from jsonschema import Draft202012Validator

from edgee_py.pinterest.contract import (
    CLOSED_PARTS,
    EVENT_NAMES,
    allowed_keys,
    event_schema,
    json_schema,
)

HASH = "0" * 64


def event(**more: Any) -> dict[str, Any]:
    return {
        "event_name": "checkout",
        "action_source": "web",
        "event_time": 1_700_000_000,
        "event_id": "1",
        "user_data": {"em": [HASH]},
        **more,
    }


def errors(instance: object, *, strict: bool = False) -> list[str]:
    validator = Draft202012Validator(event_schema(strict=strict))
    return [error.message for error in validator.iter_errors(cast(Any, instance))]


def test_the_schemas_are_schemas() -> None:
    for strict in (False, True):
        Draft202012Validator.check_schema(json_schema(strict=strict))
        assert errors(event(), strict=strict) == []


def test_an_unknown_key_is_refused_in_the_live_servers_words() -> None:
    said = "Additional properties are not allowed ('category_name' was unexpected)"
    assert errors(event(category_name="x")) == [said]
    assert errors(event(custom_data={"category_name": "x"})) == [said]
    assert errors(event(custom_data={"contents": [{"category_name": "x"}]})) == [said]
    assert errors(event(app_info={"category_name": "x"})) == [said]
    assert errors(event(device_info={"category_name": "x"})) == [said]
    assert errors(event(user_data={"em": [HASH], "category_name": "x"})) == []


@pytest.mark.parametrize(
    "user_data",
    [
        {"hashed_maids": [HASH]},
        {"client_ip_address": "::1", "client_user_agent": "x"},
    ],
)
def test_identified(user_data: dict[str, Any]) -> None:
    assert errors(event(user_data=user_data)) == []


@pytest.mark.parametrize("user_data", [{}, {"ph": [HASH]}, {"client_ip_address": "::1"}])
def test_not_identified(user_data: dict[str, Any]) -> None:
    assert errors(event(user_data=user_data))


@pytest.mark.parametrize(
    "wrong",
    [
        {"event_time": "1700000000"},
        {"event_id": 1},
        {"custom_data": {"value": 5}},
        {"custom_data": {"num_items": "5"}},
        {"custom_data": {"num_items": None}},
        {"custom_data": {"contents": [{"item_price": 5}]}},
        {"custom_data": {"contents": [{"item_brand_id": "x" * 65}]}},
        {"user_data": {"em": HASH}},
        {"device_info": {"form_factor": "toaster"}},
        {"device_info": {"battery_level": 101}},
        {"app_info": {"app_id": "x" * 201}},
    ],
)
def test_wrong_types_and_limits(wrong: dict[str, Any]) -> None:
    assert errors(event(**wrong))


def test_null_stands_for_nothing_where_pinterest_says_so() -> None:
    assert errors(event(language=None, custom_data={"value": None})) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"event_name": "buy"},
        {"action_source": "fax"},
        {"user_data": {"em": ["jane@example.com"]}},
        {"user_data": {"em": [HASH + "\n"]}},
        {"user_data": {"em": []}},
    ],
)
def test_strict_adds_what_only_the_text_says(wrong: dict[str, Any]) -> None:
    assert errors(event(**wrong)) == []
    assert errors(event(**wrong), strict=True)


def test_one_to_a_thousand_events() -> None:
    validator = Draft202012Validator(json_schema())
    assert validator.is_valid({"data": [event()] * 1000})
    assert not validator.is_valid({"data": []})
    assert not validator.is_valid({"data": [event()] * 1001})
    assert not validator.is_valid({"data": [event()], "more": 1})


def test_allowed_keys() -> None:
    assert allowed_keys("contents") == {
        "id",
        "item_name",
        "item_category",
        "item_brand",
        "item_brand_id",
        "item_price",
        "quantity",
    }
    assert {"event_name", "custom_data", "wifi", "device_info"} <= allowed_keys("event")
    assert "user_data" not in CLOSED_PARTS
    assert len(EVENT_NAMES) == 22


def test_the_browsers_part_is_light() -> None:
    program = (
        "import sys, edgee_py.pinterest.mapping, edgee_py.pinterest.personal\n"
        "heavy = {'js', 'pyodide', 'socket', 'ssl', 'urllib.request', 'email', 'http', 'asyncio',"
        " 'jsonschema', 'starlette', 'edgee_py.pinterest.schema'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"
