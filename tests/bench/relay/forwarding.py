"""How fast one forwarder empties an outbox that has filled up, while nobody posts."""

from __future__ import annotations

import asyncio
import time
from itertools import islice
from pathlib import Path

import httpx2
import msgspec

from edgee_py.pinterest.contract import ConversionEvent
from edgee_py.relay.clock import now_ms
from edgee_py.relay.outbox import Arrival
from edgee_py.relay.sqlite_outbox import SqliteOutbox
from tests.bench.relay import servers
from tests.bench.relay.servers import Running
from tests.bench.relay.visitors import AGENTS, Visitors
from tests.bench.report import Part, Table

#: How long (seconds) Pinterest's stand-in takes to answer: not at all, and as an answer from afar does.
DELAYS = (0.0, 0.3)
_AT_ONCE = 1000


class _Posted(msgspec.Struct):
    data: list[ConversionEvent]


def fill(outbox: Path, events: int) -> None:
    """Put as many events into a new outbox, as the relay writes them."""
    requests = Visitors(10, 0).requests()

    async def put() -> None:
        box = SqliteOutbox.open(outbox)
        for _ in range(0, events, _AT_ONCE):
            arrivals = []
            for content, _ids in islice(requests, _AT_ONCE // 10):
                body = content.partition(b"\r\n\r\n")[2]
                for event in msgspec.json.decode(body, type=_Posted).data:
                    event["user_data"]["client_ip_address"] = "203.0.113.17"
                    event["user_data"]["client_user_agent"] = AGENTS[0]
                    arrivals.append(Arrival(event, "pinterest_capi"))
            await box.append(arrivals, now_ms())
        await box.close()

    asyncio.run(put())


def arrived(pinterest: Running) -> int:
    """How many events the stand-in has got."""
    return int(httpx2.get(f"{pinterest.url}/count", timeout=10).text)


def _rate(folder: Path, events: int, delay: float) -> tuple[float, float]:
    """Events a second, and the relay's processor time (µs) for an event."""
    folder.mkdir()
    outbox = folder / "outbox.db"
    fill(outbox, events)
    with (
        servers.stand_in(delay) as pinterest,
        servers.relay(folder, pinterest, f"sqlite://{outbox}") as relay,
    ):
        while not (first := arrived(pinterest)):
            time.sleep(0.005)
        start, used = time.monotonic(), relay.processor()
        while (count := arrived(pinterest)) < events:
            if time.monotonic() > start + servers.DRAIN_SECONDS:
                raise TimeoutError("the forwarder does not empty the outbox")
            time.sleep(0.02)
        seconds = time.monotonic() - start
        return (count - first) / seconds, (relay.processor() - used) / (count - first) * 1e6


def measure(folder: Path, events: int) -> Part:
    """With each delay."""
    rows = []
    for delay in DELAYS:
        share = events if delay == 0 else events // 4
        rate, used = _rate(folder / f"delay-{delay}", share, delay)
        name = f"answers after {delay * 1000:.0f} ms" if delay else "answers at once"
        rows.append((name, f"{share:,}", f"{rate:,.0f}", f"{used:.0f} µs"))
    note = "One forwarder, a filled outbox, batches of 1,000, one request at a time; nobody posts meanwhile."
    columns = ("Pinterest's stand-in", "events", "events/s", "relay's CPU for one")
    return Part([Table("One forwarder", columns, rows, note)])
