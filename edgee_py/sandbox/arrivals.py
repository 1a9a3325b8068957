"""What the sandbox has received, and what it has been told to answer."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass, field
from typing import Any

#: A sandbox left running keeps this many of each and forgets the oldest.
_KEPT = 10_000


@dataclass(slots=True)
class Request:
    """One POST, whatever became of it. `headers` lack the token; `authorised` says if it was right."""

    number: int
    received_at: float
    ad_account_id: str
    test: bool
    authorised: bool
    headers: dict[str, str]
    status: int = 0
    message: str = ""
    events: int = 0

    def to_json(self) -> dict[str, Any]:
        """For `GET /requests`."""
        return asdict(self)


@dataclass(slots=True)
class Arrival:
    """One event of a request that was answered event by event.

    duplicate: an event of the same event_id and event_name came before; Pinterest counts it once.
    """

    event: dict[str, Any]
    status: str
    error_message: str
    warning_message: str
    duplicate: bool
    request: Request

    def to_json(self) -> dict[str, Any]:
        """For `GET /events`: the event, how it was answered, and how it came."""
        return {
            "event": self.event,
            "status": self.status,
            "error_message": self.error_message,
            "warning_message": self.warning_message,
            "duplicate": self.duplicate,
            "test": self.request.test,
            "authorised": self.request.authorised,
            "ad_account_id": self.request.ad_account_id,
            "received_at": self.request.received_at,
            "request": self.request.number,
        }


class InvalidPlan(ValueError):
    """A control request asks for something the sandbox cannot do. The text says what."""


@dataclass(slots=True)
class Plan:
    """How to answer the next requests.

    answer: the status; None answers as usual. times: for how many requests. retry_after: whole seconds,
    sent as a header. delay: seconds between taking the events and answering. failed: with 200 and 422, the positions in the
    request of events that are to fail.
    """

    answer: int | None = None
    times: int = 1
    retry_after: int | None = None
    delay: float = 0.0
    failed: tuple[int, ...] = ()

    ANSWERS = (200, 400, 401, 403, 422, 429, 500, 502, 503)

    @classmethod
    def from_json(cls, given: object) -> Plan:
        """Read the body of a control request.

        Raises:
            InvalidPlan: where it is none.
        """
        if not isinstance(given, dict) or not set(given) <= {
            "answer",
            "times",
            "retry_after",
            "delay",
            "failed",
        }:
            raise InvalidPlan("give an object of answer, times, retry_after, delay, failed")
        if given.get("answer") not in (None, *cls.ANSWERS):
            raise InvalidPlan(f"answer must be one of {', '.join(map(str, cls.ANSWERS))}")
        failed = given.get("failed", [])
        if not isinstance(failed, list) or not all(type(each) is int for each in failed):
            raise InvalidPlan("failed must be a list of positions")
        answer, retry_after = given.get("answer"), given.get("retry_after")
        if answer is not None and type(answer) is not int:
            raise InvalidPlan("answer must be a whole number")
        return cls(
            answer=answer,
            times=_count(given, "times", 1),
            retry_after=None if retry_after is None else _count(given, "retry_after", 0),
            delay=_seconds(given, "delay", 0),
            failed=tuple(failed),
        )


#: An hour's delay or wait is more than any test has; so are a million answers.
_LONGEST_DELAY = 3600
_MOST = 1_000_000


def _count(given: dict[str, Any], name: str, default: int) -> int:
    value = given.get(name, default)
    if type(value) is not int or not 0 <= value <= _MOST:
        raise InvalidPlan(f"{name} must be a whole number from 0 to {_MOST}")
    return value


def _seconds(given: dict[str, Any], name: str, default: float) -> float:
    value = given.get(name, default)
    if type(value) not in (int, float) or not 0 <= value <= _LONGEST_DELAY:
        raise InvalidPlan(f"{name} must be a number from 0 to {_LONGEST_DELAY}")
    return float(value)


@dataclass(slots=True)
class Arrivals:
    """The memory of one sandbox. Test events are kept apart: Pinterest records none of them."""

    recorded: deque[Arrival] = field(default_factory=lambda: deque(maxlen=_KEPT))
    tested: deque[Arrival] = field(default_factory=lambda: deque(maxlen=_KEPT))
    requests: deque[Request] = field(default_factory=lambda: deque(maxlen=_KEPT))
    erasures: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=_KEPT))
    plans: deque[Plan] = field(default_factory=deque)
    _seen: set[tuple[str, str]] = field(default_factory=set)
    _numbers: int = 0

    def next_number(self) -> int:
        """A number for a new request, counting from one."""
        self._numbers += 1
        return self._numbers

    def next_plan(self) -> Plan:
        """The plan for the request at hand, used up by one."""
        while self.plans and self.plans[0].times < 1:
            self.plans.popleft()
        if not self.plans:
            return Plan()
        self.plans[0].times -= 1
        return self.plans[0]

    def add(self, request: Request, event: dict[str, Any], result: dict[str, str]) -> None:
        """Keep one event and how it was answered."""
        key = (event["event_id"], event["event_name"])
        is_duplicate = not request.test and key in self._seen
        arrival = Arrival(event=event, duplicate=is_duplicate, request=request, **result)
        if request.test:
            self.tested.append(arrival)
            return
        self.recorded.append(arrival)
        if result["status"] == "processed":
            self._seen.add(key)

    def all(self) -> list[Arrival]:
        """Everything, in the order of its requests."""
        return sorted([*self.recorded, *self.tested], key=lambda arrival: arrival.request.number)

    def clear(self) -> None:
        """Forget what was received; plans stay."""
        self.recorded.clear()
        self.tested.clear()
        self.requests.clear()
        self.erasures.clear()
        self._seen.clear()
