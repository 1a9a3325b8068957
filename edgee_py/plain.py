"""JSON text into plain values that nothing later can stumble over."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

#: Deeper nesting than this is cut off; no property of a conversion needs more.
MAX_DEPTH = 16

#: Whole numbers beyond this become floats, as they are in the page that wrote them.
_MAX_INTEGER = 2**63
#: From here on JavaScript writes numbers with an exponent.
_MAX_PLAIN_NUMBER = 1e21


class NotPlain(ValueError):
    """The text is no JSON."""


def loads(text: str) -> Any:
    """Parse JSON; NaN and infinities become None, lone surrogates U+FFFD, deep nesting is cut.

    Raises:
        NotPlain: for text that is not JSON.
    """
    try:
        return clean(_parse(text))
    except ValueError as error:
        raise NotPlain(str(error)) from None


def _parse(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_nothing)
    except RecursionError:
        return json.loads(cut_nesting(text), parse_constant=_nothing)


def _nothing(_: str) -> None:
    return None


def clean(value: Any, depth: int = MAX_DEPTH) -> Any:
    """Mend a value that came out of a JSON parser. Anything but JSON's own types becomes None."""
    if isinstance(value, str):
        return clean_text(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return _clean_number(value)
    if depth == 0:
        return None
    if isinstance(value, (list, tuple)):
        return [clean(each, depth - 1) for each in value]
    if isinstance(value, dict):
        return {
            clean_text(name): clean(each, depth - 1)
            for name, each in value.items()
            if isinstance(name, str)
        }
    return None


def _clean_number(value: float) -> float | None:
    if isinstance(value, int) and abs(value) < _MAX_INTEGER:
        return value
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def clean_text(text: str) -> str:
    """The text with every lone surrogate replaced: it can be encoded as UTF-8."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def as_mapping(value: object) -> Mapping[str, Any]:
    """The object it is; an empty one where it is something else."""
    return value if isinstance(value, Mapping) else {}


def as_text(value: object) -> str | None:
    """Text as it is, a number as JavaScript writes it (`12` for 12.0), None for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < _MAX_PLAIN_NUMBER:
        value = int(value)
    return str(value)


def cut_nesting(text: str) -> str:
    """JSON text with what is nested deeper than `MAX_DEPTH` made null: no parser need recurse into it."""
    kept: list[str] = []
    depth = at = 0
    while at < len(text):
        character = text[at]
        stop = end_of_string(text, at) if character == '"' else at + 1
        opens, closes = character in "[{", character in "]}"
        depth -= closes
        if depth < MAX_DEPTH or (depth == MAX_DEPTH and not (opens or closes)):
            kept.append(text[at:stop])
        elif depth == MAX_DEPTH and opens:
            kept.append("null")
        depth += opens
        at = stop
    return "".join(kept)


def end_of_string(text: str, at: int) -> int:
    """Where the JSON string that opens at `at` has ended; beyond the text's end where it never does."""
    at += 1
    while at < len(text) and text[at] != '"':
        at += 2 if text[at] == "\\" else 1
    return at + 1
