"""Readers of Pinterest's contract that are not ours.

Each enforces something the others miss: Pinterest's description itself (unknown keys, required, types,
the identity rule), the models generated from 5.28 (strict types, enums, lengths), and Pinterest's own
client generated from 5.14 (types, and the identity rule once more).
"""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from openapi_generated.pinterest_client.configuration import Configuration
from openapi_generated.pinterest_client.model.conversion_events import ConversionEvents
from openapi_generated.pinterest_client.model_utils import (
    model_to_dict,
    validate_and_convert_types,
)
from pinterestsdk.models.conversion_events_create import ConversionEventsCreate

#: Pinterest's OpenAPI description of the endpoint, MIT; see the licence beside it.
DESCRIPTION = Path(__file__).with_name("pinterest-events-openapi-5.23.json")


@cache
def description() -> dict[str, Any]:
    """The schemas of Pinterest's description, OpenAPI 3.0's `nullable` put as JSON Schema does."""
    document: dict[str, Any] = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    _translate_nullable(document["components"]["schemas"])
    return document


def _translate_nullable(schema: object) -> None:
    if isinstance(schema, dict):
        if schema.pop("nullable", False) is True:
            schema["type"] = [schema["type"], "null"]
        for each in schema.values():
            _translate_nullable(each)
    elif isinstance(schema, list):
        for each in schema:
            _translate_nullable(each)


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(
        {"$ref": "#/components/schemas/ConversionEvents", "components": description()["components"]}
    )


def refusals_of_description(body: dict[str, Any]) -> list[str]:
    """What Pinterest's own description has against a request body."""
    return [error.message for error in _validator().iter_errors(body)]


def through_sdk(body: dict[str, Any]) -> dict[str, Any]:
    """The body read and written again by the models of 5.28; raises where they refuse it."""
    model = ConversionEventsCreate.from_dict(copy.deepcopy(body))
    assert model is not None
    written: dict[str, Any] = _without_null(json.loads(model.to_json()))
    return written


def _without_null(value: Any) -> Any:
    """The models write null for what was not there."""
    if isinstance(value, dict):
        return {key: _without_null(each) for key, each in value.items() if each is not None}
    return [_without_null(each) for each in value] if isinstance(value, list) else value


def through_generated_client(body: dict[str, Any]) -> dict[str, Any]:
    """The body read and written again by Pinterest's own client; raises where it refuses it."""
    model = validate_and_convert_types(
        copy.deepcopy(body),
        required_types_mixed=(ConversionEvents,),
        path_to_item=["body"],
        spec_property_naming=True,
        _check_type=True,
        configuration=Configuration(),
    )
    written: dict[str, Any] = model_to_dict(model, serialize=True)
    return written
