"""What the journeys ask of a browser, whichever engine it has."""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from typing import Any

#: How long a browser may take for one thing, seconds.
PATIENCE = 30


class Failed(Exception):
    """The browser could not do it, or the page's script has raised; the text is what was said."""


class Tab(ABC):
    """One tab."""

    @abstractmethod
    def goto(self, url: str) -> None:
        """Open an address, and wait until its page has loaded."""

    @abstractmethod
    def close(self) -> None:
        """Close it as a visitor does."""

    @abstractmethod
    def run(self, script: str) -> Any:
        """Run the body of an async function in the page; returns the text that it returns.

        Raises:
            Failed: where it raises, or its page goes away meanwhile.
        """

    def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page, or of the promise that it is.

        Raises:
            Failed: as `run`.
        """
        text = self.run(f"return JSON.stringify({{value: await ({expression})}})")
        return json.loads(text).get("value")

    def wait_for(self, expression: str) -> Any:
        """Wait until an expression is true in the page, be it the page that comes next; returns its value."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                value = self.evaluate(expression)
            except Failed as failure:
                value, reason = None, f": {failure}"
            else:
                reason = f" but {value!r}"
            if value:
                return value
            assert time.monotonic() < deadline, f"{expression} did not come true{reason}"
            time.sleep(0.05)


class Visitor(ABC):
    """A visitor, with cookies, storage and cache of their own."""

    @abstractmethod
    def new_tab(self) -> Tab:
        """Open a tab."""


class Engine(ABC):
    """A running browser."""

    #: As it is called in EDGEE_ENGINES.
    name: str
    version: str
    #: Whether, when it is driven, it keeps what it has loaded on disk, and pages for going back to them.
    keeps_files: bool
    keeps_pages: bool

    @abstractmethod
    def visitor(self) -> AbstractContextManager[Visitor]:
        """Have a new visitor, whose tabs are closed at the end of the block."""

    @abstractmethod
    def without_webassembly(self) -> AbstractContextManager[Engine]:
        """Start it a second time without WebAssembly, as visitors have it who have switched that off."""

    @classmethod
    @abstractmethod
    def launched(cls) -> AbstractContextManager[Engine]:
        """Start the browser.

        Raises:
            Absent: where there is none.
        """


class Absent(Exception):
    """There is no such browser on this machine; the text says how to get one."""
