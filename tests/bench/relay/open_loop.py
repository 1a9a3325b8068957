"""Posts at a given rate whatever the server does, and measures what a visitor would.

wrk sends a connection's next request when the last one is answered: a server that stalls is asked less, and its
stall counts once. Here requests fall due at random times fixed beforehand (a Poisson process, as visitors who
know nothing of each other make one), and each one's time runs from when it was due, also while it waits for a
connection. A stall is felt by all who came during it.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import cast

import httptools
import uvloop

from tests.bench.relay.visitors import Visitors

#: As many as a proxy keeps open to one server, and enough never to be what limits.
_CONNECTIONS = 256
#: What is not answered this long (seconds) after the last request was due never will be.
_PATIENCE = 30.0


@dataclass
class Posted:
    """What came of it. latencies are seconds; ids are those of requests answered with 202.

    late is the longest time (seconds) that the generator itself was behind.
    """

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    refused: int = 0
    unanswered: int = 0
    late: float = 0.0


@dataclass(slots=True)
class _Due:
    at: float
    content: bytes
    ids: list[str]


class _Connection(asyncio.Protocol):
    """One connection, which has one request under way at most."""

    def __init__(self, line: _Line) -> None:
        self._line = line
        self._parser = httptools.HttpResponseParser(self)
        self._due: _Due | None = None
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def send(self, due: _Due) -> None:
        """Send a request."""
        self._due = due
        self._transport.write(due.content)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        """The answer is whole."""
        assert self._due is not None
        due, self._due = self._due, None
        status = self._parser.get_status_code()
        self._parser = httptools.HttpResponseParser(self)
        self._line.answered(self, due, status)

    def close(self) -> None:
        """End it."""
        self._transport.close()


class _Line:
    """Requests that are due wait here for a connection, in order."""

    def __init__(self, posted: Posted) -> None:
        self._posted = posted
        self._waiting: deque[_Due] = deque()
        self._idle: deque[_Connection] = deque()
        self._open: list[_Connection] = []
        self.under_way = 0

    async def connect(self, host: str, port: int) -> None:
        """Open the connections."""
        loop = asyncio.get_running_loop()
        for _ in range(_CONNECTIONS):
            _, connection = await loop.create_connection(lambda: _Connection(self), host, port)
            self._open.append(connection)
        self._idle.extend(self._open)

    def put(self, due: _Due) -> None:
        """A request is due."""
        self.under_way += 1
        if self._idle:
            self._idle.popleft().send(due)
        else:
            self._waiting.append(due)

    def answered(self, connection: _Connection, due: _Due, status: int) -> None:
        """An answer has come."""
        self.under_way -= 1
        self._posted.latencies.append(time.perf_counter() - due.at)
        if status == 202:
            self._posted.acknowledged += due.ids
        else:
            self._posted.refused += 1
        if self._waiting:
            connection.send(self._waiting.popleft())
        else:
            self._idle.append(connection)

    def close(self) -> None:
        """Close the connections."""
        for connection in self._open:
            connection.close()


def post(url: str, visitors: Visitors, *, rate: float, requests: int) -> Posted:
    """Post so many requests, `rate` a second on average."""
    return uvloop.run(_post(url, visitors, rate, requests))


async def _post(url: str, visitors: Visitors, rate: float, requests: int) -> Posted:
    posted = Posted()
    line = _Line(posted)
    host, _, port = url.removeprefix("http://").rstrip("/").partition(":")
    await line.connect(host, int(port))
    start = time.perf_counter()
    moments = islice(_moments(start, rate), requests)
    for at, (content, ids) in zip(moments, visitors.requests(), strict=False):
        wait = at - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        else:
            await asyncio.sleep(0)
        posted.late = max(posted.late, time.perf_counter() - at)
        line.put(_Due(at, content, ids))
    end = time.perf_counter()
    while line.under_way and time.perf_counter() < end + _PATIENCE:
        await asyncio.sleep(0.01)
    posted.seconds = time.perf_counter() - start
    posted.unanswered = line.under_way
    line.close()
    return posted


def _moments(start: float, rate: float) -> Iterator[float]:
    draw = random.Random(rate)
    at = start
    while True:
        yield at
        at += draw.expovariate(rate)
