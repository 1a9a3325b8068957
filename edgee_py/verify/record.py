"""What was heard of a visit: each call's event, and what became of it. Pure: no browser here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast
from urllib.parse import urlsplit

from edgee_py.pinterest.contract import ConversionEvent
from edgee_py.pinterest.quality import Coverage, coverage

Outcome = Literal["delivered", "refused", "held", "waiting"]

#: Routes that take events, at the end of an address.
_ROUTES = ("/pinterest_capi", "/event")

#: What the relay adds to every event it takes from a browser.
_ADDED = {"client_ip_address": "192.0.2.1", "client_user_agent": "Mozilla/5.0"}


@dataclass(slots=True)
class Heard:
    """One event of a call, or the call where it came to none.

    id: the call's. event_id: the event's, "" for a held or waiting call. url: of the page that told.
    name: Pinterest's event. event: as it was mapped, where that could be seen. reason, message: of a
    refusal. problems: what was left out of the call.
    """

    id: str
    event_id: str
    method: str
    url: str
    outcome: Outcome
    name: str = ""
    event: dict[str, Any] | None = None
    reason: str = ""
    message: str = ""
    problems: list[str] = field(default_factory=list)

    @property
    def call(self) -> str:
        """The method that made it, in a user's words."""
        return "page load" if self.method == "load" else self.method

    @property
    def label(self) -> str:
        """What tells it from others: the tracked name, the order, the search."""
        custom = (self.event or {}).get("custom_data", {})
        told = (custom.get(name) for name in ("content_name", "order_id", "search_string"))
        return next((str(each) for each in told if each), "")


@dataclass(frozen=True, slots=True)
class Post:
    """A request with events. status is 0 where no answer came; error is the relay's message then."""

    url: str
    status: int
    error: str = ""


class Record:
    """Everything heard so far, in the order in which it was first heard."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        #: How often a page has said that the script is in place, and that Python has taken over.
        self.loaded = 0
        self.ready = 0
        self._heard: dict[tuple[str, str], Heard] = {}
        self._problems: dict[str, list[str]] = {}
        #: Conversion events seen on their way to the relay, by id and name.
        self._mapped: dict[str, dict[str, Any]] = {}

    @property
    def heard(self) -> list[Heard]:
        """All events and calls, with what the posts tell of them."""
        for each in self._heard.values():
            each.event = each.event or self._mapped.get(each.event_id)
            each.name = each.name or (each.event or {}).get("event_name", "")
            each.problems = self._problems.get(each.id, [])
        return list(self._heard.values())

    def events(self) -> Iterator[dict[str, Any]]:
        """The mapped events that were delivered."""
        return (each.event for each in self.heard if each.event and each.outcome == "delivered")

    def coverage(self) -> dict[str, Coverage]:
        """Match quality of all mapped events, as they are once the relay has added what it adds."""
        mapped = (each.event for each in self.heard if each.event)
        return coverage(as_relayed(event) for event in mapped)

    def told(self, outcome: str, detail: Mapping[str, Any], url: str) -> None:
        """A window event of edgee's: its name without `edgee:`, its detail, the page's address."""
        if outcome == "loaded":
            self.loaded += 1
        elif outcome == "ready":
            self.ready += 1
        id_, method = _text(detail, "id"), _text(detail, "method")
        if outcome == "problem":
            told = self._problems.setdefault(id_, [])
            if (message := _text(detail, "message")) not in told:
                told.append(message)
            return
        if outcome not in ("delivered", "refused", "held"):
            return
        self._forget_waiting(id_)
        event = detail.get("event")
        heard = Heard(
            id=id_,
            event_id="" if outcome == "held" else _text(detail, "event_id") or id_,
            method=method,
            url=url,
            outcome=cast(Outcome, outcome),
            name=_text(detail, "event_name"),
            event=event if isinstance(event, dict) else None,
            reason=_text(detail, "reason"),
            message=_text(detail, "message"),
        )
        self._heard[id_, heard.event_id] = heard

    def posted(self, url: str, body: str, status: int, answer: str = "") -> None:
        """A request that the page or its worker made, and the answer, as far as they could be seen."""
        if not is_post(url):
            return
        sent = _parsed(body)
        data = sent.get("data") if isinstance(sent, dict) else None
        for event in data if isinstance(data, list) else ():
            if isinstance(event, dict) and isinstance(event.get("event_id"), str):
                self._mapped[event["event_id"]] = event
        error = _parsed(answer)
        words = error.get("error") if isinstance(error, dict) else None
        message = words.get("message") if isinstance(words, dict) else ""
        self.posts.append(Post(url, status, str(message or "")))

    def left(self, journal: str | None, url: str) -> None:
        """What the device's journal still holds: calls that nothing has become of."""
        document = _parsed(journal or "")
        calls = document.get("calls") if isinstance(document, dict) else None
        ended = {id_ for id_, _ in self._heard}
        for call in calls if isinstance(calls, list) else ():
            if not isinstance(call, dict) or (id_ := _text(call, "id")) in ended:
                continue
            queued = call.get("queued")
            event = queued[0] if isinstance(queued, list) and queued else None
            self._heard[id_, ""] = Heard(
                id=id_,
                event_id="",
                method=_text(call, "method"),
                url=url,
                outcome="held" if call.get("held") else "waiting",
                event=event if isinstance(event, dict) else None,
                message=self._why_waiting(),
            )

    def _why_waiting(self) -> str:
        failed = [post for post in self.posts if not 200 <= post.status < 300]
        if not failed:
            return "It has not been delivered yet."
        last = failed[-1]
        if not last.status:
            return f"The relay at {last.url} could not be reached."
        return f"The relay answered {last.status}. {last.error}".strip()

    def _forget_waiting(self, id_: str) -> None:
        """A call that was held or waited has gone on."""
        self._heard.pop((id_, ""), None)


def is_post(url: str) -> bool:
    """Whether an address is one that events are posted to."""
    return urlsplit(url).path.endswith(_ROUTES)


def as_relayed(event: Mapping[str, Any]) -> ConversionEvent:
    """The event as it will be once the relay has added what it adds to each."""
    whole = {**event, "user_data": {**_ADDED, **event.get("user_data", {})}}
    return cast(ConversionEvent, whole)


def _text(detail: Mapping[str, Any], name: str) -> str:
    value = detail.get(name)
    return value if isinstance(value, str) else ""


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def summed(heard: Iterable[Heard]) -> dict[Outcome, int]:
    """How many there are of each outcome."""
    counts: dict[Outcome, int] = {"delivered": 0, "refused": 0, "held": 0, "waiting": 0}
    for each in heard:
        counts[each.outcome] += 1
    return counts
