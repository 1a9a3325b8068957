"""Where a command's words go: a terminal gets colours and tables, a pipe plain lines, --json one document."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal, NoReturn

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

Mark = Literal["good", "note", "bad"]

#: How each mark looks: before a line in a pipe, before a line on a terminal, and in which colour.
_MARKS: dict[Mark, tuple[str, str, str]] = {
    "good": ("ok", "✓", "green"),
    "note": ("note", "●", "yellow"),
    "bad": ("wrong", "✗", "red"),
}
#: What a column needs of a terminal's width, the space before it included.
_LEAST_WIDTH = 6
_MARK_WIDTH = max(len(word) for word, _, _ in _MARKS.values())


class Output:
    """The output of one command.

    With as_json nothing is printed but `document` and errors: what is said for people is left out.
    """

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self._console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
        self._errors = Console(stderr=True, highlight=False, markup=False, emoji=False)

    @property
    def is_terminal(self) -> bool:
        """Whether a person reads along."""
        return self._console.is_terminal and not self.as_json

    def say(self, text: str = "", style: str = "") -> None:
        """A line for people. Nothing in it acts on the terminal, whoever wrote it."""
        if not self.as_json:
            self._console.print(Text(printable(text), style))

    def show(self, value: Any) -> None:
        """A value as JSON, for people."""
        for line in json.dumps(value, indent=2, ensure_ascii=False).splitlines():
            self.say(line, "dim")

    def warn(self, text: str) -> None:
        """A line before a question: for people too where the output goes elsewhere."""
        typer.echo(printable(text), err=True)

    def mark(self, mark: Mark, text: str) -> None:
        """A line with a verdict before it."""
        word, sign, colour = _MARKS[mark]
        if self.is_terminal:
            self._console.print(Text.assemble((f"{sign} ", colour), printable(text)))
        else:
            self.say(f"{word:{_MARK_WIDTH}}  {text}")

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Rows under a header; in a pipe the rows alone, two spaces between columns."""
        rows = [[printable(cell) for cell in row] for row in rows]
        if self.is_terminal:
            table = Table(box=None, pad_edge=False, header_style="bold")
            first, *others = header
            width = max(len(row[0]) for row in [header, *rows])
            # What a row is about stays in one piece, unless the others would have no room left.
            is_whole = width + _LEAST_WIDTH * len(others) <= self._console.width
            table.add_column(first, overflow="fold", no_wrap=is_whole)
            for name in others:
                table.add_column(name, overflow="fold")
            for row in rows:
                table.add_row(*map(Text, row))
            self._console.print(table, soft_wrap=False)
            return
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self.say("  ".join(cells).rstrip())

    def note(self, text: str) -> None:
        """A remark beside the output, which goes where a pipe does not."""
        typer.echo(printable(text), err=True)

    def raw(self, text: str) -> None:
        """Text of our own to copy or to write to a file, letter by letter, on a terminal too."""
        if not self.as_json:
            typer.echo(text)

    def document(self, document: Any) -> None:
        """What --json prints; escaped to ASCII, so that nothing in it acts on a terminal."""
        if self.as_json:
            typer.echo(json.dumps(document, indent=2))

    @contextmanager
    def working(self, text: str) -> Iterator[None]:
        """Show on a terminal that something takes its time."""
        if self._errors.is_terminal:
            with self._errors.status(Text(printable(text))):
                yield
        else:
            yield

    @contextmanager
    def progress(self, text: str) -> Iterator[Callable[[str], None]]:
        """Show on a terminal what is being done; what is yielded is told of each next thing."""
        if not self._errors.is_terminal:
            yield lambda _: None
            return
        with self._errors.status(Text(printable(text))) as status:
            yield lambda told: status.update(Text(printable(told)))

    def confirm(self, question: str) -> None:
        """Go on where a person agrees, and end the command otherwise."""
        try:
            agreed = typer.confirm(question, err=True)
        except typer.Abort:  # Ctrl-C, or nobody at the other end
            typer.echo(err=True)
            self.fail("nothing is done: nobody has answered. --yes agrees beforehand")
        if not agreed:
            self.fail("nothing is done")

    def fail(self, error: Exception | str) -> NoReturn:
        """End with one line that says what is wrong."""
        message = printable(str(error))
        self.document({"error": message})
        typer.echo(f"edgee: {message}", err=True)
        raise typer.Exit(1)


def printable(text: str) -> str:
    """The text with all that a terminal would act on written out: controls, bidi and other formats."""
    return "".join(
        c if c == " " or unicodedata.category(c)[0] not in "CZ" else _escape(c) for c in text
    )


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode()
