"""Figures in docs/limits.md and docs/scale.md, against the benchmarks' results and the model's own arithmetic."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from edgee_py.relay.forwarder import GATHER
from tests.demo_server import ROOT

#: A benchmark is not the same twice; beyond this a page tells something else than was measured.
NOISE = 0.25
#: What scale.md assumes: seconds that Pinterest takes.
ANSWER = 0.3

BENCH = ROOT / "tests" / "bench"
PAGE, RELAY = BENCH / "results.md", BENCH / "relay_results.md"


def said(page: str, pattern: str) -> float:
    """The one number in a page at the # of a pattern."""
    text = " ".join((ROOT / "docs" / page).read_text(encoding="utf-8").split())
    [found] = re.findall(pattern.replace("#", r"([\d,.]*\d)"), text)
    return float(found.replace(",", ""))


def cell(results: Path, section: str, row: str, column: int) -> float:
    """A number of the results; column 1 is beside the row's name."""
    text = results.read_text(encoding="utf-8")
    _, _, rest = text.partition(f"## {section}\n")
    [line] = re.findall(rf"^\| {re.escape(row)} \|(.*)", rest.partition("\n## ")[0], re.MULTILINE)
    return float(re.sub(r"[^\d.]", "", line.split("|")[column - 1]))


@pytest.mark.parametrize(
    ("page", "pattern", "unit", "measured"),
    [
        ("limits.md", "ready # s after a first", 1000, (PAGE, "Start of Python", "Python ready, first visit", 1)),
        ("limits.md", "navigation, # s after the next", 1000, (PAGE, "Start of Python", "Python ready, next page", 1)),
        ("limits.md", "main thread # ms", 1000, (PAGE, "One call on the main thread", "edgee-py", 1)),
        ("limits.md", "relay's disk # ms", 1, (PAGE, "From a call to its arrival, on a first visit", "edgee-py", 2)),
        ("scale.md", r"posts of one event \| # a", 1, (RELAY, "At full load", "1 in a request, medians", 2)),
        ("scale.md", r"posts of one event \| \S+ a second \| #", 1, (RELAY, "With NATS as the outbox", "answers at once", 1)),
        ("scale.md", r"posts of ten \| # a", 1, (RELAY, "At full load", "10 in a request, medians", 2)),
        ("scale.md", r"posts of ten \| \S+ a second, #", 1, (RELAY, "At full load", "10 in a request, medians", 3)),
        ("scale.md", r"answers at once \| #", 1, (RELAY, "One forwarder", "answers at once", 2)),
        ("scale.md", r"answers at once \| \S+ events a second \| #", 1, (RELAY, "With NATS as the outbox", "answers at once", 3)),
        ("scale.md", r"answers after 300 ms \| #", 1, (RELAY, "One forwarder", "answers after 300 ms", 2)),
        ("scale.md", r"answers after 300 ms \| \S+ events a second \| #", 1, (RELAY, "With NATS as the outbox", "answers after 300 ms", 3)),
        ("scale.md", "a second are # of what", 1, (RELAY, "At full load", "1 in a request, medians", 4)),
        ("scale.md", "one event are answered within # ms", 1, (RELAY, "At half load", "relay, 1 in a request", 4)),
        ("scale.md", "posts of ten within # ms", 1, (RELAY, "At half load", "relay, 10 in a request", 4)),
    ],
)  # fmt: skip
def test_what_a_page_says_was_measured(
    page: str, pattern: str, unit: float, measured: tuple[Path, str, str, int]
) -> None:
    assert said(page, pattern) * unit == pytest.approx(cell(*measured), rel=NOISE)


def test_the_model_reckons_as_it_says() -> None:
    bytes_of_id = said("scale.md", "# bytes of memory for the stream's") + said(
        "scale.md", "and # bytes of memory and"
    )
    hours = said("scale.md", "for the forwarders' note, for # hours")
    rate = said("scale.md", r"About # events a second, with NATS")
    told = said("scale.md", r"of ids are # GB of the server's memory")
    assert told == pytest.approx(rate * hours * 3600 * bytes_of_id / 1e9, rel=0.05)
    table = said("scale.md", r"memory for them, in NATS \| # GB")
    assert table == pytest.approx(100 * hours * 3600 * bytes_of_id / 1e9, rel=0.05)
    calls = said("scale.md", r"calls to Pinterest a minute \| #")
    assert calls == pytest.approx(60 / (ANSWER + GATHER), rel=0.05)
