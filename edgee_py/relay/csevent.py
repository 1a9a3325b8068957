"""Edgee's route for pages of another site than the relay's: `POST /csevent?e=…`.

No cookie reaches the relay there. Edgee's SDK keeps what the answer calls `e`, hexadecimal digits, in the page's
localStorage and sends it with the next post. For Edgee it is an encrypted cookie; here it is what our own script
would have stored under `_edgee`. Who the visitor is (`u`) is not sent: an address lands in logs, and SDK 1.2.0 does
not keep it.

Source: Edgee's SDK 1.2.0 and its server (tools/edgee_cookie.rs).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from edgee_py.state import STATE_KEY, Stored

#: Digits; what we hand out is far shorter.
_LONGEST = 16_384


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
    return {"e": (state.get(STATE_KEY) or "").encode().hex(), "u": ""}
