"""A posted conversion event, checked against the contract, or the reason why it is none.

msgspec types are made from the contract's own, once: one pass in C checks types, unknown keys, listed
values and limits. Its messages name places and types; where they would repeat what was sent, we say
it in our own words, for a value may be personal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Required,
    cast,
    get_args,
    get_origin,
    is_typeddict,
)

import msgspec

from edgee_py.pinterest.contract import (
    EVENT_NAMES,
    MAX_EVENTS_PER_REQUEST,
    MAX_ID,
    ConversionEvent,
    Part,
    Rule,
    allowed_keys,
)
from edgee_py.plain import NotPlain, loads
from edgee_py.refusal import Reason, Refusal
from edgee_py.relay.errors import RelayError

#: A call is at most 64 KiB, and one event no more than its call.
MAX_EVENT_BYTES = 64 * 1024

_INT64 = msgspec.Meta(ge=-(2**63), le=2**63 - 1)
_PLACE = re.compile(r"\$((?:\.\w+|\[\d+\]|\[\.\.\.\])*)`$")
#: A place in a message is a page's own words unless it consists of these.
_PARTS: tuple[Part, ...] = get_args(Part)
_NAMES = frozenset(name for part in _PARTS for name in allowed_keys(part))


class _Body(msgspec.Struct, forbid_unknown_fields=True):
    data: list[msgspec.Raw]


class _Named(msgspec.Struct):
    event_id: object = ""
    event_name: object = ""


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
        events = _valid_body()(body).data
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    if len(events) > MAX_EVENTS_PER_REQUEST:
        return None
    return [_event(struct, body) for struct in events]


def _event(struct: msgspec.Struct, content: bytes) -> ConversionEvent:
    event = msgspec.to_builtins(struct)
    return cast(ConversionEvent, _without_nulls(event) if b"null" in content else event)


@cache
def _valid_body() -> Callable[[bytes], Any]:
    fields = [("data", list[_struct(ConversionEvent)])]  # type: ignore[misc]
    body = msgspec.defstruct("Body", fields, forbid_unknown_fields=True)
    return msgspec.json.Decoder(body).decode


def read_body(body: bytes) -> list[msgspec.Raw]:
    """The events of `{"data": […]}`, not looked into yet.

    Raises:
        RelayError: 400 where the body is something else, 413 for more than 1000 events.
    """
    try:
        events = msgspec.json.decode(body, type=_Body).data
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
        struct = msgspec.json.decode(content, type=_struct(ConversionEvent))
        return _event(struct, content)
    except msgspec.ValidationError as error:
        return _refused(content, Reason.INVALID_EVENT, _words(str(error)))
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return _refused(content, Reason.INVALID_EVENT, "It is no valid JSON in UTF-8.")


def event_schemas() -> dict[str, Any]:
    """What `read_event` takes as JSON Schemas, by name, that refer to one another as OpenAPI's do."""
    _, schemas = msgspec.json.schema_components(
        (_struct(ConversionEvent),), ref_template="#/components/schemas/{name}"
    )
    return schemas


def _refused(content: bytes, reason: Reason, detail: str = "") -> Refused:
    try:
        named = msgspec.json.decode(content, type=_Named)
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


@cache
def _struct(kind: Any) -> type[msgspec.Struct]:
    """A struct type for one of the contract's typed dictionaries."""
    fields: list[tuple[str, Any] | tuple[str, Any, Any]] = []
    for name, hint in kind.__annotations__.items():
        if name in kind.__required_keys__:
            fields.append((name, _type(hint, name)))
        else:
            fields.append((name, _type(hint, name) | None | msgspec.UnsetType, msgspec.UNSET))
    return msgspec.defstruct(kind.__name__, fields, forbid_unknown_fields=True, kw_only=True)


def _type(hint: Any, name: str) -> Any:
    if get_origin(hint) in (Required, NotRequired):
        return _type(get_args(hint)[0], name)
    if metadata := getattr(hint, "__metadata__", None):
        return _limited(_type(hint.__origin__, name), metadata[0])
    if name == "event_id":
        return Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_ID)]
    if get_origin(hint) is Literal:
        return hint
    if get_origin(hint) is list:
        return list[_type(get_args(hint)[0], "")]  # type: ignore[misc]
    if is_typeddict(hint):
        return _struct(hint)
    return Annotated[int, _INT64] if hint is int and name != "event_time" else hint


def _limited(type_: Any, rule: Rule) -> Any:
    """The limits of a rule: of length for texts and lists, of value for numbers."""
    length = rule.max_length if rule.max_length is not None else rule.max_items
    if length is not None:
        return Annotated[type_, msgspec.Meta(max_length=length)]
    if rule.minimum is not None or rule.maximum is not None:
        return Annotated[int, msgspec.Meta(ge=rule.minimum, le=rule.maximum)]
    return type_
