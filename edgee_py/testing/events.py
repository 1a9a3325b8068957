"""`edgee_events`: what a test expects of its pages' events."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from playwright.sync_api import Error, Page

from edgee_py.sandbox import RunningSandbox
from edgee_py.verify.expectation import Expectation
from edgee_py.verify.listener import Listener
from edgee_py.verify.record import Heard
from edgee_py.verify.script_tag import Scripts

Event = dict[str, Any]
Found = TypeVar("Found")

_LOOK_MS = 50
#: Python is asked to deliver what there is once in so many seconds.
_FLUSH_SECONDS = 1.0
#: A page may take so long (seconds) to hand its events over: Python has to start in it first.
_PATIENCE = 30.0


class EdgeeEvents:
    """The events of one test. What is expected may take its time; what has met one expectation meets no other."""

    def __init__(self, page: Page, sandbox: RunningSandbox) -> None:
        self._page = page
        self._sandbox = sandbox
        self._listener = Listener(page.context, workers=False)
        self._scripts = Scripts(page.context)
        self._met: set[tuple[str, str]] = set()

    def expect(self, name: str, *, timeout: float = _PATIENCE, **fields: Any) -> Event:
        """Wait for an event at Pinterest's stand-in.

        Args:
            name: one of Pinterest's events (`checkout`), else a tracked name (`Lamp opened`).
            timeout: how long to wait, in seconds.
            fields: what the event must hold, by Pinterest's names: `value="59.90"`, `order_id="1001"`.
                Numbers are compared as numbers; `email`, `user_id` and the like by their hashes.

        Returns:
            The event, as Pinterest would get it.

        Raises:
            AssertionError: where none arrives, with what did arrive.
        """
        __tracebackhide__ = True
        expectation = Expectation(name, fields)
        event = self._wait(lambda: self._meet(expectation), timeout)
        if event is None:
            raise AssertionError(self._unmet(expectation, timeout))
        return event

    def expect_none(self, name: str, **fields: Any) -> None:
        """Check that there is no such event once everything is delivered.

        Raises:
            AssertionError: where there is one.
        """
        __tracebackhide__ = True
        self.settle()
        expectation = Expectation(name, fields)
        found = [event for event in self.all() if expectation.is_met(event)]
        if found:
            raise AssertionError(f"edgee_events: {expectation} did arrive.\n{self._told()}")

    def expect_refused(self, reason: str, *, timeout: float = _PATIENCE) -> str:
        """Wait for a call to be refused for a reason (`missing_name`, `consent_denied`, …).

        Returns:
            The message that the site owner gets.

        Raises:
            AssertionError: where none is, with what became of the calls.
        """
        __tracebackhide__ = True
        found = self._wait(lambda: self._one("refused", reason), timeout)
        if found is None:
            raise AssertionError(f"edgee_events: no call was refused as {reason}.\n{self._told()}")
        return found.message

    def expect_held(self, method: str = "", *, timeout: float = _PATIENCE) -> None:
        """Wait for a call that waits for consent; method is `page`, `track` or `user`, or any.

        Raises:
            AssertionError: where none does, with what became of the calls.
        """
        __tracebackhide__ = True
        if self._wait(lambda: self._one("held", method=method), timeout) is None:
            raise AssertionError(f"edgee_events: no call waits for consent.\n{self._told()}")

    def all(self) -> list[Event]:
        """Every event that has arrived so far, oldest first, each once."""
        return [each["event"] for each in self._sandbox.events(unique="true")]

    def settle(self, timeout: float = _PATIENCE) -> None:
        """Have everything delivered that the pages have called so far."""
        self._flush(timeout)
        self._wait(self._has_arrived, timeout)

    def close(self) -> None:
        """Stop listening."""
        self._listener.close()

    def _meet(self, expectation: Expectation) -> Event | None:
        for event in self.all():
            key = (event["event_id"], event["event_name"])
            if key not in self._met and expectation.is_met(event):
                self._met.add(key)
                return event
        return None

    def _one(self, outcome: str, reason: str = "", method: str = "") -> Heard | None:
        for heard in self._listener.record.heard:
            is_method = (
                not method or heard.method == method or (heard.method, method) == ("load", "page")
            )
            if heard.outcome == outcome and reason in ("", heard.reason) and is_method:
                return heard
        return None

    def _has_arrived(self) -> bool | None:
        """Whether what the relay has taken has got to the stand-in; None where not."""
        there = {each["event"]["event_id"] for each in self._sandbox.events()}
        delivered = (h for h in self._listener.record.heard if h.outcome == "delivered")
        return True if all(each.event_id in there for each in delivered) else None

    def _wait(self, look: Callable[[], Found | None], timeout: float) -> Found | None:
        """What is looked for, once it is there. The browser is heard only while something is asked of it."""
        deadline = time.monotonic() + timeout
        flushed = 0.0
        while (found := look()) is None:
            now = time.monotonic()
            if now > deadline:
                return None
            if now - flushed > _FLUSH_SECONDS:
                self._flush(_FLUSH_SECONDS)
                flushed = time.monotonic()
            with suppress(Error):
                self._page.wait_for_timeout(_LOOK_MS)
        return found

    def _flush(self, timeout: float) -> None:
        for page in self._page.context.pages:
            self._listener.settle(page, timeout)

    def _unmet(self, expectation: Expectation, timeout: float) -> str:
        left = [
            event
            for event in self.all()
            if (event["event_id"], event["event_name"]) not in self._met
        ]
        hint = ""
        if near := expectation.nearest(left):
            hint = f" The nearest: {'; '.join(near)}."
        elif other := expectation.misnamed(left):
            hint = f" {other}."
        return f"edgee_events: no {expectation} within {timeout:g} s.{hint}\n{self._told()}"

    def _told(self) -> str:
        """Everything that is known, a line each."""
        lines = ["What arrived:"]
        for each in self._sandbox.events(unique="true"):
            lines.append(f"  {_line(each)}")
        if len(lines) == 1:
            lines = ["Nothing arrived."]
        other = [each for each in self._listener.record.heard if each.outcome != "delivered"]
        if other:
            lines.append("What became of other calls:")
        for heard in other:
            reason = f" ({heard.reason})" if heard.reason else ""
            told = " ".join(filter(None, (heard.call, heard.label, heard.outcome)))
            lines.append(f"  {told}{reason}{f': {heard.message}' if heard.message else ''}")
        if not self._listener.record.loaded:
            lines.append("The script of edgee is on no page of this test:")
            for page in self._page.context.pages:
                lines.append(f"  {page.url}: {self._scripts.missing(page)}")
        lines += [f"  console: {each}" for each in dict.fromkeys(self._listener.console)]
        return "\n".join(lines)


def _line(arrival: dict[str, Any]) -> str:
    event = arrival["event"]
    custom = event.get("custom_data", {})
    shown = [f"{name}={value!r}" for name, value in custom.items() if name != "contents"]
    failed = f"  {arrival['error_message']}" if arrival["status"] != "processed" else ""
    return "  ".join((event["event_name"], *shown)) + failed
