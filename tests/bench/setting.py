"""What every measurement is given: the browser, the servers, and how often to measure."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from edgee_py.verify.chromium import launch_options
from tests.bench.sink import Sink
from tests.demo_server import demo_server
from tests.e2e.pages import document


@dataclass(frozen=True)
class Rounds:
    """How often each thing is measured."""

    boots: int
    loads: int
    calls: int
    visits: int
    bursts: int
    events: tuple[int, int]


FULL = Rounds(boots=5, loads=3, calls=2, visits=10, bursts=30, events=(1000, 10_000))
QUICK = Rounds(boots=1, loads=1, calls=1, visits=1, bursts=5, events=(100, 1000))


#: As in production: pages tell the inspector nothing unless it is open to all.
SECRET = "the-benchmarks-own"

#: A page with nothing on it.
BARE = "bare.html"


@dataclass(frozen=True)
class Setting:
    """origin is the demo server; isolated is another one, whose pages have a finer clock (see site.py).

    pages is the folder that both show.
    """

    browser: Browser
    origin: str
    isolated: str
    sink: Sink
    pages: Path
    rounds: Rounds

    @property
    def user_agent(self) -> str:
        """An ordinary visitor's: some libraries send nothing from browsers that call themselves headless."""
        version = self.browser.version.partition(".")[0]
        system = "X11; Linux x86_64"
        engine = f"Chrome/{version}.0.0.0 Safari/537.36"
        return f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) {engine}"


@contextmanager
def setting(folder: Path, rounds: Rounds) -> Iterator[Setting]:
    """Start all of it; it ends with the block."""
    pages = folder / "pages"
    pages.mkdir()
    (pages / BARE).write_text(document("", ""))
    with (
        demo_server(folder / "data", folder / "output.txt", shop=pages, secret=SECRET) as origin,
        demo_server(
            folder / "isolated",
            folder / "isolated.txt",
            shop=pages,
            program="tests.bench.site",
            secret=SECRET,
        ) as isolated,
        Sink().serving() as sink,
        sync_playwright() as playwright,
    ):
        options = launch_options(playwright)
        # Some libraries send nothing from a browser that says it is driven by a program.
        options["args"].append("--disable-blink-features=AutomationControlled")
        browser = playwright.chromium.launch(**options)
        yield Setting(browser, origin, isolated, sink, pages, rounds)
        browser.close()


def median(values: Sequence[float]) -> float:
    """The median; not a number where nothing was measured."""
    return statistics.median(values) if values else float("nan")


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that so many percent of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]
