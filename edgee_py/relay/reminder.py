"""Trouble that lasts is said again: logs are rotated, and whoever reads one reads its end."""

from __future__ import annotations

import logging
import time

logger = logging.getLogger("edgee.relay")

#: So many seconds lie between one time and the next.
REMIND_EVERY = 3600.0


class Reminder:
    """Watches one thing that can be in trouble."""

    def __init__(self, every: float = REMIND_EVERY) -> None:
        self._every = every
        self._since: float | None = None
        self._next = 0.0

    def look(self, trouble: str) -> None:
        """Log what the trouble is, where it has lasted; "" where there is none (any more)."""
        now = time.monotonic()
        if not trouble:
            self._since = None
        elif self._since is None:
            self._since, self._next = now, now + self._every
        elif now >= self._next:
            self._next = now + self._every
            logger.error("still, after %.0f minutes: %s", (now - self._since) / 60, trouble)
