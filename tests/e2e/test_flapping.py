"""A bad connection, and a visitor who does not care: of all that the tabs have taken nothing is lost or doubled."""

from __future__ import annotations

import os
import time
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

from playwright.sync_api import BrowserContext, Page

from tests.e2e.conftest import PageErrors
from tests.e2e.journey import flush
from tests.e2e.network import Fault, Network, Reply
from tests.e2e.pages import OpenShop
from tests.e2e.sandbox_client import Sandbox

#: What the visitor does is all drawn from it; FAULT_SEED=… python3 build.py test … draws another visit.
SEED = int(os.environ.get("FAULT_SEED", "4"))
SECONDS = 15

#: What a browser's console says of a bad connection, and of a page without workers.
FAILS = "Failed to load resource|ERR_|no Python in this page"

FAULTS = (
    Fault.NONE,
    Fault.NONE,
    Fault.REQUEST_LOST,
    Fault.ANSWER_LOST,
    Fault.HANGS,
    Reply(503),
    Reply(429, {"Retry-After": "1"}),
    Reply(502, body="<html>"),
)

#: Python for all tabs, one for each tab, and none.
KINDS = ("", "delete window.SharedWorker", "delete window.SharedWorker; delete window.Worker")


@dataclass
class Visit:
    """A visitor with some tabs; `ids` are the events of the calls that have returned, each named after the visit."""

    name: str
    context: BrowserContext
    network: Network
    urls: list[str]
    random: Random
    tabs: list[Page] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    did: Counter[str] = field(default_factory=Counter)

    def step(self) -> None:
        """Do one thing."""
        if self.random.random() < 0.25:
            self.network.fault = self.random.choice(FAULTS)
        if not self.tabs:
            self.open()
            return
        tab = self.random.choice(self.tabs)
        ways = {
            self.call: 10,
            self.open: 2,
            self.go_on: 4,
            self.reload: 1,
            self.close: 2,
            self.hide: 1,
        }
        do: Any = self.random.choices(list(ways), list(ways.values()))[0]
        self.did[do.__name__] += 1
        if do == self.open:
            if len(self.tabs) < 4:
                self.open()
        else:
            do(tab)
        tab = self.random.choice(self.tabs or self.context.pages or [tab])
        if not tab.is_closed():
            tab.wait_for_timeout(self.random.choice((0, 0, 10, 50, 200)))

    def open(self) -> None:
        tab = self.context.new_page()
        tab.add_init_script(self.random.choice(KINDS))
        self.goto(tab)
        self.tabs.append(tab)

    def goto(self, tab: Page) -> None:
        tab.goto(self.random.choice(self.urls))
        tab.wait_for_function("window.edgee?.load")

    def call(self, tab: Page, then: str = "") -> None:
        ids = [
            f"{self.name}-{SEED}-{len(self.ids) + number}"
            for number in range(self.random.randint(1, 4))
        ]
        tab.evaluate(
            "([ids, then]) => { for (const event_id of ids)"
            " edgee.track({name: 'flap', properties: {event_id}}); eval(then) }",
            [ids, then],
        )
        self.ids += ids

    def go_on(self, tab: Page) -> None:
        """A call in the click that leads to another page."""
        url = self.random.choice(self.urls) + f"?{len(self.ids)}"
        self.call(tab, f"location.href = {url!r}")
        # Not wait_for_url: beyond the page's load it waits for its request's answer, which may never be told.
        tab.wait_for_function("url => location.href === url && window.edgee?.load", arg=url)

    def reload(self, tab: Page) -> None:
        self.call(tab)
        tab.reload()
        tab.wait_for_function("window.edgee?.load")

    def hide(self, tab: Page) -> None:
        """Look at another tab."""
        self.call(tab)
        tab.evaluate("""
            Object.defineProperty(document, "visibilityState", {value: "hidden", configurable: true});
            document.dispatchEvent(new Event("visibilitychange"));
        """)

    def close(self, tab: Page) -> None:
        self.call(tab)
        tab.close()
        self.tabs.remove(tab)


def begin(name: str, context: BrowserContext, far: OpenShop, network: Network) -> Visit:
    """A visit to three pages that nobody has opened yet. The relay counts an id once in all: name is no other's."""
    urls = [far(name, path=f"/t/{name}.html") for name in ("one", "two", "three")]
    return Visit(name, context, network, urls, Random(SEED))


def test_nothing_is_lost_and_nothing_doubled_on_a_bad_connection(
    context: BrowserContext,
    far: OpenShop,
    network: Network,
    sandbox: Sandbox,
    errors: PageErrors,
) -> None:
    errors.allow(FAILS)
    visit = begin("flapping", context, far, network)
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        visit.step()
    network.fault = Fault.NONE
    last = context.new_page()
    for tab in visit.tabs:
        tab.close()
    last.goto(visit.urls[0])
    deadline = time.monotonic() + 15
    while flush(last)["waiting"] or last.evaluate("localStorage._edgee_journal ?? ''"):
        assert time.monotonic() < deadline, last.evaluate("localStorage._edgee_journal")
        last.wait_for_timeout(100)
    came: Counter[str] = Counter()
    deadline = time.monotonic() + 10
    while not came.keys() >= set(visit.ids) and time.monotonic() < deadline:
        last.wait_for_timeout(300)
        came = Counter(entry["event"]["event_id"] for entry in sandbox.events())
    story = f"FAULT_SEED={SEED}, {dict(visit.did)}, {len(visit.ids)} calls"
    lost = set(visit.ids) - came.keys()
    doubled = {id_ for id_, times in came.items() if times > 1}
    assert not lost and not doubled, f"{story}: lost {sorted(lost)}, doubled {sorted(doubled)}"
    assert len(visit.ids) > 10, story
