"""What a relay's answer comes down to, whichever way the request went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """status is the HTTP status, 0 where no answer came; body the parsed JSON; retry_after the header."""

    status: int
    body: Any = None
    retry_after: str = ""
