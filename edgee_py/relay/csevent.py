"""Edgee's route for pages of another site than the relay's: `POST /csevent?e=…`.

No cookie reaches the relay there. Edgee's SDK keeps what the answer calls `e`, hexadecimal digits, in the page's
localStorage and sends it with the next post. For Edgee it is an encrypted cookie; here it is what our own script
would have stored under `_edgee`. Who the visitor is (`u`) is not sent: an address lands in logs, and SDK 1.2.0 does
not keep it.

Source: Edgee's SDK 1.2.0 and its server (tools/edgee_cookie.rs).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from edgee_py.state import STATE_KEY, Stored

#: Digits, and what else stands in a query beside them.
_LONGEST = 16_384
#: Bytes of a state that an address can carry past every proxy; campaign and click id may make it longer.
_LONGEST_STATE = 3000


def sent_state(query: bytes) -> Stored:
    """What the device stores, by storage key; nothing where it is a first visit or Edgee's own cookie."""
    if len(query) > _LONGEST:
        return {}
    given = parse_qs(query.decode("latin-1")).get("e", [""])[-1]
    try:
        return {STATE_KEY: bytes.fromhex(given).decode()} if given else {}
    except ValueError:
        return {}


def handed_state(state: Mapping[str, str | None]) -> dict[str, Any]:
    """The answer's `e` and `u`."""
    text = state.get(STATE_KEY) or ""
    for name in ("campaign", "epik"):
        if len(text.encode()) > _LONGEST_STATE:
            document: dict[str, Any] = json.loads(text)
            document.pop(name, None)
            text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    return {"e": text.encode().hex(), "u": ""}
