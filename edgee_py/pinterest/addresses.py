"""E-mail addresses where none belong: in a page's address, in ids and in searches."""

from __future__ import annotations

import re
from typing import Any, cast
from urllib.parse import unquote

from edgee_py.pinterest.contract import ConversionEvent

#: Somebody at something with a top-level domain. Not `/@jane` and not `@52.5,13.4`.
_ADDRESS = re.compile(r"[^\s@/?&=;:,<>\"]{1,64}@[^\s@/?&=;:,<>\"]{1,253}\.[^\W\d_]{2,}")
#: Texts are encoded once or twice, by a form and by a redirect; more is no accident.
_DECODINGS = 4

#: Fields that hold what somebody else has made up or typed.
_FREE_TEXT = {
    "user_data": ("click_id", "partner_id"),
    "custom_data": ("order_id", "search_string"),
}


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


def leave_out_addresses(event: ConversionEvent) -> list[str]:
    """Remove free-text fields that hold an e-mail address; the names of those removed."""
    removed: list[str] = []
    for part, names in _FREE_TEXT.items():
        fields = cast(dict[str, Any], event.get(part, {}))
        for name in names:
            value = fields.get(name)
            if isinstance(value, str) and holds_address(value):
                del fields[name]
                removed.append(name)
    return removed
