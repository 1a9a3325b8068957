"""`python3 build.py bench relay [--quick]`: the relay under load, each table as it comes, relay_results.md.

Everything runs on this machine, on as many cores as it has: relay, load and Pinterest's stand-in share them.
--quick measures less and writes nothing.
"""

from __future__ import annotations

import argparse
import datetime
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from tests import programs
from tests.bench import machine
from tests.bench.relay import cluster, forwarding, stages, wrk
from tests.bench.relay.stages import Rounds
from tests.bench.report import Part, Table, goals_table
from web.tools.steps import BUILD, Trouble, say

RESULTS = Path(__file__).parents[1] / "relay_results.md"

FULL = Rounds(rounds=5, seconds=8, calm=20, events=1_000_000, forwarded=100_000)
QUICK = Rounds(rounds=2, seconds=3, calm=5, events=20_000, forwarded=20_000)

INTRODUCTION = """\
# Benchmark of the relay

Written by `python3 build.py bench relay` on {date}: {machine}. Relay (one process, as `edgee serve` runs it,
rate limit and all other checks on), load and Pinterest's stand-in share the machine; a write of 4 KiB with
fsync takes {fsync:.2f} ms here (median). A request is what a browser posts through a proxy: a checkout of two
products as our worker maps it, with hashed personal fields, from a different visitor each, every event with
a random id of its own. The bare endpoint is Starlette on the same server: it reads the body and answers with
as many bytes. The relay answers once its events are on disk (SQLite, synchronous=FULL) and forwards them
meanwhile.
"""


def fsync_ms(folder: Path) -> float:
    """What the disk takes to keep something (ms, median)."""
    times = []
    with (folder / "fsync").open("wb") as file:
        for _ in range(100):
            start = time.perf_counter()
            file.write(bytes(4096))
            file.flush()
            os.fdatasync(file.fileno())
            times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def measured(folder: Path, rounds: Rounds) -> Iterator[Part]:
    """Everything, part by part."""
    with stages.stage(folder, rounds) as stage:
        say("\nMeasuring the relay and the bare endpoint at full load …")
        part, rates = stages.throughput(stage)
        yield part
        say("\nMeasuring at half load …")
        yield stages.calm(stage, rates)
        say(f"\nPosting {rounds.events:,} events …")
        yield stages.long_run(stage, rates)
        yield stages.ids(stage.books)
    say("\nMeasuring the forwarder …")
    yield forwarding.measure(folder, rounds.forwarded)
    say("\nMeasuring relay and forwarder with NATS …")
    yield cluster.measure(folder / "nats", min(rounds.rounds, 3), min(rounds.seconds, 4))


def description() -> str:
    """The machine and the programs."""
    packages = ("starlette", "uvicorn", "uvloop", "httptools", "msgspec")
    programs = [f"{name} {version(name)}" for name in packages]
    return machine.description(wrk.version(), *programs)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="build.py bench relay", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less of it; relay_results.md stays")
    parser.add_argument("--events", type=int, help="events of the long run")
    given = parser.parse_args()
    rounds = QUICK if given.quick else FULL
    if given.events:
        rounds = replace(rounds, events=given.events)
    start = time.monotonic()
    total = Part()
    BUILD.mkdir(exist_ok=True)
    try:
        wrk.require()
        programs.require("nats-server")
        # Not in a folder for temporary files, which may be in memory.
        with tempfile.TemporaryDirectory(dir=BUILD) as name:
            folder = Path(name)
            fsync = fsync_ms(folder)
            for part in measured(folder, rounds):
                for table in part.tables:
                    say(f"\n{table.plain()}")
                total.tables += part.tables
                total.goals += part.goals
    except Trouble as trouble:
        sys.exit(f"build.py: {trouble}")
    goals = goals_table(total.goals)
    say(f"\n{goals.plain()}\n\n{time.monotonic() - start:.0f} s")
    if not given.quick:
        RESULTS.write_text(document([goals, *total.tables], fsync))
        say("Written to tests/bench/relay_results.md.")


def document(tables: list[Table], fsync: float) -> str:
    """The text of relay_results.md."""
    date = datetime.datetime.now(datetime.UTC).date().isoformat()
    introduction = INTRODUCTION.format(date=date, machine=description(), fsync=fsync)
    return "\n\n".join((introduction.rstrip(), *(table.markdown() for table in tables))) + "\n"


if __name__ == "__main__":
    main()
