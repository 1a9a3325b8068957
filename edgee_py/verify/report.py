"""What a visit came to: every event with its outcome, the steps, the match quality, and the verdict."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from edgee_py.pinterest.quality import IDENTIFIERS, carried, next_best
from edgee_py.refusal import Reason
from edgee_py.verify.expectation import Expectation
from edgee_py.verify.record import Heard, Record, as_relayed, summed
from edgee_py.verify.steps import Step

Mark = Literal["good", "note", "bad"]


@dataclass(frozen=True, slots=True)
class Visited:
    """A page that was gone to, and the one that came of it: whether the script was there, and Python ran."""

    asked: str
    url: str
    loaded: bool
    python: bool


@dataclass(frozen=True, slots=True)
class StepResult:
    """A step that was taken. error says what went wrong, "" where nothing did; seconds is its time."""

    step: Step
    error: str
    seconds: float


@dataclass(slots=True)
class Report:
    """All that was heard. allowed: reasons of refusals that are as they should be."""

    record: Record
    console: list[str]
    visited: list[Visited] = field(default_factory=list)
    steps: list[StepResult] = field(default_factory=list)
    pictures: list[Path] = field(default_factory=list)
    allowed: Collection[str] = ()
    _met: set[tuple[str, str]] = field(default_factory=set)

    def meet(self, expectation: Expectation) -> bool:
        """Whether a delivered event is as expected; it meets no other expectation then."""
        for heard in self.record.heard:
            key = (heard.id, heard.event_id)
            is_free = heard.event is not None and key not in self._met
            if is_free and self._counts(heard) and expectation.is_met(heard.event or {}):
                self._met.add(key)
                return True
        return False

    def unmet(self, expectation: Expectation) -> str:
        """Why there is no event as expected, and which there are."""
        events = [each.event for each in self.record.heard if each.event and self._counts(each)]
        near = expectation.nearest(events)
        if near:
            return f"there is one, but {'; '.join(near)}"
        there = ", ".join(_told(each) for each in self.record.heard) or "none"
        other = expectation.misnamed(events)
        return f"no such event was delivered; there were: {there}{f'. {other}' if other else ''}"

    def mark(self, heard: Heard) -> Mark:
        """The verdict on one event."""
        if heard.outcome == "delivered":
            return "good"
        if heard.outcome == "held" or self._is_bot(heard) or heard.reason in self.allowed:
            return "note"
        return "bad"

    @property
    def problems(self) -> list[str]:
        """What is wrong; empty where the visit is as it should be."""
        found = [f"{each.step}: {each.error}" for each in self.steps if each.error]
        for heard in self.record.heard:
            if self.mark(heard) == "bad":
                found.append(f"{heard.call}: {_told(heard)}. {heard.message}")
        if any(each.loaded for each in self.visited) and not self.record.heard:
            found.append("edgee is there, but nothing was called")
        return found

    @property
    def notes(self) -> list[str]:
        """What is worth knowing."""
        found = [
            f"{each.asked} led to {each.url}"
            for each in self.visited
            if each.url.rstrip("/") != each.asked.rstrip("/")
        ]
        without = [each.url for each in self.visited if each.loaded and not each.python]
        if without:
            found.append(f"Python did not run on {', '.join(without)}; the relay did its work")
        if any(self._is_bot(each) for each in self.record.heard):
            found.append(
                "the relay takes no events from headless browsers, so nothing was recorded; events are"
                " shown as they would be sent"
            )
        if self.record.heard and not any(self.record.events()) and self._holds():
            found.append("events wait for consent: give --consent granted, or a step that grants")
        return found + list(dict.fromkeys(self.console))

    def to_json(self) -> dict[str, Any]:
        """Everything, for machines."""
        by_name = self.record.coverage()
        advice = next_best(by_name)
        return {
            "ok": not self.problems,
            "problems": self.problems,
            "notes": self.notes,
            "pages": [
                {
                    "asked": each.asked,
                    "url": each.url,
                    "loaded": each.loaded,
                    "python": each.python,
                }
                for each in self.visited
            ],
            "steps": [
                {"step": str(each.step), "ok": not each.error, "error": each.error}
                for each in self.steps
            ],
            "events": [_event_json(each, self.mark(each)) for each in self.record.heard],
            "counts": summed(self.record.heard),
            "posts": [
                {"url": each.url, "status": each.status, "error": each.error}
                for each in self.record.posts
            ],
            "quality": {
                name: {each: round(found.share(each), 3) for each in IDENTIFIERS}
                for name, found in by_name.items()
            },
            "next": {"identifier": advice.identifier, "event": advice.event_name, "how": advice.how}
            if advice
            else None,
            "screenshots": [str(each) for each in self.pictures],
        }

    def _counts(self, heard: Heard) -> bool:
        """Whether an event can meet an expectation: delivered, or withheld for the browser's sake alone."""
        return heard.outcome == "delivered" or self._is_bot(heard)

    def _is_bot(self, heard: Heard) -> bool:
        return heard.outcome == "refused" and heard.reason == Reason.BOT

    def _holds(self) -> bool:
        return any(each.outcome == "held" for each in self.record.heard)


def _told(heard: Heard) -> str:
    name = " ".join(filter(None, (heard.name or heard.method, heard.label)))
    reason = f" ({heard.reason})" if heard.reason else ""
    return f"{name} {heard.outcome}{reason}"


def _event_json(heard: Heard, mark: Mark) -> dict[str, Any]:
    has = carried(as_relayed(heard.event)) if heard.event else frozenset()
    return {
        "method": heard.method,
        "event_name": heard.name,
        "label": heard.label,
        "outcome": heard.outcome,
        "mark": mark,
        "reason": heard.reason,
        "message": heard.message,
        "problems": heard.problems,
        "url": heard.url,
        "event": heard.event,
        "carries": [each for each in IDENTIFIERS if each in has],
    }
