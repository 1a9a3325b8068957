"""When to try again, and when not: the relay's answers judged, and a back-off with jitter."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from edgee_py.http_times import retry_after

#: The first pause and the longest of our own, in milliseconds; each pause doubles the last.
FIRST_MS = 1_000
LONGEST_MS = 5 * 60_000

#: The longest pause a Retry-After may ask for: a server's mistake must not silence a browser for days.
LONGEST_ASKED_MS = 3600_000

#: As many failures as it takes to reach the longest pause, and some.
_MAX_FAILURES = 20


class Verdict(Enum):
    """What the relay's answer means for the batch."""

    ACCEPTED = auto()
    REFUSED = auto()
    SPLIT = auto()
    RETRY = auto()


def judge(status: int, *, is_relays: bool) -> Verdict:
    """202: durable at the relay. 413: try smaller. 408, 425, 429, 5xx and no answer (0): later.

    Anything else will not get better by itself, if the relay says it. is_relays is whether the answer is
    the relay's own word, a JSON object: a captive portal's 200, a proxy's 403 or a 404 in the middle of a
    deployment is not, and ends no event.
    """
    if status == 413:
        return Verdict.SPLIT
    if not is_relays or status in (0, 408, 425, 429) or status >= 500:
        return Verdict.RETRY
    return Verdict.ACCEPTED if 200 <= status < 300 else Verdict.REFUSED


@dataclass(frozen=True, slots=True)
class Retry:
    """A pause after failures. Nothing is posted before `at`, nor before `asked`: Unix times in ms.

    `at` is our own choice, `asked` what the relay's Retry-After asks for.
    """

    failures: int = 0
    at: int = 0
    asked: int = 0

    def wait(self, now: int) -> int:
        """Milliseconds until the pause is over. A clock that was set back does not make it longer."""
        left = max(self.at, self.asked) - now
        return left if 0 < left <= LONGEST_ASKED_MS else 0

    def hurried(self) -> Retry:
        """Without our own pause; what the relay has asked for holds."""
        return Retry(asked=self.asked)

    def later(self, now: int, chance: float, after: str = "") -> Retry:
        """The pause after one more failure; after is the answer's Retry-After.

        The pause lies in the upper half of a span that doubles with each failure; chance, in [0, 1),
        says where, so that browsers that failed together do not come back together.
        """
        span = min(FIRST_MS * 2**self.failures, LONGEST_MS)
        pause = int(span / 2 + span / 2 * chance)
        asked = min(retry_after(after, now), LONGEST_ASKED_MS)
        failures = min(self.failures + 1, _MAX_FAILURES)
        return Retry(failures, now + pause, now + asked if asked > 0 else self.asked)
