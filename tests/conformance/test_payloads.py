"""Every payload the mapping can make is accepted by every oracle, and comes out of it whole."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from edgee_py.event import Context, Event
from edgee_py.pinterest.contract import ConversionEvent, event_schema, identified
from edgee_py.pinterest.mapping import Mapped, map_event
from edgee_py.pinterest.settings import PinterestSettings
from tests.conformance import oracles
from tests.unit.pinterest import strategies

_STRICT = Draft202012Validator(event_schema(strict=True))


def as_relayed(event: ConversionEvent) -> dict[str, Any]:
    """The request body as it leaves the relay, which adds address and browser."""
    if not identified(event["user_data"]):
        event["user_data"]["client_ip_address"] = "2001:db8::1"
        event["user_data"]["client_user_agent"] = "Mozilla/5.0"
    return {"data": [event]}


def assert_accepted(body: dict[str, Any]) -> None:
    assert oracles.refusals_of_description(body) == []
    assert oracles.through_sdk(body) == body
    assert oracles.through_generated_client(body) == body
    assert [error.message for error in _STRICT.iter_errors(body["data"][0])] == []


@given(strategies.events, strategies.settings)
@settings(max_examples=200)
def test_every_mapped_event(event: Event, component: PinterestSettings) -> None:
    result = map_event(event, component)
    assert isinstance(result, Mapped)
    assert_accepted(as_relayed(result.event))


def test_an_event_with_everything() -> None:
    event = Event(
        uuid="call-1",
        timestamp=1_700_000_000_000,
        type="track",
        data={
            "name": "Order Completed",
            "properties": {
                "event_id": "tag-1",
                "order_id": "00123",
                "value": "1,299.00",
                "currency": "eur",
                "products": [
                    {
                        "sku": "A",
                        "name": "Hat",
                        "category": "Hats",
                        "brand": "B",
                        "price": 5,
                        "quantity": "2",
                    }
                ],
                "content_category": "Hats",
                "content_brand": "B",
                "search_string": "hat",
                "opt_out": False,
                "opt_out_type": "LDP",
                "predicted_ltv": 50.5,
                "external_measurement_id": "rbos-1",
                "external_measurement_vendor_id": 1,
                "email": ["a@example.com", "b@example.com"],
                "idfa": "CDDA802E-FB9C-47AD-9866-0794D394C912",
            },
        },
        context=Context(
            page={"url": "https://shop.example/thanks", "search": "?a=1"},
            user={
                "user_id": "7",
                "properties": {
                    "phone": "+12015550123",
                    "first_name": "Jane",
                    "last_name": "Doe",
                    "gender": "female",
                    "birthday": "1990-05-01",
                    "city": "New York",
                    "state": "New York",
                    "zip": "10001",
                    "country": "United States",
                    "partner_id": "ramp-1",
                },
            },
            client={"ip": "203.0.113.9", "user_agent": "Mozilla/5.0", "locale": "en-us"},
            campaign={"epik": "dj0x"},
        ),
    )
    settings_ = PinterestSettings(event_names="standard", partner_name="ss-edgee")
    result = map_event(event, settings_)
    assert isinstance(result, Mapped)
    assert set(result.event["user_data"]) == {
        "em", "hashed_maids", "client_ip_address", "client_user_agent", "ph", "ge", "db", "ln",
        "fn", "ct", "st", "zp", "country", "external_id", "click_id", "partner_id",
    }  # fmt: skip
    assert result.dropped == []
    assert_accepted(as_relayed(result.event))


EDGEES_OWN = {
    "event_name": "custom",
    "action_source": "web",
    "event_time": 1_700_000_000,
    "event_id": "1",
    "user_data": {"em": "0" * 64, "client_ip_address": "", "client_user_agent": ""},
    "custom_data": {"custom_event_name": "x", "value": 59.9},
}


@pytest.mark.parametrize(
    ("wrong", "refusing"),
    [
        ({"custom_data": {"page_name": "x"}}, ["description"]),
        ({"custom_data": {"value": 59.9}}, ["description", "sdk", "generated_client"]),
        ({"event_time": "1700000000"}, ["description", "sdk", "generated_client"]),
        ({"user_data": {"em": "0" * 64}}, ["description", "sdk", "generated_client"]),
        ({"user_data": {"ph": ["0" * 64]}}, ["description", "generated_client"]),
        ({"device_info": {"form_factor": "toaster"}}, ["description", "sdk"]),
        (EDGEES_OWN, ["description", "sdk", "generated_client"]),
    ],
)
def test_the_oracles_do_refuse(wrong: dict[str, Any], refusing: list[str]) -> None:
    """What each is here for; if one stopped to judge, the tests above would mean nothing."""
    good = {**EDGEES_OWN, "user_data": {"em": ["0" * 64]}, "custom_data": {}}
    body = {"data": [{**good, **wrong}]}
    refused = ["description"] if oracles.refusals_of_description(body) else []
    for name, read in (
        ("sdk", oracles.through_sdk),
        ("generated_client", oracles.through_generated_client),
    ):
        try:
            read(body)
        except Exception:
            refused.append(name)
    assert refused == refusing
