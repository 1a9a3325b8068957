"""README.md and the pages of docs/ that go on from it, as data: code blocks and tables, for the tests
that hold them against the product.

The pages with tests of their own (cli.md, testing.md, quick-start.md, from-….md) are not among them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tests.demo_server import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")

PAGES = (
    "calls.md",
    "data-layer.md",
    "consent.md",
    "debugging.md",
    "production.md",
    "settings.md",
    "mapping.md",
    "python.md",
    "http.md",
    "failures.md",
    "limits.md",
)

#: README and pages in one text. Where something stands in it is no matter; that it stands there once is.
MANUAL = "\n".join(
    [README, *((ROOT / "docs" / page).read_text(encoding="utf-8") for page in PAGES)]
)

#: The same in one line, for what a sentence says wherever it is wrapped.
SENTENCES = " ".join(MANUAL.split())

#: The address that stands for the reader's own relay.
RELAY = "https://shop.example/_edgee"

Row = list[str]


@dataclass(frozen=True)
class Block:
    """A fenced block. heading is the section it stands in."""

    heading: str
    language: str
    text: str


def blocks(language: str, heading: str = "") -> list[str]:
    """The texts of the blocks of a language, in one section or in all."""
    return [
        block.text
        for block in _BLOCKS
        if block.language == language and heading in ("", block.heading)
    ]


def tables(*header: str) -> list[list[Row]]:
    """The rows of each table with this header, cells as they are written."""
    found: list[list[Row]] = []
    rows: list[Row] | None = None
    for line in MANUAL.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line[:1] == "|" else None
        if cells is None:
            rows = None
        elif cells == list(header):
            rows = []
            found.append(rows)
        elif rows is not None and set(line) - set("|- "):
            rows.append(cells)
    assert found and all(found), f"There is no table {header}"
    return found


def table(*header: str) -> list[Row]:
    """The rows of the one table with this header."""
    [rows] = tables(*header)
    return rows


def codes(text: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`]+)`", text)


def code(text: str) -> str:
    """The one thing that stands between backticks."""
    [found] = codes(text)
    return found


def commands() -> list[str]:
    """The command lines a reader types, without prompt and remark."""
    lines = "".join(blocks("console")).splitlines()
    assert all(line.startswith("$ ") for line in lines)
    return [line.removeprefix("$ ").partition(" #")[0].strip() for line in lines]


def typed() -> list[str]:
    """Every command and other code a reader is shown outside of longer blocks."""
    prose = re.sub(r"^```.*?^```$", "", MANUAL, flags=re.MULTILINE | re.DOTALL)
    return [*commands(), *codes(prose)]


def configuration(folder: Path) -> Path:
    """The edgee.toml of docs/settings.md, written to a folder with the outbox beside it."""
    [text] = blocks("toml")
    file = folder / "edgee.toml"
    file.write_text(text.replace("/var/lib/edgee", str(folder)))
    return file


def sources(folder: str, suffix: str) -> str:
    """All source text below a folder."""
    return "\n".join(file.read_text() for file in sorted((ROOT / folder).rglob(f"*{suffix}")))


def _blocks() -> list[Block]:
    found = []
    heading = ""
    pattern = re.compile(
        r"^#+ (?P<heading>[^\n]+)$|^```(?P<language>\w+)\n(?P<text>.*?)^```$",
        re.MULTILINE | re.DOTALL,
    )
    for match in pattern.finditer(MANUAL):
        if match["language"]:
            found.append(Block(heading, match["language"], match["text"]))
        else:
            heading = match["heading"]
    return found


_BLOCKS = _blocks()
