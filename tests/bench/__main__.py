"""`python3 build.py bench [--quick]`: measure everything, print each table, write results.md.

Servers, sink and browser are on this machine: the figures tell one thing from another, not what a visitor's
network adds. --quick measures less often and writes nothing.
"""

from __future__ import annotations

import argparse
import datetime
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench import arrival, boot, calls, core, leaving, load, machine, memory
from tests.bench.report import Part, Table, goals_table
from tests.bench.setting import FULL, QUICK, Rounds, Setting, setting
from tests.bench.tools import Tool, tools
from web.tools.steps import say

RESULTS = Path(__file__).with_name("results.md")

INTRODUCTION = """\
# Benchmark

Written by `python3 build.py bench` on {date}: {machine}. Servers, sink and browser on the one machine, no
network in between. What is compared was measured in turn, {boots} starts, {loads} loads and {visits} visits
each. The other libraries are their npm builds with the defaults of their own quick starts, bundled with
esbuild (see peers/); their sink is on an origin of its own, as their servers are.
"""


OURS: dict[str, Callable[[Setting], Part]] = {
    "CPython": core.measure,
    "the start of Python, ours and stock Pyodide's": boot.measure,
    "the worker": memory.measure,
}
BESIDE: dict[str, Callable[[Setting, list[Tool]], Part]] = {
    "how pages load with each library (a minute and a half)": load.measure,
    "calls": calls.measure,
    "how long calls travel": arrival.measure,
    "visitors who leave (two minutes)": leaving.measure,
}


def measured(setting: Setting) -> Iterator[Part]:
    """Everything, part by part."""
    for name, measure in OURS.items():
        say(f"\nMeasuring {name} …")
        yield measure(setting)
    compared = tools(setting)
    for name, compare in BESIDE.items():
        say(f"\nMeasuring {name} …")
        yield compare(setting, compared)


def document(tables: list[Table], chromium: str, rounds: Rounds) -> str:
    """The text of results.md."""
    introduction = INTRODUCTION.format(
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        machine=machine.description(f"Chromium {chromium}", machine.pyodide()),
        boots=rounds.boots,
        loads=rounds.loads,
        visits=rounds.visits,
    )
    return "\n\n".join((introduction.rstrip(), *(table.markdown() for table in tables))) + "\n"


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="build.py bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer runs; results.md stays")
    rounds = QUICK if parser.parse_args().quick else FULL
    start = time.monotonic()
    total = Part()
    with tempfile.TemporaryDirectory() as folder, setting(Path(folder), rounds) as servers:
        for part in measured(servers):
            for table in part.tables:
                say(f"\n{table.plain()}")
            total.tables += part.tables
            total.goals += part.goals
        chromium = servers.browser.version
    goals = goals_table(total.goals)
    say(f"\n{goals.plain()}\n\n{time.monotonic() - start:.0f} s")
    if rounds is FULL:
        RESULTS.write_text(document([goals, *total.tables], chromium, rounds))
        say("Written to tests/bench/results.md.")


if __name__ == "__main__":
    main()
