"""The data layer document as JSON Schema, for editors and for a site's own checks.

It is stricter than the reader (`edgee_py.datalayer`), which takes whatever it can: of a document that is
valid here the reader leaves nothing out. Names and limits are the reader's own. Draft 7, for that is what
editors know.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import msgspec

from edgee_py._version import __version__
from edgee_py.campaign import CAMPAIGN_FIELDS, UTM_FIELDS
from edgee_py.consent import CONSENTS
from edgee_py.datalayer import CLIENT_NUMBERS, CLIENT_TEXTS, MAX_EVENTS
from edgee_py.declaration import PAGE_TEXTS
from edgee_py.event import EventType
from edgee_py.pinterest.settings import COMPONENT_NAMES

Json = dict[str, Any]


@cache
def document() -> bytes:
    """The schema as JSON."""
    return msgspec.json.encode(data_layer_schema())


def data_layer_schema() -> Json:
    """The schema of `{"data_collection": {…}}`. Each call makes a fresh one."""
    collection = _object(
        "What the page declares.",
        events={
            "type": "array",
            "maxItems": MAX_EVENTS,
            "items": {"anyOf": [_event("page"), _event("track"), _event("user")]},
            "description": "Events of this page, in place of the automatic page event.",
        },
        context=_object(
            "What holds for all events of this page.",
            page=_ref("page"),
            user=_ref("user"),
            client=_ref("client"),
            campaign=_ref("campaign"),
        ),
        components=_ref("components"),
        consent=_ref("consent"),
    )
    named = {"$schema": {"type": "string", "description": "Where this schema is."}}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": f"Data layer of edgee-py {__version__}",
        "type": "object",
        "properties": {**named, "data_collection": collection},
        "additionalProperties": False,
        "definitions": _definitions(),
    }


def _definitions() -> Json:
    page = _object("A page.", **_texts(PAGE_TEXTS), keywords=_KEYWORDS, properties=_PROPERTIES)
    track = _object("What the visitor did.", name=_NAME, properties=_PROPERTIES)
    track["required"] = ["name"]
    user = _object(
        "Who the visitor is. Personal properties, such as email, are hashed in the browser.",
        user_id={**_TEXT, "description": "Your own id for the visitor."},
        anonymous_id={**_TEXT, "description": "Your own id for the device."},
        properties=_PROPERTIES,
    )
    numbers = {name: {"type": "number"} for name in CLIENT_NUMBERS}
    campaign = _texts(CAMPAIGN_FIELDS)
    for parameter, name in UTM_FIELDS.items():
        campaign[name]["description"] = f"Where the address has no {parameter}."
    return {
        "page": page,
        "track": track,
        "user": user,
        "client": _object("The visitor's browser.", **_texts(CLIENT_TEXTS), **numbers),
        "campaign": _object("Where the visit came from.", **campaign),
        "components": {
            "type": "object",
            "description": "Which destinations it is for. A name beats all, which is true unless said.",
            "properties": {name: {"type": "boolean"} for name in ("all", *COMPONENT_NAMES)},
            "additionalProperties": {"type": "boolean"},
        },
        "consent": {
            "enum": list(CONSENTS),
            "description": "Weaker than the visitor's choice by edgee.consent().",
        },
    }


def _event(type_: EventType) -> Json:
    """An entry of `events`. Only a track must have data."""
    words = {"page": "The page's name.", "user": "The user_id."}
    data = [_ref(type_), _NAME if type_ == "track" else {**_STRING, "description": words[type_]}]
    event = _object(
        f"A {type_} event.",
        type={"const": type_},
        data={"anyOf": data},
        components=_ref("components"),
        consent=_ref("consent"),
    )
    event["required"] = ["type", "data"] if type_ == "track" else ["type"]
    return event


_STRING: Json = {"type": "string"}
#: The reader writes numbers as JavaScript does.
_TEXT: Json = {"type": ["string", "number"]}
_NAME: Json = {"type": "string", "pattern": r"\S", "description": "The event's name."}
_KEYWORDS: Json = {"anyOf": [{"type": "array", "items": _STRING}, _STRING]}
_PROPERTIES: Json = {"type": "object", "description": "Whatever else is known."}


def _texts(names: Iterable[str]) -> Json:
    return {name: {**_TEXT} for name in names}


def _object(description: str, **properties: Json) -> Json:
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "additionalProperties": False,
    }


def _ref(name: str) -> Json:
    return {"$ref": f"#/definitions/{name}"}
