"""A device: storage and journal around a runtime, as a page keeps them."""

from __future__ import annotations

import json
from typing import Any

from edgee_py.outgoing import Batch
from edgee_py.pipeline import Surroundings
from edgee_py.runtime import Effects, Runtime
from edgee_py.state import STATE_KEY, USER_KEY

from .visitor import MINUTE, NOW

DAY = 24 * 60 * MINUTE
NOTHING: dict[str, str | None] = {STATE_KEY: None, USER_KEY: None}
ACCEPTED = {"accepted": 1, "duplicates": 0, "rejected": []}


def record(id_: str, method: str = "track", *arguments: Any, **more: Any) -> dict[str, Any]:
    """A journal record as the facade writes it."""
    return {
        "id": id_,
        "at": NOW,
        "method": method,
        "arguments": list(arguments) or (["x"] if method == "track" else []),
        "page": {"url": "https://shop.example/"},
        **more,
    }


class Device:
    """A runtime with a storage and a journal that carry out its effects, as a page does."""

    def __init__(
        self,
        stored: dict[str, str | None] = NOTHING,
        journal: dict[str, dict[str, Any]] | None = None,
        **said: Any,
    ) -> None:
        self.around = Surroundings(**said)
        self.stored = dict(stored)
        self.journal = dict(journal or {})
        self.runtime = Runtime(self.stored)
        self.told: list[dict[str, Any]] = []
        self.now = NOW

    def make(self, id_: str, method: str = "track", *arguments: Any, **more: Any) -> Effects:
        """Make a call and let the runtime take it."""
        self.journal[id_] = record(id_, method, *arguments, **more)
        self.runtime.take_record(self.journal[id_], self.around)
        return self.carry_out()

    def restore(self, *records: Any) -> Effects:
        for each in records:
            if isinstance(each, dict) and isinstance(each.get("id"), str):
                self.journal[each["id"]] = each
        self.runtime.restore(records, self.around, self.now)
        return self.carry_out()

    def carry_out(self) -> Effects:
        effects = self.runtime.drain()
        self.stored |= effects.store
        self.journal |= effects.keep
        for id_ in effects.strike:
            self.journal.pop(id_, None)
        self.told += effects.tell
        return effects

    def batch(self) -> Batch:
        batch = self.runtime.next_batch(self.now)
        assert batch is not None
        return batch

    def answer(self, status: int, body: Any = None, *, batch: Batch | None = None) -> Effects:
        """Post what is next and have it answered so."""
        self.runtime.answered(batch or self.batch(), status, body, now=self.now, chance=0.0)
        return self.carry_out()

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        return [(each["id"], each["outcome"]) for each in self.told]


def ids_in(batch: Batch) -> list[str]:
    return [event["event_id"] for event in json.loads(batch.body)["data"]]
