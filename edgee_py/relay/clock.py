"""The time, in the unit that everything in the relay keeps it in, and whether it is right."""

from __future__ import annotations

import logging
import time

logger = logging.getLogger("edgee.relay")

#: Clocks that differ by more (seconds) make events too young or too old.
WRONG_CLOCK = 60.0


def now_ms() -> int:
    """Unix time in milliseconds."""
    return time.time_ns() // 1_000_000


class ClockWatch:
    """Says when this machine's clock goes wrong: all events get their times by it."""

    def __init__(self) -> None:
        self._is_wrong = False

    def compare(self, behind: float) -> None:
        """behind: by how many seconds Pinterest's clock is before this machine's."""
        is_wrong = abs(behind) > WRONG_CLOCK
        if is_wrong and not self._is_wrong:
            logger.error(
                "this machine's clock is %.0f seconds %s, by Pinterest's, and so are the times of events;"
                " synchronise it: timedatectl set-ntp true",
                abs(behind),
                "slow" if behind > 0 else "fast",
            )
        elif self._is_wrong and not is_wrong:
            logger.info("this machine's clock agrees with Pinterest's again")
        self._is_wrong = is_wrong
