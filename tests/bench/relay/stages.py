"""What is measured of the relay's POST route, one stage after the other."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import Event, Thread

from tests.bench.relay import open_loop, servers, wrk
from tests.bench.relay.balance import Books
from tests.bench.relay.servers import Running
from tests.bench.relay.visitors import Visitors
from tests.bench.report import Goal, Part, Table
from tests.bench.setting import median, percentile

RATIO, P99_MS = 0.60, 20.0
#: Between a tenth of the events and all of them, memory (per cent) may grow by this.
GROWTH = 5.0
#: Events in a request: a visitor's call, and a backlog after a while offline.
SIZES = (1, 10)


@dataclass(frozen=True)
class Rounds:
    """How long things are measured: rounds of seconds each at full load, seconds at half load, and how many
    events of the long run and for the forwarder."""

    rounds: int
    seconds: float
    calm: float
    events: int
    forwarded: int


@dataclass
class Stage:
    """The servers, and what they have done so far."""

    folder: Path
    bare: Running
    relay: Running
    pinterest: Running
    books: Books
    rounds: Rounds
    numbers: Iterator[int]


@contextmanager
def stage(folder: Path, rounds: Rounds) -> Iterator[Stage]:
    """Start the servers; they end with the block."""
    with (
        servers.bare() as bare,
        servers.stand_in() as pinterest,
        servers.relay(folder, pinterest) as relay,
    ):
        yield Stage(folder, bare, relay, pinterest, Books(relay, pinterest), rounds, count(1))


@dataclass
class Full:
    """One round at full load: both servers in turn; processor times are µs for a request."""

    bare: wrk.Run
    relay: wrk.Run
    bare_processor: float
    relay_processor: float
    waiting: int
    drained: float

    @property
    def ratio(self) -> float:
        """The relay's rate to the bare endpoint's."""
        return self.relay.rate / self.bare.rate


def _full(stage: Stage, events: int, number: int) -> Full:
    def run(server: Running) -> wrk.Run:
        return wrk.measure(
            server.url,
            stage.folder,
            events=events,
            number=next(stage.numbers),
            seconds=stage.rounds.seconds,
        )

    before = stage.bare.processor(), stage.relay.processor()
    bare = run(stage.bare)
    relay = run(stage.relay)
    waiting = servers.waiting(stage.relay)
    name = f"full load, {events} in a request, round {number}"
    drained = stage.books.close(name, at_least=relay.answered * events, at_most=relay.sent)
    return Full(
        bare,
        relay,
        (stage.bare.processor() - before[0]) / bare.answered * 1e6,
        (stage.relay.processor() - before[1]) / relay.answered * 1e6,
        waiting,
        drained,
    )


def throughput(stage: Stage) -> tuple[Part, dict[int, float]]:
    """Both servers at full load in turn; and the relay's requests a second by events in a request."""
    rounds: dict[int, list[Full]] = {events: [] for events in SIZES}
    for number in range(1, stage.rounds.rounds + 1):
        for events in SIZES:
            rounds[events].append(_full(stage, events, number))
    rows = [_row(events, each) for events, found in rounds.items() for each in found]
    rates = {
        events: median([each.relay.rate for each in found]) for events, found in rounds.items()
    }
    rows += [
        (
            f"{events} in a request, medians",
            f"{median([each.bare.rate for each in found]):,.0f}",
            f"{rates[events]:,.0f}",
            f"{rates[events] * events:,.0f}",
            f"{median([each.ratio for each in found]):.2f}",
            f"{median([each.relay.p50 for each in found]):.1f} ms",
            f"{median([each.relay.p99 for each in found]):.1f} ms",
            f"{median([each.bare_processor for each in found]):.0f} µs",
            f"{median([each.relay_processor for each in found]):.0f} µs",
            f"{max(each.waiting for each in found):,}",
        )
        for events, found in rounds.items()
    ]
    columns = (
        "",
        "bare/s",
        "relay/s",
        "events/s",
        "ratio",
        "relay p50",
        "p99",
        "CPU bare",
        "CPU relay",
        "waiting",
    )
    note = (
        f"wrk, {wrk.CONNECTIONS} connections, {stage.rounds.seconds:.0f} s each in turn. `CPU` is the"
        " processor time of the server's process for a request, the relay's with storing, forwarding and"
        " settling; `waiting`: events not yet forwarded as the round ended."
    )
    failed = sum(
        each.relay.failed + each.bare.failed for found in rounds.values() for each in found
    )
    goals = [
        Goal(
            "relay's requests a second to the bare endpoint's",
            median([each.ratio for each in rounds[SIZES[0]]]),
            RATIO,
            at_least=True,
        ),
        Goal("requests that failed at full load", failed, 0),
    ]
    return Part([Table("At full load", columns, rows, note)], goals), rates


def _row(events: int, each: Full) -> tuple[str, ...]:
    return (
        f"{events} in a request",
        f"{each.bare.rate:,.0f}",
        f"{each.relay.rate:,.0f}",
        f"{each.relay.rate * events:,.0f}",
        f"{each.ratio:.2f}",
        f"{each.relay.p50:.1f} ms",
        f"{each.relay.p99:.1f} ms",
        f"{each.bare_processor:.0f} µs",
        f"{each.relay_processor:.0f} µs",
        f"{each.waiting:,}",
    )


def calm(stage: Stage, rates: dict[int, float]) -> Part:
    """How long a visitor waits at half of the relay's full load; the bare endpoint at the same rate beside it."""
    rows = []
    p99 = 0.0
    for events in SIZES:
        rate = rates[events] / 2
        for name, server in (("bare", stage.bare), ("relay", stage.relay)):
            visitors = Visitors(events, next(stage.numbers))
            requests = int(rate * stage.rounds.calm)
            posted = open_loop.post(server.url, visitors, rate=rate, requests=requests)
            times = [seconds * 1000 for seconds in posted.latencies]
            shares = [percentile(times, percent) for percent in (50, 90, 99)]
            rows.append(
                (
                    f"{name}, {events} in a request",
                    f"{rate:,.0f}",
                    *(f"{share:.1f} ms" for share in shares),
                    f"{max(times):.1f} ms",
                    f"{posted.refused + posted.unanswered:,}",
                    f"{posted.late * 1000:.1f} ms",
                )
            )
            if server is stage.relay:
                stage.books.close(f"half load, {events} in a request", posted.acknowledged)
                p99 = p99 or shares[-1]
    columns = ("", "requests/s", "median", "p90", "p99", "longest", "failed", "late")
    note = (
        f"Half of the relay's rate at full load, {stage.rounds.calm:.0f} s, by an open-loop generator"
        " (tests/bench/relay/open_loop.py): requests fall due at random moments fixed beforehand, and each"
        " one's time runs from its moment, so that a stall is felt by all who came during it. `late` is the"
        " most that the generator itself was behind; it is in the times."
    )
    goal = Goal("p99 at half of the full load", p99, P99_MS, "ms")
    return Part([Table("At half load", columns, rows, note)], [goal])


class _Sampler:
    """Reads a server's memory once a second, and how many events it had accepted then."""

    def __init__(self, server: Running) -> None:
        self._server = server
        self._end = Event()
        self.samples: list[tuple[int, float]] = []
        self._thread = Thread(target=self._run)

    def __enter__(self) -> _Sampler:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()
        self._sample()

    def _run(self) -> None:
        while not self._end.wait(1.0):
            self._sample()

    def _sample(self) -> None:
        self.samples.append((servers.accepted(self._server), self._server.memory()))


def long_run(stage: Stage, rates: dict[int, float]) -> Part:
    """Memory and ids over many events, at half of the full load."""
    events = SIZES[-1]
    total = stage.rounds.events
    first = servers.accepted(stage.relay)
    visitors = Visitors(events, next(stage.numbers))
    used, start = stage.relay.processor(), time.monotonic()
    with _Sampler(stage.relay) as sampler:
        posted = open_loop.post(
            stage.relay.url, visitors, rate=rates[events] / 2, requests=total // events
        )
        stage.books.close(f"{total:,} events, {events} in a request", posted.acknowledged)
    seconds = time.monotonic() - start
    used = stage.relay.processor() - used
    by_tenth: dict[int, list[float]] = {}
    for accepted, memory in sampler.samples:
        by_tenth.setdefault(min(9, (accepted - first) * 10 // total), []).append(memory)
    medians = {tenth: statistics.median(found) for tenth, found in sorted(by_tenth.items())}
    rows = [
        (f"{total * tenth // 10:,} to {total * (tenth + 1) // 10:,}", f"{memory:.1f} MB")
        for tenth, memory in medians.items()
    ]
    tenths = list(medians.values())
    # The first tenth fills caches that are bounded.
    growth = (tenths[-1] / tenths[min(1, len(tenths) - 1)] - 1) * 100
    rows.append(("events a second", f"{len(posted.acknowledged) / seconds:,.0f}"))
    rows.append(("relay's processor time for an event", f"{used / total * 1e6:.0f} µs"))
    note = "The relay process's resident memory, median of a sample a second, by events accepted."
    failed = posted.refused + posted.unanswered
    goals = [
        Goal(
            f"memory over {total:,} events, from the second tenth to the last", growth, GROWTH, "%"
        ),
        Goal("requests that failed in the long run", failed, 0),
    ]
    return Part([Table("A long run", ("events", "memory"), rows, note)], goals)


def ids(books: Books) -> Part:
    """Nothing lost, nothing twice."""
    rows = [balance.row() for balance in books.balances]
    columns = ("", "accepted", "delivered", "lost", "doubled")
    note = (
        "`delivered`: distinct ids at Pinterest's stand-in. At half load and in the long run each id that was"
        " answered with 202 is looked for there; at full load, where wrk knows no ids, as many must be there"
        " as the relay has accepted, at least as many as wrk has seen answered, and no more than it sent."
    )
    goals = [
        Goal("events lost", sum(balance.lost for balance in books.balances), 0),
        Goal("events doubled", sum(balance.doubled for balance in books.balances), 0),
    ]
    return Part([Table("Ids in, ids out", columns, rows, note)], goals)
