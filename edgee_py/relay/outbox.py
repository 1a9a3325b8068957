"""Where accepted events are kept until Pinterest has answered for them: the interface."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from edgee_py.pinterest.contract import ConversionEvent

State = Literal["queued", "delivered", "parked"]

#: Keys of delivered events are kept this long (ms). A browser's journal replays a call for seven days
#: and the relay refuses older events, so that no replay is ever taken for a new event.
DEDUPE_MS = 8 * 24 * 3600 * 1000
#: Parked events are kept this long (ms); after seven days Pinterest would not take them anyway.
PARKED_MS = 30 * 24 * 3600 * 1000


class OutboxUnavailable(Exception):
    """The outbox cannot be written or read now. The text says why, without any event's content."""


class OutboxFull(OutboxUnavailable):
    """There is no room on the disk."""


class OutboxUnusable(OutboxUnavailable):
    """What is there is damaged, of a newer version, or no outbox. The text says what to do."""


class Arrival(NamedTuple):
    """An event to keep, and the route it came by."""

    event: ConversionEvent
    route: str


class Appended(NamedTuple):
    """What an append came to: the new events, and those that were there already."""

    accepted: list[Arrival]
    duplicates: list[Arrival]


class Leased(NamedTuple):
    """An event handed to the forwarder. body is its JSON; event_time Unix seconds, received_at Unix ms.

    abandoned: it was leased before and nothing was recorded, so that it may have been sent.
    """

    key: int
    event_id: str
    event_name: str
    route: str
    event_time: int
    received_at: int
    attempts: int
    body: bytes
    abandoned: bool = False


class Settlement(NamedTuple):
    """What became of a leased event. words are Pinterest's; next_at (Unix ms) is for queued ones.

    attempted: whether Pinterest was asked, so that the attempt counts.
    """

    key: int
    state: State
    words: str = ""
    next_at: int = 0
    attempted: bool = True


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as `edgee outbox list` shows it. Times are Unix ms."""

    event_id: str
    event_name: str
    state: State
    attempts: int
    received_at: int
    words: str


@dataclass(frozen=True, slots=True)
class Exported:
    """A queued or parked event as `edgee outbox export` writes it.

    body is its JSON. Times are Unix ms; settled_at is when it was parked, None while it is queued.
    """

    event_id: str
    event_name: str
    state: State
    route: str
    attempts: int
    received_at: int
    settled_at: int | None
    words: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Stats:
    """How many events wait or are parked, and when (Unix ms) the oldest waiting one came."""

    queued: int = 0
    parked: int = 0
    oldest_queued_at: int | None = None


class Outbox(Protocol):
    """An outbox. Every method raises OutboxUnavailable where it cannot do its work."""

    async def append(self, arrivals: Sequence[Arrival], now: int) -> Appended:
        """Keep events durably; return only when they would survive a crash."""

    async def lease(self, limit: int, now: int, until: int) -> list[Leased]:
        """Up to `limit` due events, oldest first; nobody else gets them before `until` (Unix ms)."""

    async def settle(self, settlements: Sequence[Settlement], now: int) -> None:
        """Record what became of leased events."""

    async def release(self) -> None:
        """Make due what processes that are gone have leased: for a forwarder that starts."""

    async def wait(self, seconds: float) -> bool:
        """Wait until an event may be due, at most so long; whether it was for a new one."""

    async def stats(self) -> Stats:
        """How much waits."""

    async def check(self) -> None:
        """Prove that a write would succeed."""

    async def entries(self, state: State | None, limit: int) -> list[Entry]:
        """Events for people to look at, newest first."""

    def export(self, state: State | None) -> AsyncIterator[Exported]:
        """All that still have their content, oldest first, in one state or in any.

        Few are in memory at a time. What is appended meanwhile need not be among them.
        """

    async def requeue(self, event_ids: Sequence[str], now: int) -> int:
        """Queue parked events again (all of them where no id is given); return how many."""

    async def purge(self, event_ids: Sequence[str]) -> int:
        """Delete parked events (all of them where no id is given); return how many."""

    async def close(self) -> None:
        """Finish what was begun and let go."""
