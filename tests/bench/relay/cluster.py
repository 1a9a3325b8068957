"""The relay and the forwarder with NATS JetStream as the outbox: one server, on this machine too."""

from __future__ import annotations

import time
from itertools import count
from pathlib import Path

from tests.bench.relay import servers, wrk
from tests.bench.relay.forwarding import DELAYS, arrived
from tests.bench.report import Part, Table
from tests.bench.setting import median
from tests.nats_server import nats_server

_NOTE = (
    "One nats-server with file storage, one replica. The relay only takes events (`forward = false`) while it is"
    " measured; then a forwarder empties the stream."
)


def measure(folder: Path, rounds: int, seconds: float) -> Part:
    """Requests with one event each at full load, then what one forwarder makes of the backlog."""
    folder.mkdir()
    rows = []
    numbers = count(1)
    for delay in DELAYS:
        place = folder / f"delay-{delay}"
        place.mkdir()
        with nats_server(place) as nats, servers.stand_in(delay) as pinterest:
            with servers.relay(place, pinterest, nats.url, EDGEE_FORWARD="false") as relay:
                runs = []
                for _ in range(rounds):
                    run = wrk.measure(
                        relay.url, place, events=1, number=next(numbers), seconds=seconds
                    )
                    runs.append(run.rate)
                taken = servers.accepted(relay)
            rate = _forwarded(place, nats.url, pinterest, taken)
        name = f"answers after {delay * 1000:.0f} ms" if delay else "answers at once"
        rows.append((name, f"{median(runs):,.0f}", f"{taken:,}", f"{rate:,.0f}"))
    columns = ("Pinterest's stand-in", "relay: requests/s", "events", "forwarder: events/s")
    return Part([Table("With NATS as the outbox", columns, rows, _NOTE)])


def _forwarded(folder: Path, outbox: str, pinterest: servers.Running, events: int) -> float:
    """Events a second out of the stream."""
    with servers.relay(folder, pinterest, outbox):
        while not (first := arrived(pinterest)):
            time.sleep(0.005)
        start = time.monotonic()
        while (now := arrived(pinterest)) < events:
            if time.monotonic() > start + servers.DRAIN_SECONDS:
                break
            time.sleep(0.02)
        return (now - first) / (time.monotonic() - start)
