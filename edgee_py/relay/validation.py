"""A posted conversion event, checked against the contract, or the reason why it is none.

One pass in C checks types, unknown keys, listed values and limits (`event_types`). Its messages name
places and types; where they would repeat what was sent, we say it in our own words, for a value may be
personal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import (
    Any,
    cast,
    get_args,
)

import msgspec

from edgee_py.pinterest.contract import (
    EVENT_NAMES,
    MAX_EVENTS_PER_REQUEST,
    MAX_ID,
    ConversionEvent,
    Part,
    allowed_keys,
)
from edgee_py.plain import NotPlain, loads
from edgee_py.refusal import Reason, Refusal
from edgee_py.relay import event_types
from edgee_py.relay.errors import RelayError

#: A call is at most 64 KiB, and one event no more than its call.
MAX_EVENT_BYTES = 64 * 1024

_PLACE = re.compile(r"\$((?:\.\w+|\[\d+\]|\[\.\.\.\])*)`$")
#: A place in a message is a page's own words unless it consists of these.
_PARTS: tuple[Part, ...] = get_args(Part)
_NAMES = frozenset(name for part in _PARTS for name in allowed_keys(part))


class _Body(msgspec.Struct, forbid_unknown_fields=True):
    data: list[msgspec.Raw]


class _Named(msgspec.Struct):
    event_id: object = ""
    event_name: object = ""


_BODY = msgspec.json.Decoder(_Body)
_NAMED = msgspec.json.Decoder(_Named)


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal, and the event's name as far as it could be read."""

    refusal: Refusal
    event_name: str


def read_events(body: bytes) -> tuple[list[ConversionEvent], list[Refused]]:
    """The valid events of `{"data": […]}` and the others.

    Raises:
        RelayError: 400 where the body is something else, 413 for more than 1000 events.
    """
    body = body.removeprefix(b"\xef\xbb\xbf")
    if len(body) <= MAX_EVENT_BYTES and (events := _read_at_once(body)) is not None:
        return events, []
    read = [read_event(raw) for raw in read_body(body)]
    return (
        [each for each in read if not isinstance(each, Refused)],
        [each for each in read if isinstance(each, Refused)],
    )


def _read_at_once(body: bytes) -> list[ConversionEvent] | None:
    """The events where all of them are valid, as they mostly are; None where one is not."""
    try:
        events = event_types.BODY.decode(body).data
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    if len(events) > MAX_EVENTS_PER_REQUEST:
        return None
    return [_event(struct, body) for struct in events]


def _event(struct: msgspec.Struct, content: bytes) -> ConversionEvent:
    event = msgspec.to_builtins(struct)
    return cast(ConversionEvent, _without_nulls(event) if b"null" in content else event)


def read_body(body: bytes) -> list[msgspec.Raw]:
    """The events of `{"data": […]}`, not looked into yet.

    Raises:
        RelayError: 400 where the body is something else, 413 for more than 1000 events.
    """
    try:
        events = _BODY.decode(body).data
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        events = _mended(body)
    if len(events) > MAX_EVENTS_PER_REQUEST:
        raise RelayError(413, "size", f"Send at most {MAX_EVENTS_PER_REQUEST} events at a time.")
    return events


def _mended(body: bytes) -> list[msgspec.Raw]:
    """The events of a body that is JSON but for a lone surrogate or NaN: they cost one event at most.

    Raises:
        RelayError: 400 where that is not all.
    """
    try:
        document = loads(body.decode("utf-8-sig"))
        if set(document) == {"data"} and isinstance(document["data"], list):
            return [msgspec.Raw(msgspec.json.encode(each)) for each in document["data"]]
    except (UnicodeDecodeError, NotPlain, TypeError):
        pass
    raise RelayError(400, "malformed", 'The body must be JSON: {"data": [conversion event, …]}.')


def read_event(raw: msgspec.Raw) -> ConversionEvent | Refused:
    """One event as Pinterest would take it; keys that are null are left out."""
    content = bytes(raw)
    if len(content) > MAX_EVENT_BYTES:
        return _refused(content, Reason.TOO_LARGE)
    try:
        struct = event_types.EVENT.decode(content)
        return _event(struct, content)
    except msgspec.ValidationError as error:
        return _refused(content, Reason.INVALID_EVENT, _words(str(error)))
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return _refused(content, Reason.INVALID_EVENT, "It is no valid JSON in UTF-8.")


def event_schemas() -> dict[str, Any]:
    """What `read_event` takes as JSON Schemas, by name, that refer to one another as OpenAPI's do."""
    _, schemas = msgspec.json.schema_components(
        (event_types.ConversionEventStruct,), ref_template="#/components/schemas/{name}"
    )
    return schemas


def _refused(content: bytes, reason: Reason, detail: str = "") -> Refused:
    try:
        named = _NAMED.decode(content)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        named = _Named()
    id_ = named.event_id if isinstance(named.event_id, str) else ""
    name = named.event_name if named.event_name in EVENT_NAMES else ""
    return Refused(Refusal(id_[:MAX_ID], reason, detail), str(name))


def _words(message: str) -> str:
    """msgspec's message without anything that was sent."""
    place = _place(message)
    where = f" in {place}" if place else ""
    if message.startswith("Object contains unknown field"):
        return (
            f"There is a field Pinterest does not know{where or ' in the event'}.{_known(message)}"
        )
    if message.startswith("Invalid enum value"):
        return f"{place} has a value Pinterest does not know."
    return message.replace("`$.", "`") + "."


def _place(message: str) -> str:
    """Where in the event something is wrong, as far as the contract's own names say it."""
    found = _PLACE.search(message)
    place = found.group(1).lstrip(".") if found else ""
    return place if set(re.findall(r"[^\W\d]\w*", place)) <= _NAMES else ""


def _known(message: str) -> str:
    """The unknown field's name, where it looks like a field's name and not like somebody's data."""
    found = re.search(r"unknown field `([A-Za-z][A-Za-z_]{0,39})`", message)
    return f" Leave out {found.group(1)}." if found else ""


def _without_nulls(value: Any) -> Any:
    """Null says nothing; Pinterest allows it for some keys, and for no key is it needed."""
    if isinstance(value, Mapping):
        return {name: _without_nulls(each) for name, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_without_nulls(each) for each in value]
    return value
