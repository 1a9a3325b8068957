"""`Edgee`: the data layer for Python authors, in a Pyodide page or in any other Python."""

from __future__ import annotations

import json
import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from datetime import date
from decimal import Decimal
from numbers import Integral, Real
from random import SystemRandom
from typing import Any, Self, cast

from edgee_py._compat import world
from edgee_py._compat.abstract import Courier
from edgee_py.call import MAX_ARGUMENTS, Call, Method, Page
from edgee_py.consent import CONSENTS, Consent, default_of
from edgee_py.journal import Journal
from edgee_py.pinterest.settings import PinterestSettings, require_no_slip
from edgee_py.pipeline import Surroundings
from edgee_py.plain import clean
from edgee_py.refusal import Reason
from edgee_py.runtime import Batch, Runtime
from edgee_py.state import STATE_KEY, USER_KEY
from edgee_py.transport import Answer

Outcome = dict[str, Any]

logger = logging.getLogger("edgee")


class Edgee:
    """Page, track and user events to a relay, with the semantics of the script tag::

        edgee = Edgee(relay="https://shop.example/_edgee")
        edgee.user({"user_id": "u-42", "properties": {"email": "jane@example.com"}})
        edgee.track("Order Completed")
        edgee.flush()              # in Pyodide: await edgee.flush()

    A `with` block closes it at its end. Calls return at once and can be chained; delivery goes on behind
    them (a task in Pyodide, a thread elsewhere). No call raises for what it is given: a refusal is an
    outcome, told to `listener`.

    Args:
        relay: the relay's URL; in a page it may be relative ("/_edgee").
        consent: what an unset consent means ("granted", "pending", "denied"); else the settings'
            `edgee_default_consent` says it, else it means granted.
        settings: the component's settings (`event_names`, `event_map`, …), as in edgee.toml.
        storage: a mapping of strings that keeps state and journal; localStorage in a page, memory
            elsewhere. Where it fails calls are delivered all the same.
        page: the page the calls are made on, where it is not the document's own.
        listener: called with each call's outcome: `{"id", "method", "outcome", …}`, where outcome is
            "delivered", "held", "refused" (with `reason` and `message`) or "problem". What it raises
            is logged.

    Raises:
        ValueError: for a consent that is none, a relay that cannot be reached from here (outside a page
            its URL must be whole), or a setting that cannot be (InvalidSettings).
    """

    def __init__(
        self,
        relay: str = "/_edgee",
        *,
        consent: Consent | None = None,
        settings: Mapping[str, Any] | None = None,
        storage: MutableMapping[str, str] | None = None,
        page: Page | None = None,
        listener: Callable[[Outcome], None] | None = None,
    ) -> None:
        if consent is not None and consent not in CONSENTS:
            raise ValueError(f"consent must be one of {', '.join(CONSENTS)}, not {consent!r}")
        self._world = world()
        url = self._world.relay(relay).rstrip("/")
        self._page = page
        self._listener = listener or (lambda outcome: None)
        self._storage = _Storage(self._world.storage() if storage is None else storage)
        self._journal = Journal(self._storage)
        require_no_slip(settings or {}, PinterestSettings.names())
        component = PinterestSettings.from_mapping(settings or {})
        self._around = Surroundings(
            settings=component,
            default_consent=consent or default_of(component.edgee_default_consent, "granted"),
            gpc=self._world.gpc(),
            client=self._world.client(),
        )
        # Its methods run on the caller's thread and on the delivering one.
        self._lock = threading.RLock()
        self._runtime = Runtime(self._stored())
        self._delivering = self._world.courier(_Courier(self, url))
        with self._lock:
            self._runtime.restore(self._journal.entries(), self._around, _now())
            self._carry_out()
        if not self._runtime.idle:
            self._delivering.wake()

    def page(
        self,
        page: Mapping[str, Any] | str | None = None,
        components: Mapping[str, bool] | None = None,
    ) -> Self:
        """A page view: `page_visit` at Pinterest.

        Args:
            page: any of `name`, `category`, `title`, `url`, `path`, `search`, `referrer` (text),
                `keywords` (a list of text) and `properties` (a mapping); what is not said is the page's
                own. A string is the page's name.
            components: destination to switch, `{"pinterest_capi": False}`. A name beats `all`, and `all`
                is true unless said (Edgee's rule).
        """
        return self._call("page", page, components)

    def track(
        self, track: Mapping[str, Any] | str, components: Mapping[str, bool] | None = None
    ) -> Self:
        """Something the visitor did: `custom` at Pinterest, or its own event of that name.

        Args:
            track: `name` (text; without one the call is refused as `missing_name`) and `properties` (a
                mapping). A string is the name. A property `event_id` is the event's id, by which
                Pinterest counts what its own tag reports as well once.
            components: as in `page`.
        """
        return self._call("track", track, components)

    def user(
        self,
        user: Mapping[str, Any] | str | None = None,
        components: Mapping[str, bool] | None = None,
    ) -> Self:
        """Who the visitor is, until `reset()`: `lead` at Pinterest, as in Edgee's component.

        Args:
            user: `user_id`, `anonymous_id` (text) and `properties` (a mapping). A string is the user_id.
                Personal properties (`email`, `phone`, …) are normalised as Pinterest's description of
                `user_data` asks, and hashed at once; a value of 64 hex digits counts as a hash made
                already.
            components: as in `page`.
        """
        return self._call("user", user, components)

    def consent(self, consent: Consent) -> Self:
        """The visitor's choice: kept, and stronger than any default.

        Args:
            consent: "granted" sends what was held; "pending" holds events, at most seven days; "denied"
                drops what is not delivered. Anything else is refused as `invalid_call`.
        """
        return self._call("consent", consent)

    def reset(self) -> Self:
        """Log-out: forget who the visitor is, the device's own id with it. Consent and session stay."""
        return self._call("reset")

    def flush(self) -> Any:
        """Deliver now.

        Returns:
            The counts of events since the start, by name, `delivered`, `duplicates` (of those), `refused`,
            `held` (they wait for consent) and `waiting` (for the relay). In Pyodide it is awaitable; elsewhere it blocks until
            the relay has answered, or has not.
        """
        return self._delivering.flush(self._summary)

    def close(self) -> None:
        """Deliver once more what is there, and stop; what is not delivered stays in the journal.

        Takes five seconds at most. In Pyodide it does not wait: await `flush()` before.
        """
        self._delivering.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _call(self, method: Method, *arguments: Any) -> Self:
        plain = tuple(_plain(self._world.plain(argument)) for argument in arguments)
        call = Call(_new_id(), _now(), method, plain, self._page or self._world.page())
        record = call.to_json()
        if len(json.dumps(plain, ensure_ascii=False)) > MAX_ARGUMENTS:
            record |= {"arguments": [], "error": Reason.TOO_LARGE}
        with self._lock:
            self._journal.append(record)
            self._runtime.stored_changed(self._stored(), self._around)
            self._runtime.take_record(record, self._around)
            self._carry_out()
            idle = self._runtime.idle
        if not idle:
            self._delivering.wake()
        return self

    def _stored(self) -> dict[str, str | None]:
        return {key: self._storage.get(key) for key in (STATE_KEY, USER_KEY)}

    def _carry_out(self) -> None:
        effects = self._runtime.drain()
        for key, value in effects.store.items():
            if value is None:
                self._storage.pop(key, None)
            else:
                self._storage[key] = value
        if effects.strike or effects.keep:
            self._journal.update(effects.strike, effects.keep)
        for outcome in effects.tell:
            self._tell(outcome)

    def _tell(self, outcome: Outcome) -> None:
        try:
            self._listener(outcome)
        except Exception:
            logger.exception("The listener of Edgee failed.")

    def _summary(self) -> dict[str, Any]:
        with self._lock:
            return self._runtime.summary()


class _Storage(MutableMapping[str, str]):
    """A storage that may fail (a full disk, a server that is down) without stopping a call.

    What it does not take is remembered here: a consent must not be forgotten with it.
    """

    def __init__(self, given: MutableMapping[str, str]) -> None:
        self._given = given
        self._last: dict[str, str | None] = {}
        self._untaken: set[str] = set()

    def __getitem__(self, key: str) -> str:
        if key not in self._untaken:
            try:
                self._last[key] = self._given.get(key)
            except Exception as error:
                self._say(error)
        value = self._last.get(key)
        if not isinstance(value, str):
            raise KeyError(key)
        return value

    def __setitem__(self, key: str, value: str) -> None:
        self._change(key, value)

    def __delitem__(self, key: str) -> None:
        self[key]
        self._change(key, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)

    def _change(self, key: str, value: str | None) -> None:
        self._last[key] = value
        try:
            if value is None:
                self._given.pop(key, None)
            else:
                self._given[key] = value
            self._untaken.discard(key)
        except Exception as error:
            self._untaken.add(key)
            self._say(error)

    def _say(self, error: Exception) -> None:
        # Its text is not logged: it might hold what was to be stored.
        logger.warning("The storage of Edgee failed: %s", type(error).__name__)


class _Courier(Courier):
    def __init__(self, edgee: Edgee, relay: str) -> None:
        self._edgee = edgee
        self.lock = edgee._lock
        self._url = f"{relay}/pinterest_capi"
        self._random = SystemRandom()

    def next_request(
        self, *, hurry: bool = False
    ) -> tuple[object, str, str, dict[str, str]] | None:
        edgee = self._edgee
        with edgee._lock:
            if hurry:
                edgee._runtime.hurry()
            batch = edgee._runtime.next_batch(_now())
        if batch is None:
            return None
        return batch, self._url, batch.body, {"Edgee-Sent-At": str(_now())}

    def answered(self, token: object, answer: Answer) -> None:
        edgee = self._edgee
        with edgee._lock:
            was_failing = edgee._runtime.is_failing
            edgee._runtime.answered(
                cast(Batch, token),
                answer.status,
                answer.body,
                now=_now(),
                chance=self._random.random(),
                after=answer.retry_after,
            )
            edgee._carry_out()
            failure = "" if was_failing else edgee._runtime.failure
        if failure:
            logger.warning("%s %s: tried again.", self._url, failure)

    def due_in(self) -> int | None:
        with self._edgee._lock:
            return self._edgee._runtime.due_in(_now())


def _plain(value: Any) -> Any:
    """Python's values as JSON's: dates as ISO 8601, decimals and UUIDs as text, sets as lists."""
    return clean(_simple(value, depth=20))


def _simple(value: Any, depth: int) -> Any:
    if depth == 0:
        return None
    if isinstance(value, Mapping):
        return {str(name): _simple(each, depth - 1) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_simple(each, depth - 1) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | uuid.UUID):
        return str(value)
    return _number(value) if isinstance(value, Real) else value


def _number(value: Real) -> Any:
    """A number of a numerical library as Python's own; these and booleans as they are."""
    if isinstance(value, int | float):
        return value
    return int(value) if isinstance(value, Integral) else float(value)


def _new_id() -> str:
    return str(uuid.uuid4())


def _now() -> int:
    return time.time_ns() // 1_000_000
