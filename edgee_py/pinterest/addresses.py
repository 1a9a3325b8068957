"""E-mail addresses where none belong: in a page's address, in ids, names and searches."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, cast
from urllib.parse import unquote

from edgee_py.pinterest.contract import ConversionEvent

#: Somebody at something with a top-level domain. Not `/@jane` and not `@52.5,13.4`.
_ADDRESS = re.compile(r"[^\s@/?&=;:,<>\"]{1,64}@[^\s@/?&=;:,<>\"]{1,253}\.[^\W\d_]{2,}")
#: Texts are encoded once or twice, by a form and by a redirect; more is no accident.
_DECODINGS = 4

_MASK = "(e-mail address)"

#: Parts whose texts nobody needs an address in. In user_data these alone are neither hashes nor the
#: relay's own words.
_OPAQUE = ("click_id", "partner_id")
_MENDED_ELSEWHERE = {"event_id", "event_source_url"}
_PARTS = ("custom_data", "app_info", "device_info")


def decoded(text: str) -> str:
    """The text without its percent-encoding, however often it was encoded (within reason)."""
    for _ in range(_DECODINGS):
        if "%" not in text:
            break
        text = unquote(text)
    return text


def holds_address(text: str) -> bool:
    """Whether an e-mail address stands in a text, encoded or not."""
    if "@" not in text and "%" not in text:
        return False
    text = decoded(text)
    return "@" in text and _ADDRESS.search(text) is not None


def may_hold_address(json: bytes) -> bool:
    """Whether any text of a JSON document may hold an e-mail address, be it written with escapes."""
    return b"@" in json or b"%" in json or b"\\" in json


def mask_addresses(text: str) -> str:
    """The text for people to read, with a word in the place of every e-mail address."""
    if not holds_address(text):
        return text
    masked = _ADDRESS.sub(_MASK, text)
    return _MASK if holds_address(masked) else masked


def leave_out_addresses(event: ConversionEvent) -> list[str]:
    """Remove texts in which an e-mail address stands; the names of those removed, each once."""
    fields = cast(dict[str, Any], event)
    removed = _leave_out(fields, fields.keys() - _MENDED_ELSEWHERE)
    removed += _leave_out(fields["user_data"], _OPAQUE)
    for part in _PARTS:
        if part in fields:
            removed += _leave_out_within(fields[part])
    return list(dict.fromkeys(removed))


def _leave_out(fields: dict[str, Any], names: Iterable[str]) -> list[str]:
    """Remove those of these fields that are texts with an address."""
    found = [name for name in sorted(names) if _is_address(fields.get(name))]
    for name in found:
        del fields[name]
    return found


def _leave_out_within(part: dict[str, Any]) -> list[str]:
    """The same for all fields of a part, its lists and what is in those."""
    removed = _leave_out(part, list(part))
    for name, value in part.items():
        if not isinstance(value, list):
            continue
        if any(map(_is_address, value)):
            part[name] = [each for each in value if not _is_address(each)]
            removed.append(name)
        for each in value:
            if isinstance(each, dict):
                removed += _leave_out(each, list(each))
    return removed


def _is_address(value: object) -> bool:
    return isinstance(value, str) and holds_address(value)
