"""The outbox in NATS JetStream, for relays and forwarders on several machines.

Relays publish, and the stream refuses ids that it knows. Forwarders share one work queue: an event is
one forwarder's until it acknowledges it, gives it back with a delay, or is not heard of for a while.
What was delivered they note, for the stream's own memory of ids does not outlast a server's restart.

An event counts as kept when the server has answered for it. How well it is kept is the cluster's affair:
with three replicas a machine may be lost; a server alone writes to its disk at once, and syncs at its
`sync_interval`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import msgspec
import nats.errors
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import Header, PubAck, RawStreamMsg, StreamState
from nats.js.errors import APIError, NoStreamResponseError, NotFoundError

from edgee_py.relay.nats_notes import Note, Notes
from edgee_py.relay.nats_queue import PATIENCE, Held, Queue
from edgee_py.relay.nats_repair import Repair
from edgee_py.relay.nats_streams import (
    TRIAL,
    Head,
    Kept,
    Names,
    consumer_config,
    decode,
    encode_arrival,
    message_id,
    prepare,
)
from edgee_py.relay.outbox import (
    Appended,
    Arrival,
    Entry,
    Exported,
    Leased,
    OutboxFull,
    OutboxUnavailable,
    Settlement,
    State,
    Stats,
)
from edgee_py.relay.outbox_url import NatsAddress

logger = logging.getLogger("edgee.relay")

#: A forwarder that is not heard of for so long (seconds) has lost its leases.
ACK_WAIT = 60.0
#: JetStream's error numbers for no room: in the stream, the account, memory, on disk.
_NO_ROOM = frozenset({10023, 10028, 10047, 10054, 10077})


@dataclass(frozen=True, slots=True)
class _Line:
    """A connection with all that hangs on it."""

    client: Client
    js: JetStreamContext
    notes: Notes
    queue: Queue
    repair: Repair


class NatsOutbox:
    """An Outbox in a cluster; see there for what the methods mean. It connects when first used."""

    def __init__(self, address: NatsAddress, *, ack_wait: float | None = None) -> None:
        self._address = address
        self._names = Names.of(address.name)
        self._ack_wait = ack_wait or ACK_WAIT
        self._opening: asyncio.Task[_Line] | None = None
        self._closed = False
        self._append_failed = False

    async def append(self, arrivals: Sequence[Arrival], now: int) -> Appended:
        """Publish events; those whose id the stream knows are duplicates."""
        appended = Appended([], [])
        async with self._connected() as line:
            self._append_failed = True
            # Not publish_async: it never answers where the server has no room.
            acks = await asyncio.gather(*(self._publish(line, each, now) for each in arrivals))
            self._append_failed = False
        for arrival, ack in zip(arrivals, acks, strict=True):
            (appended.duplicates if ack.duplicate else appended.accepted).append(arrival)
        return appended

    async def _publish(self, line: _Line, arrival: Arrival, now: int) -> PubAck:
        event = arrival.event
        return await line.js.publish(
            self._names.event_subject,
            encode_arrival(arrival, now),
            PATIENCE,
            headers={Header.MSG_ID.value: message_id(event["event_id"], event["event_name"])},
        )

    async def lease(self, limit: int, now: int, until: int) -> list[Leased]:
        """Take events of the work queue."""
        async with self._connected() as line:
            await line.repair.look()
            taken = await line.queue.take(limit, until)
            try:
                leased = await asyncio.gather(*(self._hand_out(line, *each) for each in taken))
            except BaseException:
                line.queue.put_back(taken)
                raise
        return [each for each in leased if each]

    async def _hand_out(self, line: _Line, key: int, held: Held) -> Leased | None:
        """An event for the forwarder; None, and out of the queue, where it was delivered before."""
        note = await line.notes.read(held.id)
        if note is Note.DELIVERED:
            await held.message.ack_sync(PATIENCE)
            line.queue.held.pop(key, None)
            return None
        if held.is_offline and note is not Note.UNDER_WAY:
            await line.notes.write(held.id, Note.UNDER_WAY)
        return Leased(
            key=key,
            event_id=held.head.event_id,
            event_name=held.head.event_name,
            route=held.kept.route,
            event_time=held.head.event_time,
            received_at=held.kept.received_at,
            attempts=held.deliveries - 1,
            body=bytes(held.kept.event),
            abandoned=note is Note.UNDER_WAY if held.is_offline else held.deliveries > 1,
        )

    async def settle(self, settlements: Sequence[Settlement], now: int) -> None:
        """Acknowledge events, give them back, or move them to the dead letters."""
        async with self._connected() as line:
            await asyncio.gather(*(self._note(line, each) for each in settlements))
            done = [each for each in settlements if each.key in line.queue.held]
            for settlement in done:
                message = line.queue.held[settlement.key].message
                if message.is_acked:  # by a try that was broken off
                    continue
                if settlement.state == "queued":
                    await message.nak(max(0, settlement.next_at - now) / 1000)
                elif settlement is not done[-1]:
                    await message.ack()
                else:  # it has come, and so have those before it
                    await message.ack_sync(PATIENCE)
            for settlement in done:
                line.queue.held.pop(settlement.key, None)

    async def _note(self, line: _Line, settlement: Settlement) -> None:
        """Write down what became of an event, so that nothing but time is lost with its acknowledgement."""
        key, state = settlement.key, settlement.state
        held = line.queue.held.get(key)
        if held is None:  # settled before, or the connection it came by is gone and it comes again
            return
        if state == "delivered":
            await line.notes.write(held.id, Note.DELIVERED)
        elif state == "parked":
            attempts = held.deliveries if settlement.attempted else held.deliveries - 1
            kept = msgspec.structs.replace(held.kept, words=settlement.words, attempts=attempts)
            await self._publish_parked(line, kept, held.place)
        elif held.is_offline:
            await line.notes.write(held.id, Note.RETURNED)

    async def _publish_parked(self, line: _Line, kept: Kept, place: str) -> None:
        # Its place in the queue, not its own id: parked again after a retry it is no duplicate.
        headers = {Header.MSG_ID.value: place}
        subject = self._names.parked_subject
        await line.js.publish(subject, msgspec.json.encode(kept), PATIENCE, headers=headers)

    async def release(self) -> None:
        """Nothing to do: the server hands on what is not heard of."""

    async def wait(self, seconds: float) -> bool:
        """Wait for an event from anywhere."""
        async with self._connected() as line:
            return await line.queue.wait(seconds)

    async def stats(self) -> Stats:
        """How much waits, what is being sent included."""
        async with self._connected() as line:
            waiting = await self._state(line, self._names.events)
            parked = (await self._state(line, self._names.parked)).messages
            oldest = None
            if waiting.messages:
                with suppress(NotFoundError):  # delivered meanwhile
                    first = await line.js.get_msg(self._names.events, waiting.first_seq)
                    oldest = _read(first)[0].received_at
            return Stats(waiting.messages, parked, oldest)

    async def check(self) -> None:
        """Write a note, or into the stream itself where the last append has failed."""
        async with self._connected() as line:
            await line.notes.try_to_write()
            if self._append_failed:
                await line.js.publish(self._names.event_subject, TRIAL, PATIENCE)
                self._append_failed = False

    async def entries(self, state: State | None, limit: int) -> list[Entry]:
        """The newest events; delivered ones are not kept."""
        found: list[Entry] = []
        async with self._connected() as line:
            for each, stream, subject in self._places():
                if state in (each, None):
                    async for message in self._newest(line, stream, subject, limit):
                        kept, head = _read(message)
                        found.append(
                            Entry(
                                head.event_id,
                                head.event_name,
                                each,
                                kept.attempts,
                                kept.received_at,
                                kept.words,
                            )
                        )
        return sorted(found, key=lambda entry: -entry.received_at)[:limit]

    def _places(self) -> tuple[tuple[State, str, str], ...]:
        names = self._names
        return (
            ("queued", names.events, names.event_subject),
            ("parked", names.parked, names.parked_subject),
        )

    async def export(self, state: State | None) -> AsyncIterator[Exported]:
        """Events one by one, as they are in their streams: those parked first, which came earlier."""
        async with self._connected() as line:
            for each, stream, subject in reversed(self._places()):
                if state not in (each, None):
                    continue
                last = (await self._state(line, stream)).last_seq
                async for message in self._from(line, stream, subject, 1):
                    if (message.seq or 0) > last:
                        break
                    yield _exported(message, each)

    async def requeue(self, event_ids: Sequence[str], now: int) -> int:
        """Publish parked events again."""
        count = 0
        async with self._connected() as line:
            async for message, kept, head in self._parked(line, event_ids):
                again = msgspec.structs.replace(kept, words="", attempts=0)
                id_ = message_id(head.event_id, head.event_name)
                if head.action_source == "offline":
                    await line.notes.write(id_, Note.RETURNED)
                await line.js.publish(
                    self._names.event_subject,
                    msgspec.json.encode(again),
                    PATIENCE,
                    # Its own id would be refused. If this is cut off, doing it again doubles nothing.
                    headers={Header.MSG_ID.value: f"{id_}-{message.seq}"},
                )
                await line.js.delete_msg(self._names.parked, message.seq or 0)
                count += 1
        return count

    async def purge(self, event_ids: Sequence[str]) -> int:
        """Delete parked events."""
        async with self._connected() as line:
            if not event_ids:
                count = (await self._state(line, self._names.parked)).messages
                await line.js.purge_stream(self._names.parked)
                return count
            found = [message async for message, _, _ in self._parked(line, event_ids)]
            for message in found:
                await line.js.delete_msg(self._names.parked, message.seq or 0)
            return len(found)

    async def _parked(
        self, line: _Line, event_ids: Sequence[str]
    ) -> AsyncIterator[tuple[RawStreamMsg, Kept, Head]]:
        """The dead letters with these ids, or all."""
        names, wanted = self._names, set(event_ids)
        async for message in self._from(line, names.parked, names.parked_subject, 1):
            kept, head = _read(message)
            if not wanted or head.event_id in wanted:
                yield message, kept, head

    async def close(self) -> None:
        """Give back what is being worked on, and leave."""
        self._closed = True
        await self._hang_up()

    # Reading streams

    async def _state(self, line: _Line, stream: str) -> StreamState:
        return (await line.js.stream_info(stream)).state

    async def _from(
        self, line: _Line, stream: str, subject: str, first: int
    ) -> AsyncIterator[RawStreamMsg]:
        """The messages from a place on, oldest first."""
        with suppress(NotFoundError):
            while True:
                message = await line.js.get_msg(stream, first, subject, next=True)
                first = (message.seq or first) + 1
                if message.data and message.data != TRIAL:
                    yield message

    async def _newest(
        self, line: _Line, stream: str, subject: str, limit: int
    ) -> AsyncIterator[RawStreamMsg]:
        """The last so many messages; a stream has gaps, so it is looked at in growing pieces."""
        state, width, found = await self._state(line, stream), limit, []
        while True:
            first = max(state.first_seq, state.last_seq - width + 1, 1)
            found = [each async for each in self._from(line, stream, subject, first)]
            if len(found) >= limit or first <= max(state.first_seq, 1):
                break
            width *= 4
        for each in found[-limit:]:
            yield each

    # The connection

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[_Line]:
        """The connection; what goes wrong with it as OutboxUnavailable."""
        try:
            yield await self._open()
        except NoStreamResponseError:
            await self._hang_up()  # made anew, streams and all, at the next try
            raise OutboxUnavailable("NATS: the stream is not there, or has no leader") from None
        except APIError as error:
            kind = OutboxFull if error.err_code in _NO_ROOM else OutboxUnavailable
            words = error.description or "there is no JetStream; start nats-server with --jetstream"
            raise kind(f"NATS: {words}") from None
        except (TimeoutError, nats.errors.TimeoutError):
            raise OutboxUnavailable(
                f"{self._address} does not answer: is nats-server running there, and may we reach it?"
            ) from None
        except (nats.errors.Error, OSError) as error:
            raise OutboxUnavailable(f"{self._address}: {type(error).__name__}") from None

    async def _open(self) -> _Line:
        if self._closed:
            raise OutboxUnavailable("the outbox is closed")
        loop = asyncio.get_running_loop()
        opening = self._opening
        if opening is None or opening.get_loop() is not loop or _failed(opening):
            opening = self._opening = loop.create_task(self._connect(), name="edgee-nats")
        line = await asyncio.shield(opening)
        if not line.client.is_connected:
            raise OutboxUnavailable(f"{self._address} is not connected")
        return line

    async def _connect(self) -> _Line:
        client, login = Client(), self._address.login
        ready = False

        async def lost() -> None:
            if ready and not self._closed:  # else it was none: what failed raises
                logger.error("outbox: the connection to %s is lost", self._address)

        async def found() -> None:
            logger.info("outbox: connected to %s again", self._address)

        async def ignore(_: Exception) -> None:
            """What matters raises where it happens."""

        try:
            async with asyncio.timeout(PATIENCE):
                await client.connect(
                    list(self._address.servers),
                    name="edgee-relay",
                    error_cb=ignore,
                    disconnected_cb=lost,
                    reconnected_cb=found,
                    connect_timeout=2,
                    reconnect_time_wait=1,
                    max_reconnect_attempts=-1,
                    ping_interval=10,
                    user_credentials=self._address.credentials or None,
                    user=login.user,
                    password=login.password,
                    token=login.token,
                )
                js = client.jetstream(timeout=PATIENCE)
                bucket = await prepare(js, self._names, self._address, self._ack_wait)
                queue = Queue(client, self._names.events, self._ack_wait)
                await queue.open()
                config = consumer_config(self._ack_wait)
                repair = Repair(js, self._names.events, config)
            ready = True
        except BaseException as error:
            refused = "authorization" in str(client.last_error).lower()
            with suppress(nats.errors.Error, OSError):
                await client.close()
            if refused and isinstance(error, TimeoutError):  # it would be tried again for ever
                raise OutboxUnavailable(
                    f"{self._address} does not let us in: check user and password, or credentials"
                ) from None
            raise
        return _Line(client, js, Notes(bucket), queue, repair)

    async def _hang_up(self) -> None:
        opening, self._opening = self._opening, None
        if opening is None or opening.get_loop() is not asyncio.get_running_loop():
            return
        with suppress(nats.errors.Error, TimeoutError, OSError, OutboxUnavailable):
            line = await opening
            async with asyncio.timeout(PATIENCE):
                await line.queue.close()
                await line.client.flush()
        if not _failed(opening):
            with suppress(nats.errors.Error, OSError):
                await opening.result().client.close()


def _failed(opening: asyncio.Task[_Line]) -> bool:
    return opening.done() and (opening.cancelled() or opening.exception() is not None)


def _read(message: RawStreamMsg) -> tuple[Kept, Head]:
    return decode(message.data or b"")


def _exported(message: RawStreamMsg, state: State) -> Exported:
    kept, head = _read(message)
    parked_at = message.time if state == "parked" else None
    settled_at = int(parked_at.timestamp() * 1000) if parked_at else None
    return Exported(
        event_id=head.event_id,
        event_name=head.event_name,
        state=state,
        route=kept.route,
        attempts=kept.attempts,
        received_at=kept.received_at,
        settled_at=settled_at,
        words=kept.words,
        body=bytes(kept.event),
    )
