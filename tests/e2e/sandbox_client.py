"""Reads what arrived at the stand-in for Pinterest."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx2

Received = dict[str, Any]


class Sandbox:
    """The sandbox that a demo server carries under /_sandbox.

    An entry of `events()` is what the sandbox tells of one conversion event: the event itself under
    `event`, and how it came.
    """

    def __init__(self, server: str, pause: Callable[[float], None] = time.sleep) -> None:
        """pause waits some seconds between two looks."""
        self._pause = pause
        self._client = httpx2.Client(base_url=f"{server}/_sandbox", timeout=10)

    def events(self) -> list[Received]:
        """Everything that has arrived since `clear`, oldest first."""
        answer = self._client.get("/events")
        answer.raise_for_status()
        found: list[Received] = answer.json()
        return found

    def clear(self) -> None:
        """Forget what has arrived."""
        self._client.delete("/events").raise_for_status()

    def wait_for_outbox(self, seconds: float = 10) -> None:
        """Wait until the relay beside it has nothing more to send, but not for ever."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            text = self._client.get("../_edgee/metrics").text
            if "\nedgee_outbox_queued 0.0\n" in text:
                return
            time.sleep(0.02)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def wait_for(
        self,
        count: int = 1,
        predicate: Callable[[Received], bool] = lambda _: True,
        timeout: float = 30,
    ) -> list[Received]:
        """Wait until at least `count` entries match, and return all that match.

        Raises:
            AssertionError: after `timeout` seconds, with what did arrive.
        """
        deadline = time.monotonic() + timeout
        while True:
            everything = self.events()
            matching = [entry for entry in everything if predicate(entry)]
            if len(matching) >= count:
                return matching
            if time.monotonic() > deadline:
                raise AssertionError(
                    f"{len(matching)} of {count} events within {timeout:g} s; arrived: {everything}"
                )
            self._pause(0.05)
