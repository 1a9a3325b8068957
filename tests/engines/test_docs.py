"""docs/limits.md against what is run."""

from __future__ import annotations

from tests.engines.choice import ENGINES
from tests.readme import code, table


def test_the_engines_are_those_that_are_told_of() -> None:
    rows = table("Engine", "Run as", "Seen with", "What differs")
    assert [code(row[0]) for row in rows] == list(ENGINES)
