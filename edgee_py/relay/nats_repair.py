"""A consumer that has fallen out with its stream, made anew.

A server that is killed, or loses its power, may come back with a consumer that counts events as
delivered or acknowledged which the stream still holds, or does not have yet; they would never be handed
out (seen with nats-server 2.9.10; nats-io/nats-server#4736 tells of it with 2.10). A new consumer hands
out all that is there; what was delivered before is known by its note and goes nowhere.

In a cluster a consumer may also forget, with a new leader, to hand out again what nobody has acknowledged
(seen with 2.9.10 and three servers). Nobody holds an event for longer than the longest pause.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig
from nats.js.errors import NotFoundError

logger = logging.getLogger("edgee.relay")

#: How often (seconds) consumer and stream are compared.
_EVERY = 5.0
#: Where events are handed out and nothing at all has happened to them for so long (seconds), nothing will.
STUCK = 3700.0


class Repair:
    """Looks after one consumer."""

    def __init__(self, js: JetStreamContext, stream: str, config: ConsumerConfig) -> None:
        self._js = js
        self._stream = stream
        self._config = config
        self._suspected = False
        self._next_look = 0.0
        self._progress: tuple[int, int, int] = (0, 0, 0)
        self._progress_at = 0.0

    async def look(self) -> None:
        """Compare, now and then; make the consumer anew where it is beyond doubt that it must be."""
        now = asyncio.get_running_loop().time()
        if now < self._next_look:
            return
        self._next_look = now + _EVERY
        name = self._config.durable_name or ""
        # In this order: what the consumer knew before, the stream must know or have deleted now.
        consumer = await self._js.consumer_info(self._stream, name)
        stream = (await self._js.stream_info(self._stream)).state
        delivered = consumer.delivered.stream_seq if consumer.delivered else 0
        acknowledged = consumer.ack_floor.stream_seq if consumer.ack_floor else 0
        ahead = delivered > stream.last_seq
        forgotten = stream.messages > 0 and stream.first_seq <= acknowledged
        progress = (delivered, acknowledged, consumer.num_ack_pending or 0)
        if progress != self._progress:
            self._progress, self._progress_at = progress, now
        stuck = progress[2] > 0 and now - self._progress_at > STUCK
        if ahead or stuck or (forgotten and self._suspected):
            await self._make_anew(name)
        # What was acknowledged may take a moment to go.
        self._suspected = forgotten

    async def _make_anew(self, name: str) -> None:
        logger.error(
            "outbox: stream %s and its consumer disagree, as after a crash of the server: the events in"
            " it are handed out anew",
            self._stream,
        )
        with suppress(NotFoundError):  # another forwarder was quicker
            await self._js.delete_consumer(self._stream, name)
        await self._js.add_consumer(self._stream, self._config)
