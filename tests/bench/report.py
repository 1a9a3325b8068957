"""Tables, on the terminal as they come and in results.md at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Table:
    """Rows of text under a title; the note says how to read them."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    note: str = ""

    def plain(self) -> str:
        """For a terminal: the first column flush left, figures flush right."""
        lines = [self.columns, *self.rows]
        widths = [max(len(line[place]) for line in lines) for place in range(len(self.columns))]

        def line(cells: tuple[str, ...]) -> str:
            first, *others = (
                cell.rjust(width) if place else cell.ljust(width)
                for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
            )
            return "  ".join((first, *others))

        return "\n".join((self.title, *(f"  {line(cells)}" for cells in lines)))

    def markdown(self) -> str:
        """For results.md."""
        rule = ("---", *("---:" for _ in self.columns[1:]))
        lines = [f"| {' | '.join(cells)} |" for cells in (self.columns, rule, *self.rows)]
        parts = [f"## {self.title}", self.note, "\n".join(lines)]
        return "\n\n".join(part for part in parts if part)


@dataclass(frozen=True)
class Goal:
    """One of the goals that are set for this project: measured may not exceed bound.

    at_least: it may not fall short of it.
    """

    what: str
    measured: float
    bound: float
    unit: str = ""
    at_least: bool = False

    def row(self) -> tuple[str, ...]:
        """As the table of goals shows it."""
        reached = self.measured >= self.bound if self.at_least else self.measured <= self.bound
        bound = f"{'≥' if self.at_least else '≤'} {self._text(self.bound)}"
        return (self.what, bound, self._text(self.measured), "met" if reached else "not met")

    def _text(self, value: float) -> str:
        text = f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.2f}"
        return f"{text} {self.unit}".rstrip()


@dataclass
class Part:
    """What one module has measured."""

    tables: list[Table] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)


def goals_table(goals: Sequence[Goal]) -> Table:
    """Which goals are met."""
    return Table("Goals", ("Goal", "Bound", "Measured", ""), [goal.row() for goal in goals])
