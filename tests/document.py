"""A page of docs/ as data: its fenced blocks, for the tests that run them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.demo_server import ROOT


@dataclass(frozen=True)
class Fenced:
    """A fenced block. heading is the section it stands in, before the paragraph above it."""

    heading: str
    before: str
    language: str
    text: str


def fenced(page: str) -> list[Fenced]:
    """The blocks of a page of docs/, in order."""
    found = []
    heading, before = "", ""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    parts = re.split(r"^```(\w+)\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    for prose, language, block in zip(parts[0::3], parts[1::3], parts[2::3], strict=False):
        heading = (re.findall(r"^#+ (.+)$", prose, re.MULTILINE) or [heading])[-1]
        before = " ".join(prose.strip().rpartition("\n\n")[2].split())
        found.append(Fenced(heading, before, language, block))
    return found
