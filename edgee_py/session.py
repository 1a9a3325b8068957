"""Sessions, by Edgee's rule: thirty minutes without an event end one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from edgee_py.call import MAX_TIME_MS

TIMEOUT_MS = 30 * 60 * 1000

_NUMBERS = ("session_count", "first_seen", "last_seen")
_LONGEST_ID = 32


@dataclass(frozen=True, slots=True)
class Session:
    """Times are Unix milliseconds. session_id is the start in whole seconds, as text (as in Edgee)."""

    session_id: str
    previous_session_id: str
    session_count: int
    first_seen: int
    last_seen: int

    @classmethod
    def first(cls, at: int) -> Session:
        """The first session on this device."""
        return cls(str(at // 1000), "", 1, at, at)

    @classmethod
    def from_json(cls, value: object) -> Session | None:
        """Read what `to_json` wrote; None for anything else."""
        if not isinstance(value, dict):
            return None
        id_, previous = value.get("session_id"), value.get("previous_session_id", "")
        count, first, last = (_read_number(value.get(name)) for name in _NUMBERS)
        if not (isinstance(id_, str) and id_ and isinstance(previous, str)):
            return None
        if not (count and first and last):
            return None
        return cls(id_[:_LONGEST_ID], previous[:_LONGEST_ID], count, first, last)

    def at(self, at: int) -> Session:
        """The session an event at this time belongs to: this one, or the next.

        Unlike in Edgee, the previous session's id stays known for the whole of the next one.
        """
        if at - self.last_seen < TIMEOUT_MS:
            return replace(self, last_seen=max(at, self.last_seen))
        return Session(
            session_id=str(at // 1000),
            previous_session_id=self.session_id,
            session_count=self.session_count + 1,
            first_seen=self.first_seen,
            last_seen=at,
        )

    def to_json(self) -> dict[str, Any]:
        """What is stored on the device."""
        stored: dict[str, Any] = {
            "session_id": self.session_id,
            "session_count": self.session_count,
            "first_seen": self.first_seen,
            "last_seen": self.last_seen,
        }
        if self.previous_session_id:
            stored["previous_session_id"] = self.previous_session_id
        return stored

    def context(self, *, start: bool) -> dict[str, Any]:
        """`context.session` of an event; times as RFC 3339 in UTC, as Edgee gives them."""
        return self.to_json() | {
            "session_start": start,
            "first_seen": _rfc3339(self.first_seen),
            "last_seen": _rfc3339(self.last_seen),
        }


def _read_number(value: object) -> int:
    """A stored time or count; 0 for what is none."""
    return value if type(value) is int and 0 < value < MAX_TIME_MS else 0


def _rfc3339(ms: int) -> str:
    moment = datetime.fromtimestamp(ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
