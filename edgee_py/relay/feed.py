"""The latest events, the calls behind them and what became of both, for whoever watches.

A message is one of
    {"at", "event_id", "event_name", "state", "route", …}   an event has come to a state; with its content
                                                            its quality: {"carried", "lacking"}
    {"at", "call": {…}}                                     a call, as in edgee_py/trace.py
    {"at", "told": {…}}                                     an end that a call came to on the device
    {"at", "health", "ok"}                                  how forwarding stands
at is Unix time in milliseconds, state one of received, refused, queued, duplicate, delivered, parked.
Everything is shown as it goes to Pinterest: personal fields are hashes.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from edgee_py.pinterest.contract import ConversionEvent
from edgee_py.pinterest.quality import carried, lacking

State = Literal["received", "refused", "queued", "duplicate", "delivered", "parked"]

#: How many messages, and bytes of them, are kept for those who come later.
KEPT, KEPT_BYTES = 20_000, 32 << 20
#: How many more may wait for one slow watcher.
_BACKLOG = KEPT


@dataclass(frozen=True, slots=True)
class Numbered:
    """A message as JSON and its place in the feed, from 1."""

    number: int
    message: bytes


class Feed:
    """A ring of messages with subscribers. Switched off, it keeps nothing."""

    def __init__(self, *, on: bool) -> None:
        self.on = on
        #: Tells this feed's numbers from those of a process before it.
        self.name = secrets.token_hex(4)
        self._kept: deque[Numbered] = deque()
        self._bytes = 0
        self._health: bytes | None = None
        self._subscribers: set[asyncio.Queue[Numbered | None]] = set()
        self._count = 0
        self._closed = False

    def tell(
        self,
        at: int,
        event_id: str,
        event_name: str,
        state: State,
        route: str,
        *,
        event: ConversionEvent | None = None,
        **more: Any,
    ) -> None:
        """Publish one change of an event's state; `more` holds reason, message and response."""
        if not self.on:
            return
        if event:
            quality = {"carried": sorted(carried(event)), "lacking": sorted(lacking(event))}
            more = {**more, "event": event, "quality": quality}
        self._publish(
            {
                "at": at,
                "event_id": event_id,
                "event_name": event_name,
                "state": state,
                "route": route,
                **{name: value for name, value in more.items() if value},
            }
        )

    def tell_call(self, at: int, call: object) -> None:
        """Publish a call and what it came to on the device."""
        self._publish({"at": at, "call": call})

    def tell_told(self, at: int, told: object) -> None:
        """Publish an end that a call came to on the device after that."""
        self._publish({"at": at, "told": told})

    def tell_health(self, at: int, words: str, *, ok: bool) -> None:
        """Publish how forwarding stands, which those who come later are told first."""
        message = {"at": at, "health": words, "ok": ok}
        self._health = msgspec.json.encode(message)
        self._publish(message)

    def _publish(self, message: dict[str, Any]) -> None:
        if not self.on:
            return
        self._count += 1
        numbered = Numbered(self._count, msgspec.json.encode(message))
        self._kept.append(numbered)
        self._bytes += len(numbered.message)
        while len(self._kept) > KEPT or self._bytes > KEPT_BYTES:
            self._bytes -= len(self._kept.popleft().message)
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
            if self._health:
                yield Numbered(after, self._health)
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
