"""JSON Schema out of the contract's types. Servers and tests need it; browsers never load it."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, Required, get_args, get_origin, is_typeddict

from edgee_py.pinterest.contract import (
    MAX_EVENTS_PER_REQUEST,
    ConversionEvent,
    Rule,
    UserData,
)

_TYPES: dict[Any, str] = {str: "string", int: "integer", bool: "boolean"}
_SHA256_PATTERN = "^[0-9a-f]{64}$"

#: One of these must be complete. Pinterest puts `required` beside a `$ref`, which readers of
#: OpenAPI 3.0 may ignore; the text says the same.
_IDENTIFIERS: tuple[tuple[str, ...], ...] = (
    ("em",),
    ("hashed_maids",),
    ("client_ip_address", "client_user_agent"),
)


def build(strict: bool) -> dict[str, Any]:
    """The schema of the whole request body; see `contract.json_schema`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "data": {
                "type": "array",
                "items": _object(ConversionEvent, strict),
                "minItems": 1,
                "maxItems": MAX_EVENTS_PER_REQUEST,
            }
        },
        "required": ["data"],
        "additionalProperties": False,
    }


def _object(kind: Any, strict: bool) -> dict[str, Any]:
    properties = {name: _value(hint, strict) for name, hint in kind.__annotations__.items()}
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    if kind is UserData:
        schema["anyOf"] = [{"required": list(names)} for names in _IDENTIFIERS]
    else:
        schema["additionalProperties"] = False
    if kind.__required_keys__:
        schema["required"] = [name for name in properties if name in kind.__required_keys__]
    return schema


def _value(hint: Any, strict: bool) -> dict[str, Any]:
    if get_origin(hint) in (Required, NotRequired):
        return _value(get_args(hint)[0], strict)
    if metadata := getattr(hint, "__metadata__", None):
        return _ruled(_value(hint.__origin__, strict), metadata[0], strict)
    if get_origin(hint) is Literal:
        return {"type": "string", "enum": list(get_args(hint))}
    if get_origin(hint) is list:
        return {"type": "array", "items": _value(get_args(hint)[0], strict)}
    if is_typeddict(hint):
        return _object(hint, strict)
    return {"type": _TYPES[hint]}


def _ruled(schema: dict[str, Any], rule: Rule, strict: bool) -> dict[str, Any]:
    keywords = {
        "maxLength": rule.max_length,
        "maxItems": rule.max_items,
        "minimum": rule.minimum,
        "maximum": rule.maximum,
    }
    schema.update({name: limit for name, limit in keywords.items() if limit is not None})
    if rule.nullable:
        schema["type"] = [schema["type"], "null"]
    if rule.listed and not strict:
        del schema["enum"]
    if rule.hashes and strict:
        schema["items"] |= {"pattern": _SHA256_PATTERN, "maxLength": 64}
        schema["minItems"] = 1
    return schema
