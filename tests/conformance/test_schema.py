"""Our contract says what Pinterest's description says, but for what 5.28 added."""

from __future__ import annotations

import re
from typing import Any

from pinterestsdk.models.conversion_event_app_info import ConversionEventAppInfo
from pinterestsdk.models.conversion_event_device_info import ConversionEventDeviceInfo
from pinterestsdk.models.conversion_events_data_items import ConversionEventsDataItems
from pinterestsdk.models.conversion_events_data_items_custom_data import (
    ConversionEventsDataItemsCustomData,
)
from pinterestsdk.models.conversion_events_data_items_custom_data_contents_items import (
    ConversionEventsDataItemsCustomDataContentsItems,
)
from pinterestsdk.models.conversion_events_user_data_properties import (
    ConversionEventsUserDataProperties,
)
from pydantic import BaseModel

from edgee_py.pinterest.contract import EVENT_NAMES, Part, allowed_keys, event_schema, json_schema
from tests.conformance.oracles import description

#: Keywords that decide what is valid; the description has texts and examples besides.
KEYWORDS = ("type", "enum", "additionalProperties", "maxLength", "minimum", "maximum", "maxItems")

MODELS_OF_5_28: dict[Part, type[BaseModel]] = {
    "event": ConversionEventsDataItems,
    "user_data": ConversionEventsUserDataProperties,
    "custom_data": ConversionEventsDataItemsCustomData,
    "contents": ConversionEventsDataItemsCustomDataContentsItems,
    "app_info": ConversionEventAppInfo,
    "device_info": ConversionEventDeviceInfo,
}


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    schemas = description()["components"]["schemas"]
    while "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    if "$ref" in schema.get("anyOf", [{}])[0]:
        # User data: each alternative refers to the same properties.
        return {**schema, **resolved({"$ref": schema["anyOf"][0]["$ref"]})}
    return schema


def rules(schema: dict[str, Any], path: str = "") -> dict[str, object]:
    """A schema flattened to `path keyword` → value."""
    schema = resolved(schema)
    found: dict[str, object] = {f"{path} {k}": schema[k] for k in KEYWORDS if k in schema}
    found[f"{path} required"] = sorted(schema.get("required", []))
    alternatives = [sorted(each["required"]) for each in schema.get("anyOf", [])]
    found[f"{path} anyOf"] = sorted(alternatives)
    for name, each in schema.get("properties", {}).items():
        found |= rules(each, f"{path}.{name}")
    if "items" in schema:
        found |= rules(schema["items"], f"{path}[]")
    return found


def test_the_schema_agrees_with_pinterests_description() -> None:
    ours = rules(json_schema())
    theirs = rules({"$ref": "#/components/schemas/ConversionEvents"})
    added = {key: ours[key] for key in ours if key not in theirs}
    assert {key: ours[key] for key in theirs if key in ours} == theirs
    assert added == {
        ".data[].custom_data.contents[].item_brand_id type": "string",
        ".data[].custom_data.contents[].item_brand_id maxLength": 64,
        ".data[].custom_data.contents[].item_brand_id required": [],
        ".data[].custom_data.contents[].item_brand_id anyOf": [],
    }


def test_each_part_has_the_keys_of_the_models_of_5_28() -> None:
    for part, model in MODELS_OF_5_28.items():
        assert allowed_keys(part) == set(model.model_fields), part


def test_the_event_names_are_those_of_5_28() -> None:
    text = ConversionEventsDataItems.model_fields["event_name"].description
    assert text is not None
    assert set(re.findall(r"`(\w+)`", text)) == set(EVENT_NAMES)


def test_the_action_sources_are_those_of_the_text() -> None:
    text = ConversionEventsDataItems.model_fields["action_source"].description
    assert text is not None
    ours = event_schema(strict=True)["properties"]["action_source"]["enum"]
    assert set(re.findall(r"`(\w+)`", text)) == set(ours)
