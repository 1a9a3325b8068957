"""What the outbox keeps in NATS JetStream: streams, consumer, notes, and the form of what is in them.

`<name>`: the events that wait, a work queue; an acknowledged event is gone from it.
`<name>_parked`: the dead letters, with Pinterest's words.
`<name>_notes`: what was delivered, by id (a key-value bucket).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Self

import msgspec
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import NotFoundError
from nats.js.kv import KeyValue

from edgee_py.relay.outbox import PARKED_MS, Arrival, OutboxUnavailable
from edgee_py.relay.outbox_url import NatsAddress

#: The durable consumer that all forwarders share.
CONSUMER = "forwarders"
#: Written to see whether an event would fit, which holds no more; no event begins so.
TRIAL = bytes(64 << 10)
#: So many events may be leased or put off at a time.
_MOST_PENDING = 50_000


class Kept(msgspec.Struct, frozen=True):
    """An event in a stream. received_at is Unix ms, event its JSON; the others are for parked ones."""

    route: str
    received_at: int
    event: msgspec.Raw
    words: str = ""
    attempts: int = 0


class Head(msgspec.Struct, frozen=True):
    """What the outbox itself reads of an event."""

    event_id: str
    event_name: str
    event_time: int
    action_source: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of streams and subjects of one outbox."""

    events: str
    parked: str
    notes: str
    event_subject: str
    parked_subject: str

    @classmethod
    def of(cls, name: str) -> Self:
        """Those of the outbox that is called so."""
        return cls(name, f"{name}_parked", f"{name}_notes", f"{name}.event", f"{name}.parked")


_KEPT = msgspec.json.Decoder(Kept)
_HEAD = msgspec.json.Decoder(Head)


def message_id(event_id: str, event_name: str) -> str:
    """By what the server knows an event again: short, for it holds each one in memory."""
    key = msgspec.json.encode((event_id, event_name))
    return hashlib.blake2b(key, digest_size=16).hexdigest()


def encode_arrival(arrival: Arrival, now: int) -> bytes:
    """An event as it is published."""
    event = msgspec.Raw(msgspec.json.encode(arrival.event))
    return msgspec.json.encode(Kept(arrival.route, now, event))


def decode(data: bytes) -> tuple[Kept, Head]:
    """A message's content.

    Raises:
        OutboxUnavailable: where somebody else has published something into our stream.
    """
    try:
        kept = _KEPT.decode(data)
        return kept, _HEAD.decode(kept.event)
    except msgspec.DecodeError:
        raise OutboxUnavailable("the stream holds a message that is no event of ours") from None


def consumer_config(ack_wait: float) -> ConsumerConfig:
    """The consumer's settings; ack_wait in seconds."""
    return ConsumerConfig(
        durable_name=CONSUMER,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=ack_wait,
        max_ack_pending=_MOST_PENDING,
    )


async def prepare(
    js: JetStreamContext, names: Names, address: NatsAddress, ack_wait: float
) -> KeyValue:
    """Make what is not there yet; the bucket of notes.

    What an operator has made is left as it is, but it must be a work queue that knows ids for long enough.

    Raises:
        OutboxUnavailable: where the stream that is there would lose or double events.
    """
    remembered, replicas = address.dedupe_hours * 3600, address.replicas
    events = StreamConfig(
        name=names.events,
        subjects=[names.event_subject],
        retention=RetentionPolicy.WORK_QUEUE,
        storage=StorageType.FILE,
        discard=DiscardPolicy.NEW,
        duplicate_window=remembered,
        num_replicas=replicas,
    )
    parked = StreamConfig(
        name=names.parked,
        subjects=[names.parked_subject],
        storage=StorageType.FILE,
        max_age=PARKED_MS / 1000,
        duplicate_window=remembered,
        num_replicas=replicas,
    )
    found = await _stream(js, events)
    window = found.duplicate_window or 0
    if found.retention != RetentionPolicy.WORK_QUEUE or window < remembered:
        raise OutboxUnavailable(
            f"stream {names.events} must be a work queue with a duplicate window of"
            f" {address.dedupe_hours} hours or more"
        )
    await _stream(js, parked)
    # Adding what is there already, with the same settings, changes nothing.
    await js.add_consumer(names.events, consumer_config(ack_wait))
    try:
        return await js.key_value(names.notes)
    except NotFoundError:
        return await js.create_key_value(bucket=names.notes, ttl=remembered, replicas=replicas)


async def _stream(js: JetStreamContext, config: StreamConfig) -> StreamConfig:
    """The stream's settings, after making it where there was none."""
    try:
        info = await js.stream_info(config.name or "")
    except NotFoundError:
        info = await js.add_stream(config)
    return info.config
