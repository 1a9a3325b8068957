"""What forwarders note of events, by id: a server that restarts knows only ids that it still holds.

Delivered events are noted, so that none goes out again that came in twice or is handed out twice.
Offline ones, which Pinterest counts as often as they come, are noted before they are sent as well.
"""

from __future__ import annotations

from enum import Enum

from nats.js.errors import KeyNotFoundError
from nats.js.kv import KeyValue


class Note(bytes, Enum):
    """What is known of an event. UNDER_WAY and RETURNED are for offline events only."""

    UNDER_WAY = b"under way"
    RETURNED = b"returned"
    DELIVERED = b"delivered"


class Notes:
    """The notes of one outbox."""

    def __init__(self, bucket: KeyValue) -> None:
        self._bucket = bucket

    async def read(self, id_: str) -> Note | None:
        """What is noted of an event."""
        try:
            entry = await self._bucket.get(id_)
        except KeyNotFoundError:
            return None
        return Note(entry.value or b"")

    async def write(self, id_: str, note: Note) -> None:
        """Note it durably."""
        await self._bucket.put(id_, note.value)

    async def try_to_write(self) -> None:
        """Write something that means nothing."""
        await self._bucket.put("probe", b"")
