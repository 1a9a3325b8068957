"""A Pinterest that counts: what it has taken, how often, and whether the copies are the same."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto
from http.server import ThreadingHTTPServer
from typing import Any

from tests.answering import Reply, answering
from tests.relay.conftest import processed
from tests.serving import served


class Mood(Enum):
    """How it answers a request."""

    KIND = auto()
    SLOW = auto()
    BUSY = auto()
    BROKEN = auto()
    MUTE_BEFORE = auto()
    MUTE_AFTER = auto()
    MAD = auto()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_: object) -> None:
        """Those who ask are killed now and then."""


class CountingPinterest:
    """`rudeness` is the chance of another mood than a kind one."""

    def __init__(self, *, rudeness: float = 0.0, seed: int = 0) -> None:
        self.taken: Counter[str] = Counter()
        self.failed: set[str] = set()
        self.rudeness = rudeness
        self.down = False
        self.requests = 0
        self._bodies: dict[str, str] = {}
        self._chance = random.Random(seed)
        self._lock = threading.Lock()
        self.different: set[str] = set()
        self._server = _Server(
            ("127.0.0.1", 0), answering(lambda _, __, events: self._reply(events))
        )
        self.port = self._server.server_port
        self.base = f"http://127.0.0.1:{self.port}/v5"

    @contextmanager
    def serving(self) -> Iterator[CountingPinterest]:
        """Answer while the block runs."""
        with served(self._server):
            yield self

    def _mood(self) -> Mood:
        if self.down:
            return Mood.BROKEN
        rude = self._chance.random() < self.rudeness
        return (
            self._chance.choice([mood for mood in Mood if mood is not Mood.KIND])
            if rude
            else Mood.KIND
        )

    def _take(self, events: list[dict[str, Any]]) -> Reply:
        with self._lock:
            for each in events:
                body = json.dumps(
                    {**each, "user_data": each["user_data"].get("em")}, sort_keys=True
                )
                if self._bodies.setdefault(each["event_id"], body) != body:
                    self.different.add(each["event_id"])
            if any(each["event_id"].startswith("poison") for each in events):
                return 400, {}, {"code": 4196, "message": "Invalid request: a poisoned event"}
            self.taken.update(each["event_id"] for each in events)
        return processed(events)

    def _reply(self, events: list[dict[str, Any]]) -> Reply:
        mood = self._mood()
        self.requests += 1
        if mood is Mood.SLOW:
            time.sleep(0.5)
        elif mood is Mood.BUSY:
            return 429, {"retry-after": "1"}, {"code": 8, "message": "Slow down."}
        elif mood is Mood.BROKEN:
            return 503, {}, {"code": 4197, "message": "Ramped down."}
        elif mood is Mood.MUTE_BEFORE:
            return 0, {}, b""
        elif mood is Mood.MAD:
            return 200, {}, b"<html>Welcome to the hotel's network</html>"
        status, headers, body = self._take(events)
        return (0 if mood is Mood.MUTE_AFTER else status), headers, body
