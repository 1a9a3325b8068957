"""The latest events and what became of them, for whoever watches.

A message is `{"at", "event_id", "event_name", "state", "route", …}`; at is Unix time in milliseconds,
state one of received, refused, queued, delivered, parked. Events are shown as they go to Pinterest:
personal fields are hashes.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Literal

State = Literal["received", "refused", "queued", "delivered", "parked"]

#: How many messages are kept for those who come later, and how many may wait for one slow watcher.
KEPT = 1000
_BACKLOG = 2 * KEPT


@dataclass(frozen=True, slots=True)
class Numbered:
    """A message and its place in the feed, from 1."""

    number: int
    message: dict[str, Any]


class Feed:
    """A ring of messages with subscribers. Switched off, it keeps nothing."""

    def __init__(self, *, on: bool) -> None:
        self.on = on
        self._kept: deque[Numbered] = deque(maxlen=KEPT)
        self._subscribers: set[asyncio.Queue[Numbered | None]] = set()
        self._count = 0
        self._closed = False

    def tell(
        self, at: int, event_id: str, event_name: str, state: State, route: str, **more: Any
    ) -> None:
        """Publish one change of state; `more` holds reason, message, event and response."""
        if not self.on:
            return
        self._count += 1
        message = {
            "at": at,
            "event_id": event_id,
            "event_name": event_name,
            "state": state,
            "route": route,
            **{name: value for name, value in more.items() if value},
        }
        numbered = Numbered(self._count, message)
        self._kept.append(numbered)
        for queue in list(self._subscribers):
            if queue.qsize() >= _BACKLOG:
                self._end(queue)
            else:
                queue.put_nowait(numbered)

    async def watch(self, after: int = 0, *, pause: float = 15.0) -> AsyncIterator[Numbered | None]:
        """What is kept beyond number `after`, then what comes; None after each quiet `pause` seconds."""
        queue: asyncio.Queue[Numbered | None] = asyncio.Queue()
        self._subscribers.add(queue)
        try:
            # A number from before a restart says nothing about this feed.
            after = after if after <= self._count else 0
            for numbered in list(self._kept):
                if numbered.number > after:
                    yield numbered
            while not self._closed:
                try:
                    async with asyncio.timeout(pause):
                        numbered_or_end = await queue.get()
                except TimeoutError:
                    yield None
                    continue
                if numbered_or_end is None:
                    return
                yield numbered_or_end
        finally:
            self._subscribers.discard(queue)

    def open(self) -> None:
        """Let watchers wait for news (as they may from the beginning)."""
        self._closed = False

    def close(self) -> None:
        """End every subscription, those begun later too, so that a server can stop."""
        self._closed = True
        for queue in list(self._subscribers):
            self._end(queue)

    def _end(self, queue: asyncio.Queue[Numbered | None]) -> None:
        self._subscribers.discard(queue)
        queue.put_nowait(None)
