"""A visitor whose calls go through the pipeline, as a page would make them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from edgee_py.call import Call, Method, Page
from edgee_py.event import Event
from edgee_py.pipeline import Outcome, Surroundings, take
from edgee_py.refusal import Reason, Refusal
from edgee_py.state import State

#: 14 November 2023, 22:13:20 UTC.
NOW = 1_700_000_000_000
SECOND = 1_000
MINUTE = 60 * SECOND

SHOP = Page(url="https://shop.example/", title="Shop")


def data_layer(**collection: Any) -> str:
    """The text of a data layer document."""
    return json.dumps({"data_collection": collection})


class Visitor:
    """Makes calls one second apart, with the ids call-1, call-2, …, on the page they are on."""

    def __init__(self, page: Page = SHOP, state: State | None = None, **said: Any) -> None:
        self.state = state or State()
        self.page = page
        self.around = Surroundings(**said)
        self.now = NOW
        self.outcomes: list[Outcome] = []
        self.problems: list[str] = []
        self._calls = 0

    def visit(self, url: str = "https://shop.example/", **page: Any) -> list[Event]:
        """Open a page: what the facade's `load` call makes of it."""
        self.page = Page(url=url, **page)
        return self.call("load")

    def call(self, method: Method, *arguments: Any, at: int | None = None) -> list[Event]:
        """Make a call; returns the events it let go."""
        self.now += SECOND
        self._calls += 1
        at = self.now if at is None else at
        call = Call(f"call-{self._calls}", at, method, arguments, self.page)
        taken = take(self.state, call, self.around)
        self.state = taken.state
        self.outcomes += taken.outcomes
        self.problems += taken.problems
        return [event for outcome in taken.outcomes for event in outcome.events]

    def one(self, method: Method, *arguments: Any, at: int | None = None) -> Event:
        """Make a call that lets exactly one event go."""
        (event,) = self.call(method, *arguments, at=at)
        return event

    def refused(self, method: Method, *arguments: Any) -> Refusal:
        """Make a call that is refused."""
        assert self.call(method, *arguments) == []
        (refusal,) = self.outcomes[-1].refusals
        return refusal

    def later(self, ms: int) -> None:
        """Let time go by."""
        self.now += ms

    def move(self, url: str, **page: Any) -> None:
        """Navigate within a single-page site: the document and its data layer stay."""
        self.page = replace(self.page, url=url, moved=True, **page)

    @property
    def events(self) -> list[Event]:
        return [event for outcome in self.outcomes for event in outcome.events]

    @property
    def refusals(self) -> list[Refusal]:
        return [refusal for outcome in self.outcomes for refusal in outcome.refusals]

    @property
    def reasons(self) -> list[Reason]:
        return [refusal.reason for refusal in self.refusals]

    @property
    def stored(self) -> str:
        """All the device stores of the visitor."""
        return json.dumps(self.state.write())
