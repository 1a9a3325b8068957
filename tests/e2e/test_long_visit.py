"""A long visit on a connection that comes and goes: memory, what lies on the device, and counts come out as predicted.

VISIT_MINUTES=30 python3 build.py test tests/e2e/test_long_visit.py -s
"""

from __future__ import annotations

import os
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.e2e.conftest import PageErrors
from tests.e2e.journey import flush
from tests.e2e.network import Fault, Network
from tests.e2e.pages import OpenShop
from tests.e2e.sandbox_client import Sandbox
from tests.e2e.test_flapping import FAILS, SEED, Visit, begin

MINUTES = float(os.environ.get("VISIT_MINUTES", "0.4"))
ROUNDS = max(2, min(10, round(MINUTES)))

#: Bytes that a visit's processes may grow by from the first half of the rounds to the second: the ids of the
#: last 10,000 calls, and two processes that Chromium keeps ready for the next tab or does not.
#: What the worker itself holds is measured to the byte in test_memory.py.
GROWTH = 250 << 20

#: Characters that a journal never goes beyond (docs/limits.md), and as much again for a page that has left.
LONGEST_JOURNAL = 2_000_000


@dataclass
class Balance:
    """What was found at the end of each round, when all tabs but one are closed and all is delivered."""

    memory: list[int] = field(default_factory=list)
    longest_journal: int = 0
    arrivals: set[tuple[int, str]] = field(default_factory=set)

    def count(self, sandbox: Sandbox) -> None:
        """Note what has arrived. The sandbox shows the last 10,000 events, more than a round has."""
        for entry in sandbox.events():
            self.arrivals.add((entry["request"], entry["event"]["event_id"]))

    @property
    def came(self) -> Counter[str]:
        """How often each event has arrived."""
        return Counter(event_id for _, event_id in self.arrivals)


def memory() -> int:
    """Bytes of memory of this process's browsers, shared pages counted once among those who share them."""
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            found = re.search(r"^PPid:\t(\d+)", status.read_text(), re.MULTILINE)
        except OSError:
            continue
        if found:
            children.setdefault(int(found[1]), []).append(int(status.parent.name))
    total = 0
    waiting = [os.getpid()]
    while waiting:
        process = waiting.pop()
        waiting += children.get(process, [])
        try:
            rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
            name = Path(f"/proc/{process}/comm").read_text()
        except OSError:
            continue
        if name.startswith(("chrom", "headless")):
            total += 1024 * int(re.findall(r"^Pss: +(\d+)", rollup, re.MULTILINE)[0])
    return total


def least_memory(page: Page) -> int:
    """What is left once the processes of tabs that were closed have ended."""
    found = [memory()]
    while len(found) < 10 or min(found[-5:]) < min(found[:-5]):
        page.wait_for_timeout(500)
        found.append(memory())
    return min(found)


def stored(page: Page) -> int:
    """Characters that are kept of calls on the device."""
    kept: int = page.evaluate("""
        Object.entries(localStorage).reduce(
            (sum, [key, text]) => sum + (key.startsWith("_edgee_journal") ? text.length : 0), 0)
    """)
    return kept


def settle(visit: Visit, sandbox: Sandbox, balance: Balance) -> None:
    """End a round: one tab is left, with Python, and sends what there is."""
    visit.network.fault = Fault.NONE
    for tab in visit.tabs:
        tab.close()
    visit.tabs.clear()
    last = visit.context.new_page()
    last.goto(visit.urls[0])
    deadline = time.monotonic() + 150
    while flush(last)["waiting"] or stored(last):
        balance.longest_journal = max(balance.longest_journal, stored(last))
        assert time.monotonic() < deadline, "calls still wait"
        last.wait_for_timeout(200)
    sandbox.wait_for_outbox(60)
    balance.count(sandbox)
    last.request_gc()
    balance.memory.append(least_memory(last))
    last.close()


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="needs Linux's /proc")
def test_a_long_visit_comes_out_as_predicted(
    context: BrowserContext,
    far: OpenShop,
    network: Network,
    sandbox: Sandbox,
    errors: PageErrors,
) -> None:
    errors.allow(FAILS)
    visit = begin("long", context, far, network)
    balance = Balance()
    for _ in range(ROUNDS):
        end = time.monotonic() + MINUTES * 60 / ROUNDS
        while time.monotonic() < end:
            visit.step()
            if visit.tabs and sum(visit.did.values()) % 20 == 0:
                balance.longest_journal = max(balance.longest_journal, stored(visit.tabs[0]))
        settle(visit, sandbox, balance)
    made = set(visit.ids)
    deadline = time.monotonic() + 10
    while not balance.came.keys() >= made and time.monotonic() < deadline:
        time.sleep(0.3)
        balance.count(sandbox)
    half = ROUNDS // 2
    growth = min(balance.memory[half:]) - min(balance.memory[:half])
    megabytes = [each >> 20 for each in balance.memory]
    story = (
        f"FAULT_SEED={SEED}, {MINUTES:g} minutes, {dict(visit.did)}: {len(made)} calls; "
        f"memory after each round {megabytes} MB; longest journal {balance.longest_journal}"
    )
    print(story)
    came = balance.came
    lost = made - came.keys()
    doubled = {id_ for id_, times in came.items() if times > 1}
    assert not lost and not doubled, f"{story}: lost {sorted(lost)}, doubled {sorted(doubled)}"
    assert growth < GROWTH, story
    assert balance.longest_journal < LONGEST_JOURNAL, story
