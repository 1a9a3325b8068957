"""The relay's routes as an OpenAPI 3.1 document, for tools that generate clients or tests.

A conversion event's schema is made from the types that check it, which are made from Pinterest's contract;
limits, reasons and statuses are the code's own. The document holds no setting and no secret.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from edgee_py._version import __version__
from edgee_py.pinterest.contract import MAX_EVENTS_PER_REQUEST
from edgee_py.refusal import Reason
from edgee_py.relay.guard import JSON_TYPES
from edgee_py.relay.inspector import MAX_REPORTED
from edgee_py.relay.validation import event_schemas
from edgee_py.wire import MAX_EVENTS

Json = dict[str, Any]

#: Why a post is not taken, by status; in the words of docs/http.md.
_POST_ERRORS = {
    400: "malformed: no JSON of the right shape, or it ended early",
    403: "origin: pages of this origin may not post here",
    408: "timeout: the body took too long",
    413: "size: too many bytes or events",
    415: "type: no JSON, not in UTF-8, or compressed",
    429: "rate: too many requests, or too much in them; Retry-After says how long to wait",
    500: "internal: a fault of the relay's",
    503: "outbox: nothing can be kept at the moment; send it again after Retry-After",
}


@cache
def document() -> bytes:
    """The document as JSON."""
    return msgspec.json.encode(openapi())


def openapi() -> Json:
    """The document. Each call makes a fresh one."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "edgee-py relay",
            "version": __version__,
            "summary": "First-party conversion events, on their way to Pinterest.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        # Relative to this document, wherever the relay is mounted.
        "servers": [{"url": "./"}],
        "paths": {**_posts(), **_files(), **_inspector(), **_operations()},
        "components": {"schemas": {**event_schemas(), **_schemas()}},
    }


def _posts() -> Json:
    capi = {
        "type": "object",
        "properties": {
            "data": {
                "type": "array",
                "items": _ref("ConversionEvent"),
                "minItems": 1,
                "maxItems": MAX_EVENTS_PER_REQUEST,
            }
        },
        "required": ["data"],
        "additionalProperties": False,
    }
    return {
        "/pinterest_capi": _post(
            "pinterestCapi", "Conversion events in Pinterest's own shape", capi, "Taken"
        ),
        "/event": _post("event", "Edgee's collector format", _collection(), "Collected"),
        "/csevent": _csevent(),
    }


def _csevent() -> Json:
    """Edgee's answers are 200 there, with what the device is to keep."""
    summary = "The same from Edgee's SDK, in pages of another site"
    operation = _post("csevent", summary, _collection(), "Handed")
    kept = _parameter("e", "query", "What the last answer's `e` was.")
    operation["post"]["parameters"].append(kept)
    responses = operation["post"]["responses"]
    operation["post"]["responses"] = {"200": responses.pop("202"), **responses}
    return operation


def _collection() -> Json:
    """Edgee's format as far as its shape decides; what is in it is read as leniently as in a page."""
    return {
        "type": "object",
        "properties": {
            "data_collection": {
                "type": "object",
                "properties": {
                    "events": {"type": ["array", "null"], "maxItems": MAX_EVENTS, "items": _CALL},
                    "context": {"type": "object", "properties": dict.fromkeys(_CONTEXT, _OBJECT)},
                    "components": {"type": "object"},
                    "consent": {"enum": ["granted", "pending", "denied"]},
                    "config": {"type": "object"},
                    "state": {"type": "object", "additionalProperties": {"type": _TEXT_OR_NULL}},
                },
            }
        },
        "required": ["data_collection"],
    }


_OBJECT: Json = {"type": "object"}
_TEXT_OR_NULL = ["string", "null"]
_CONTEXT = ("page", "user", "client", "campaign", "session")
#: An event of Edgee's, or a call of our script's, which has `id`, `at` and `page` besides.
_CALL: Json = {
    "type": "object",
    "properties": {
        "type": {"enum": ["page", "track", "user", "consent", "reset"]},
        "data": {"type": ["object", "string"]},
        "components": _OBJECT,
        "id": {"type": "string", "maxLength": 128},
        "at": {"type": "integer", "description": "Unix time in ms by the sender's clock."},
        "page": _OBJECT,
    },
    "required": ["type"],
}


def _post(operation: str, summary: str, body: Json, taken: str) -> Json:
    json = {"schema": body}
    return {
        "post": {
            "operationId": operation,
            "summary": summary,
            "parameters": [
                _parameter("Edgee-Sent-At", "header", "The sender's clock: Unix time in ms."),
                _parameter("t", "query", "The same, for a beacon, which has no headers."),
                _parameter("_epik", "cookie", "Pinterest's click id."),
            ],
            "requestBody": {
                "required": True,
                "content": dict.fromkeys(JSON_TYPES, json),
            },
            "responses": {
                "202": _answer("On disk, but for what is rejected.", taken),
                "422": _answer("nothing_valid: see rejected.", f"{taken}Nothing"),
                **{str(status): _error(words) for status, words in _POST_ERRORS.items()},
            },
        },
        "options": _preflight(operation),
    }


def _preflight(operation: str) -> Json:
    return {
        "operationId": f"{operation}Preflight",
        "summary": "A browser asks whether a page of another origin may post",
        "responses": {"204": {"description": "It may."}, "403": _error(_POST_ERRORS[403])},
    }


def _files() -> Json:
    return {
        "/sdk.js": _get("script", "The script", {"200": _content("text/javascript")}, file=True),
        "/adapters.js": _get(
            "adapters", "The adapters", {"200": _content("text/javascript")}, file=True
        ),
        "/manifest.json": _get(
            "manifest", "What a first visit loads", {"200": _content("application/json")}, file=True
        ),
        "/a/{path}": _get("asset", "Python's files", {"200": _content("*/*")}, "path", file=True),
    }


def _inspector() -> Json:
    tries = {"404": _error("not_found"), "429": _error("rate: too many wrong secrets")}
    page, stream = _content("text/html"), _content("text/event-stream")
    secret = _parameter("secret", "query", "Opens the inspector.")
    shown = _get("inspector", "The inspector", {"200": page, **tries}, file=True)
    shown["get"]["parameters"] = [secret]
    return {
        "/inspector": shown,
        "/inspector/feed": _get("feed", "Live events", {"200": stream, **tries}),
        "/inspector/calls": _report(),
        "/inspector/{path}": _get(
            "inspectorFile", "Its files", {"200": _content("*/*"), **tries}, "path", file=True
        ),
    }


def _report() -> Json:
    """What a page tells of its calls; its parts are msgspec's to check (edgee_py/relay/inspector.py)."""
    some = {"type": "array", "items": _OBJECT, "maxItems": MAX_REPORTED}
    report = {"schema": {"type": "object", "properties": {"calls": some, "told": some}}}
    errors = {**_POST_ERRORS, 429: "rate: too many requests, or wrong cookies"}
    del errors[503]  # it is kept in memory
    return {
        "post": {
            "operationId": "report",
            "summary": "What a page tells the inspector",
            "requestBody": {
                "required": True,
                "content": dict.fromkeys(JSON_TYPES, report),
            },
            "responses": {
                "202": _answer("How much is shown; 0 where this page may tell nothing.", "Shown"),
                **{str(status): _error(words) for status, words in errors.items()},
            },
        },
        "options": _preflight("report"),
    }


def _operations() -> Json:
    text = {
        "200": _content("text/plain"),
        "401": _error("secret: the relay has a metrics_secret; send it as a bearer token"),
    }
    own = {"200": _content("application/json")}
    return {
        "/healthz": _get("healthz", "The process answers", {"200": _answer("It does.", "Status")}),
        "/readyz": _get(
            "readyz",
            "Events are kept and Pinterest takes them",
            {"200": _answer("Ready.", "Status"), "503": _answer("not_ready", "NotReady")},
        ),
        "/metrics": _get("metrics", "Prometheus", text),
        "/openapi.json": _get("openapi", "This document", own),
        "/data-layer.schema.json": _get(
            "dataLayerSchema",
            "JSON Schema of a page's data layer",
            {"200": _content("application/schema+json")},
        ),
    }


def _get(operation: str, summary: str, responses: Json, *path: str, file: bool = False) -> Json:
    if file:
        missing = {"404": _error("not_found"), "503": _error("assets: the files are not here")}
        responses = {**responses, **missing}
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in path
    ]
    return {
        "get": {
            "operationId": operation,
            "summary": summary,
            "parameters": parameters,
            "responses": {**responses, "500": _error("internal: a fault of the relay's")},
        }
    }


def _parameter(name: str, place: str, description: str) -> Json:
    return {"name": name, "in": place, "description": description, "schema": {"type": "string"}}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _answer(description: str, schema: str) -> Json:
    return {
        "description": description,
        "content": {"application/json": {"schema": _ref(schema)}},
    }


def _error(description: str) -> Json:
    return _answer(description, "Error")


def _content(media_type: str) -> Json:
    return {"description": "The content.", "content": {media_type: {}}}


def _schemas() -> Json:
    """The shapes of answers."""
    count = {"type": "integer", "minimum": 0}
    rejection = _closed(
        event_id={"type": "string"},
        reason={"enum": [each.value for each in Reason]},
        message={"type": "string"},
    )
    taken: Json = {
        "accepted": count,
        "duplicates": count,
        "rejected": {"type": "array", "items": _ref("Rejection")},
    }
    collected: Json = {
        **taken,
        "state": {"type": "object", "additionalProperties": {"type": _TEXT_OR_NULL}},
        "held": {"type": "array", "items": {"type": "string"}},
    }
    digits: Json = {"type": "string", "pattern": "^([0-9a-f]{2})*$"}
    handed: Json = {**taken, "e": digits, "u": digits}
    objects: Json = {"type": "array", "items": _OBJECT}
    outcomes: Json = {"outcomes": objects, "trace": objects}
    error: Json = {"error": _closed(code={"type": "string"}, message={"type": "string"})}
    return {
        "Rejection": rejection,
        "Taken": _closed(**taken),
        "Collected": _with(_closed(**collected), outcomes),
        "TakenNothing": _closed(**error, **taken),
        "CollectedNothing": _with(_closed(**error, **collected), outcomes),
        "Handed": _closed(**handed),
        "HandedNothing": _closed(**error, **handed),
        "Error": _closed(**error),
        "Shown": _closed(shown=count),
        "NotReady": _closed(**error, reasons={"type": "array", "items": {"type": "string"}}),
        "Status": _with(_closed(status={"type": "string"}), {"forwarder": {"type": "string"}}),
    }


def _closed(**properties: Json) -> Json:
    """An object with exactly these properties."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _with(schema: Json, optional: Json) -> Json:
    return {**schema, "properties": {**schema["properties"], **optional}}
