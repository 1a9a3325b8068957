"""GET /_edgee/openapi.json against the relay that it describes; test_fuzz.py holds its answers to it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from edgee_py.pinterest.contract import allowed_keys
from edgee_py.relay.openapi import openapi
from edgee_py.relay.validation import Refused
from tests.readme import SENTENCES
from tests.relay.conftest import TOKEN, RelayFactory, event
from tests.relay.test_validation import WHOLE, read

DOCUMENT = openapi()


def test_every_route_is_described_and_every_description_is_a_route(relay: RelayFactory) -> None:
    routes = {
        (route.path.replace("{path:path}", "{path}"), method.lower())
        for route in relay().relay.routes()
        for method in route.methods or ()
        if method != "HEAD"  # comes with every GET
    }
    described = {(path, method) for path, item in DOCUMENT["paths"].items() for method in item}
    assert described == routes


def test_a_posts_errors_are_those_of_the_readme() -> None:
    responses = DOCUMENT["paths"]["/pinterest_capi"]["post"]["responses"]
    described = {
        (status, each["description"].partition(":")[0]) for status, each in responses.items()
    }
    [sentence] = re.findall(r"Posts are answered (.*?) Of the other routes", SENTENCES)
    told = set(re.findall(r"\b([345]\d\d) `(\w+)`", sentence)) - {
        ("404", "not_found"),
        ("405", "method_not_allowed"),
    }
    assert described - {("202", "On disk, but for what is rejected.")} == told


def test_nothing_of_the_settings_is_in_it(relay: RelayFactory) -> None:
    answer = relay(inspector_secret="s3cret-s3cret-s3cret").client.get("/_edgee/openapi.json")

    assert answer.json() == DOCUMENT
    for secret in (TOKEN, "s3cret", "549755885175", "127.0.0.1"):
        assert secret not in answer.text


def validator() -> Draft202012Validator:
    root: dict[str, Any] = {"$ref": "#/components/schemas/ConversionEvent", **DOCUMENT}
    return Draft202012Validator(root)


def test_an_events_schema_is_what_the_relay_checks() -> None:
    assert set(DOCUMENT["components"]["schemas"]["ConversionEvent"]["properties"]) == allowed_keys(
        "event"
    )
    assert validator().is_valid(WHOLE)
    assert not isinstance(read(WHOLE), Refused)


@pytest.mark.parametrize(
    "more",
    [
        {"event_name": "purchase"},
        {"surprise": 1},
        {"event_id": ""},
        {"event_id": "x" * 257},
        {"user_data": {"email": "x"}},
        {"custom_data": {"value": 59.9}},
        {"custom_data": {"contents": [{"quantity": "2"}]}},
        {"device_info": {"battery_level": 101}},
    ],
)
def test_what_the_schema_refuses_the_relay_refuses(more: dict[str, Any]) -> None:
    sent = event("a") | more

    assert not validator().is_valid(sent)
    assert isinstance(read(sent), Refused)
