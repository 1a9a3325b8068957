"""A forwarder's end of the work queue in JetStream: what it has taken, and what it still works on."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import msgspec
import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg

from edgee_py.relay.clock import now_ms
from edgee_py.relay.nats_streams import CONSUMER, TRIAL, Head, Kept, decode, message_id
from edgee_py.relay.outbox import OutboxUnavailable

logger = logging.getLogger("edgee.relay")

#: The server answers within this time (seconds), or counts as gone.
PATIENCE = 5.0
#: Nothing more comes of a pull after so long a silence (seconds).
_QUIET = 0.5
#: How a pull ends that has got less than it asked for: nothing (more) there.
_ENDED_WELL = ("", "404", "408")


@dataclass(slots=True)
class Held:
    """A message that is this process's. lease_ends is Unix ms; 0 while it is not handed out."""

    message: Msg
    kept: Kept
    head: Head
    lease_ends: int = 0

    @property
    def deliveries(self) -> int:
        """How often it was handed to some forwarder, this time included."""
        return self.message.metadata.num_delivered or 1

    @property
    def place(self) -> str:
        """Its place in the queue. A stream that was deleted and made anew counts from one again."""
        metadata = self.message.metadata
        return f"{metadata.sequence.stream} {metadata.timestamp.isoformat()}"

    @property
    def id(self) -> str:
        """By what the event is known, whatever its place in the queue."""
        return message_id(self.head.event_id, self.head.event_name)

    @property
    def is_offline(self) -> bool:
        """Whether Pinterest would count it twice if it came twice."""
        return self.head.action_source == "offline"


class Queue:
    """The consumer. Whatever arrives is held at once, and the server is told so until it is settled."""

    def __init__(self, client: Client, stream: str, ack_wait: float) -> None:
        self.held: dict[int, Held] = {}
        self._client = client
        self._pull_subject = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{CONSUMER}"
        self._inbox = client.new_inbox()
        self._beat = ack_wait / 4
        self._ready: deque[int] = deque()
        self._news = asyncio.Event()
        self._endings: dict[str, str] = {}
        self._pulls = 0
        self._lingering = ""
        self._lingers_until = 0.0

    async def open(self) -> None:
        """Be there for what is pulled."""
        self._subscription = await self._client.subscribe(f"{self._inbox}.*", cb=self._arrived)
        self._heart = asyncio.create_task(self._keep(), name="edgee-nats-leases")

    async def close(self) -> None:
        """Give back what is held."""
        self._heart.cancel()
        await self._subscription.unsubscribe()
        for held in self.held.values():
            await held.message.nak()
        self.held.clear()

    async def take(self, limit: int, until: int) -> list[tuple[int, Held]]:
        """Up to `limit` events that are due, as this process's own until then (Unix ms)."""
        if len(self._ready) < limit:
            await self._pull(limit - len(self._ready))
        taken: list[tuple[int, Held]] = []
        while self._ready and len(taken) < limit:
            key = self._ready.popleft()
            if held := self.held.get(key):  # else settled meanwhile, under an earlier lease
                held.lease_ends = until
                taken.append((key, held))
        return taken

    def put_back(self, taken: Sequence[tuple[int, Held]]) -> None:
        """Have what was taken, and not worked on, ready for the next time."""
        for key, held in reversed(taken):
            if self.held.get(key) is held:
                held.lease_ends = 0
                self._ready.appendleft(key)

    async def wait(self, seconds: float) -> bool:
        """Wait until something is ready, at most so long; whether it is new."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self._ready:
                    self._news.clear()
                    await self._linger(seconds)
                    await self._news.wait()
        first = self.held.get(self._ready[0]) if self._ready else None
        return first is not None and first.deliveries == 1

    async def _linger(self, seconds: float) -> None:
        """Ask for the next event that is due, unless that is asked for already."""
        now = asyncio.get_running_loop().time()
        if now >= self._lingers_until:
            self._lingers_until = now + seconds
            self._lingering = await self._ask(batch=1, expires=int(seconds * 1e9))

    async def _pull(self, count: int) -> None:
        """Ask for what is due, and wait until it has come."""
        before = len(self._ready)
        token = await self._ask(batch=count, no_wait=True)
        self._endings[token] = ""
        try:
            while len(self._ready) < before + count and not self._endings[token]:
                self._news.clear()
                # The server says when there is no more; now and then it does not (2.9).
                some = len(self._ready) > before
                async with asyncio.timeout(_QUIET if some else PATIENCE):
                    await self._news.wait()
        except TimeoutError:
            if len(self._ready) == before:
                raise
        finally:
            status = self._endings.pop(token)
        if status[:3] not in _ENDED_WELL:
            raise OutboxUnavailable(f"NATS: {status}")

    async def _ask(self, **request: int) -> str:
        self._pulls += 1
        token = str(self._pulls)
        body = msgspec.json.encode(request)
        await self._client.publish(self._pull_subject, body, reply=f"{self._inbox}.{token}")
        return token

    async def _arrived(self, message: Msg) -> None:
        headers = message.headers or {}
        if "Status" in headers:
            self._pull_ended(message.subject, headers)
        elif message.data == TRIAL:
            await message.ack()
        else:
            await self._hold(message)
        self._news.set()

    def _pull_ended(self, subject: str, headers: dict[str, str]) -> None:
        token = subject.rpartition(".")[2]
        if token == self._lingering:
            self._lingers_until = 0.0
        if token in self._endings:
            self._endings[token] = f"{headers['Status']} {headers.get('Description', '')}"

    async def _hold(self, message: Msg) -> None:
        if not self._endings:
            self._lingers_until = 0.0
        try:
            kept, head = decode(message.data)
        except OutboxUnavailable as error:
            logger.error("outbox: %s; it is left out", error)
            await message.term()
            return
        key = message.metadata.sequence.stream
        known = self.held.get(key)
        if known and (not known.lease_ends or known.lease_ends > now_ms()):
            known.message = message  # the server had not heard of us; it is ours still
            return
        self.held[key] = Held(message, kept, head)
        self._ready.append(key)

    async def _keep(self) -> None:
        """Tell the server, again and again, what is being worked on."""
        while True:
            await asyncio.sleep(self._beat)
            for held in list(self.held.values()):
                if not held.lease_ends or held.lease_ends > now_ms():
                    with suppress(nats.errors.Error):
                        await held.message.in_progress()
