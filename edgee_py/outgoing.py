"""What is on its way to the relay: calls whose conversion events are not all answered for."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from edgee_py.call import MAX_TIME_MS
from edgee_py.pinterest.contract import ConversionEvent
from edgee_py.retry import Retry

#: One request carries at most so many events, and about so many bytes.
MAX_BATCH = 100
MAX_BATCH_BYTES = 256 * 1024


@dataclass(slots=True)
class Waiting:
    """One call's conversion events. kept: the journal has them in place of the raw call."""

    id: str
    at: int
    method: str
    events: list[ConversionEvent]
    kept: bool = False

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Waiting | None:
        """Read what `to_json` wrote; None for what holds no such events."""
        id_, at, events = value.get("id"), value.get("at"), value.get("queued")
        if not (isinstance(id_, str) and isinstance(at, int) and isinstance(events, list)):
            return None
        if not events or not all(map(_is_event, events)):
            return None
        method = value.get("method")
        return cls(id_, at, method if isinstance(method, str) else "", events, kept=True)

    def to_json(self) -> dict[str, Any]:
        """What the journal keeps in place of the raw call: nothing personal but hashes."""
        return {"id": self.id, "at": self.at, "method": self.method, "queued": self.events}


def _is_event(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(value.get(name), str) for name in ("event_id", "event_name")
    )


@dataclass(frozen=True, slots=True)
class Batch:
    """One request to `POST pinterest_capi`; the ids of the calls in it, and its JSON body."""

    ids: tuple[str, ...]
    body: str


class Outgoing:
    """The queue, its back-off and the size of its batches. Times are Unix milliseconds."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, Waiting] = OrderedDict()
        self._retry = Retry()
        self._limit = MAX_BATCH
        self._under_way: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def __len__(self) -> int:
        return len(self._waiting)

    def __iter__(self) -> Iterator[Waiting]:
        return iter(self._waiting.values())

    def __contains__(self, id_: str) -> bool:
        return id_ in self._waiting

    def get(self, id_: str) -> Waiting | None:
        """The call of this id, if it waits."""
        return self._waiting.get(id_)

    def add(self, waiting: Waiting) -> None:
        """Put a call at the end."""
        self._waiting[waiting.id] = waiting

    def remove(self, ids: Iterable[str]) -> list[Waiting]:
        """Take calls out."""
        found = (self._waiting.pop(id_, None) for id_ in ids)
        return [waiting for waiting in found if waiting]

    def withdraw(self, ids: Iterable[str] | None = None) -> list[Waiting]:
        """Take calls out, all where none are named; not what is under way, which the relay may have taken."""
        named = list(self._waiting) if ids is None else ids
        return self.remove(id_ for id_ in named if id_ not in self._under_way)

    @property
    def events(self) -> int:
        """How many events wait."""
        return sum(len(waiting.events) for waiting in self._waiting.values())

    @property
    def unkept(self) -> list[Waiting]:
        """The calls the journal still has as they were made."""
        return [waiting for waiting in self._waiting.values() if not waiting.kept]

    def next_batch(self, now: int) -> Batch | None:
        """The next request to post, if there is one and the back-off allows it."""
        if not self._waiting or self._retry.wait(now):
            return None
        ids: list[str] = []
        bodies: list[str] = []
        size = 0
        for waiting in self._waiting.values():
            texts = [json.dumps(event, separators=(",", ":")) for event in waiting.events]
            more = sum(map(len, texts))
            is_full = len(bodies) + len(texts) > self._limit or size + more > MAX_BATCH_BYTES
            if ids and is_full:
                break
            ids.append(waiting.id)
            bodies += texts
            size += more
        self._under_way = tuple(ids)
        return Batch(self._under_way, f'{{"data":[{",".join(bodies)}]}}')

    def landed(self) -> None:
        """The batch under way has come to an end, one way or another."""
        self._under_way = ()

    def due_in(self, now: int) -> int | None:
        """Milliseconds until there is something to post; None where nothing waits."""
        return self._retry.wait(now) if self._waiting else None

    def hurry(self) -> None:
        """Forget the back-off, but for what the relay has asked for."""
        self._retry = self._retry.hurried()

    @property
    def asked(self) -> int:
        """The Unix time in ms before which the relay asks not to be troubled; 0 where it has not."""
        return self._retry.asked

    @property
    def is_failing(self) -> bool:
        """Whether the last request got no answer that counts."""
        return self._retry.failures > 0

    def pause(self, now: int, chance: float, after: str) -> None:
        """The relay could not take a batch now; after is its Retry-After."""
        self._retry = self._retry.later(now, chance, after)

    def shrink(self, batch: Batch) -> bool:
        """The batch was too large: make them smaller. False where it held one call only."""
        events = sum(len(self._waiting[id_].events) for id_ in batch.ids if id_ in self._waiting)
        self._limit = max(1, events // 2)
        return len(batch.ids) > 1

    def recover(self) -> None:
        """The relay has answered: no more pause, and batches may grow again step by step."""
        self._retry = Retry()
        self._limit = min(self._limit * 2, MAX_BATCH)


def read_journal_id(record: object) -> tuple[str, int]:
    """A journal record's id and time, as far as it has them."""
    if not isinstance(record, Mapping):
        return "", 0
    id_, at = record.get("id"), record.get("at")
    is_time = isinstance(at, int | float) and 0 < at < MAX_TIME_MS
    return id_ if isinstance(id_, str) else "", int(cast(float, at)) if is_time else 0
