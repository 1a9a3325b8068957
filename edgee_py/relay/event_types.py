"""The contract's typed dictionaries as msgspec types, and the decoders that check against them.

They are made when this module is imported, on one thread: msgspec lets other threads see a type before it
has finished with it, and a thread that decodes to it then brings the process down.
"""

from __future__ import annotations

from functools import cache
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Required,
    get_args,
    get_origin,
    is_typeddict,
)

import msgspec

from edgee_py.pinterest.contract import MAX_ID, ConversionEvent, Rule

_INT64 = msgspec.Meta(ge=-(2**63), le=2**63 - 1)


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


ConversionEventStruct = _struct(ConversionEvent)
#: One event.
EVENT = msgspec.json.Decoder(ConversionEventStruct)
#: `{"data": [event, …]}`, all of them valid.
BODY: msgspec.json.Decoder[Any] = msgspec.json.Decoder(
    msgspec.defstruct(
        "Body",
        [("data", list[ConversionEventStruct])],  # type: ignore[valid-type]
        forbid_unknown_fields=True,
    )
)
