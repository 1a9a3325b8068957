"""The worker's entry: drives one `Runtime` for every page that is connected.

Messages are JSON text both ways. A page says `hello` (its config, what the device stores, the journal),
then `calls`, `stored` (what others have changed), `found` (what there is in place of what it was told to
store), `evicted`, `flush`, `online` and, going away, `bye`. It is told what to `store`,
`keep` and `strike`, and what became of its calls (`tell`); where its hello asks for it, also what a
developer is shown of them (`trace`). A worker has no localStorage: the pages carry.
"""

from __future__ import annotations

import json
import os
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from typing import Any

from edgee_py.call import MAX_CALLS
from edgee_py.client_hints import read_client_hints
from edgee_py.consent import default_of
from edgee_py.datalayer import read_client
from edgee_py.pinterest.settings import InvalidSettings, PinterestSettings
from edgee_py.pipeline import Surroundings
from edgee_py.plain import NotPlain, loads
from edgee_py.runtime import Effects, Runtime
from edgee_py.transport import Answer

Post = Callable[[int, str], None]

#: Clocks that differ by less are one: a message may have waited for Python to start.
_CLOCKS_AGREE_MS = 3600_000


def start(post: Post, hints: str) -> Driver:
    """Called by the bootstrap once Python runs.

    Args:
        post: `post(port, text)` sends to a page.
        hints: the browser's User-Agent Client Hints and time zone as JSON text.
    """
    from edgee_py.browser.transport import post as post_to_relay  # there is none outside Pyodide

    return Driver(post, post_to_relay, read_client_hints(loads(hints)))


class Driver:
    """Carries between pages, the runtime and the relay."""

    def __init__(
        self,
        post: Post,
        relay: Callable[[str, str, dict[str, str]], Answer],
        hints: Mapping[str, Any] = {},
    ) -> None:
        self._post = post
        self._hints = hints
        self._relay = relay
        self._runtime: Runtime | None = None
        self._pages: dict[int, Surroundings] = {}
        self._news: dict[int, object] = {}
        self._endpoint = ""
        self._callers: dict[str, int] = {}
        self._flushes: list[tuple[int, int]] = []
        self._watched: set[int] = set()
        #: The latest calls to have ended, each with the page that was told to strike it.
        self._struck: deque[tuple[int | None, str]] = deque(maxlen=MAX_CALLS)
        self._asked = 0
        self._failure = ""

    def receive(self, port: int, text: str) -> None:
        """Take one message of a page."""
        try:
            message = loads(text)
        except NotPlain:
            return  # no page of ours says that
        shift = _shift(message.get("now"))
        if "hello" in message or port in self._pages:
            self._news[port] = message.get("news", 0)
        if "hello" in message:
            self._hello(port, message["hello"], shift)
        around = self._pages.get(port)
        runtime = self._runtime
        if around is None or runtime is None:
            return
        if isinstance(message.get("stored"), dict):
            runtime.stored_changed(message["stored"], around)
        if isinstance(message.get("found"), dict):
            runtime.found(message["found"], around)
        for record in message.get("calls", ()):
            if isinstance(record, dict):
                self._callers[str(record.get("id"))] = port
            runtime.take_record(_shifted(record, shift), around)
        evicted = message.get("evicted")
        if isinstance(evicted, list):
            runtime.evict([str(each) for each in evicted])
        if "online" in message:
            runtime.hurry()
        if "flush" in message:
            runtime.hurry()
            self._flushes.append((port, message["flush"]))
        self._carry_out(runtime.drain(), port)
        if "bye" in message:
            self._part(port)

    def wake(self) -> int:
        """Post one batch of what waits: what pages say meanwhile, a denial for one, comes before the next.

        Returns:
            The ms after which to be woken again, -1 for not before the next message.
        """
        runtime = self._runtime
        if runtime is None:
            return -1
        if batch := runtime.next_batch(_now()):
            sent_at = _now()
            headers = {"Edgee-Sent-At": str(sent_at)}
            answer = self._relay(f"{self._endpoint}/pinterest_capi", batch.body, headers)
            runtime.answered(
                batch,
                answer.status,
                answer.body,
                now=_now(),
                chance=int.from_bytes(os.urandom(4)) / 2**32,
                after=answer.retry_after,
            )
            self._carry_out(runtime.drain(), self._callers.get(batch.ids[0]))
            self._say_pause(runtime.asked)
            self._say_failure(runtime.failure)
        pause = runtime.due_in(_now())
        if pause == 0:
            return 0
        for port, number in self._flushes:
            self._send(port, {"flushed": number, "summary": runtime.summary()})
        self._flushes.clear()
        return -1 if pause is None else pause

    def _hello(self, port: int, hello: dict[str, Any], shift: int) -> None:
        around = surroundings(hello, self._hints)
        stored = hello.get("stored") or {}
        if self._runtime is None:
            self._runtime = Runtime(stored)
        else:
            self._runtime.found(stored, around)
        self._watch(port, watched=hello.get("trace") is True)
        self._pages[port] = around
        self._endpoint = str(hello.get("endpoint", ""))
        for id_ in hello.get("own") or ():
            self._callers[str(id_)] = port
        journal = [_shifted(record, shift) for record in hello.get("journal") or ()]
        self._runtime.restore(journal, around, _now())
        more = {"pause": self._asked, "failing": self._failure}
        self._send(port, {"ready": True, **{name: value for name, value in more.items() if value}})

    def _say_pause(self, until: int) -> None:
        """Pages that go away send what is left by themselves: not where the relay has asked to wait."""
        if until != self._asked:
            self._asked = until
            for port in self._pages:
                self._send(port, {"pause": until})

    def _say_failure(self, failure: str) -> None:
        """A developer has to learn why calls wait: the console of a shared worker is seen by nobody."""
        if failure and failure != self._failure:
            for port in self._pages:
                self._send(port, {"failing": failure})
        self._failure = failure

    def _part(self, port: int) -> None:
        """A page goes away, perhaps before it could carry out the last it was told: another one does."""
        self._pages.pop(port, None)
        self._news.pop(port, None)
        self._watch(port, watched=False)
        heir = max(self._pages, default=None)
        if heir is not None and self._runtime:
            strike = [id_ for told, id_ in self._struck if told == port]
            self._struck.extend((heir, id_) for id_ in strike)
            self._send(heir, Effects(store=self._runtime.stored(), strike=strike).to_json())

    def _watch(self, port: int, *, watched: bool) -> None:
        """Whether a developer looks at this page: calls are traced for as long as one looks at any."""
        (self._watched.add if watched else self._watched.discard)(port)
        if self._runtime:
            self._runtime.traced = bool(self._watched)

    def _carry_out(self, effects: Effects, port: int | None) -> None:
        """Have the pages carry out effects: each what concerns its own calls, one of them the rest.

        With no page left nothing is carried: the next one's hello shows what is still to do.
        """
        if not effects:
            return
        heir = port if port in self._pages else max(self._pages, default=None)
        shares: defaultdict[int | None, Effects] = defaultdict(Effects)
        shares[heir].store = effects.store
        for each in effects.tell:
            shares[self._caller(each["id"], heir)].tell.append(each)
        for trace in effects.trace:
            caller = self._caller(trace["id"], heir)
            if caller in self._watched:
                shares[caller].trace.append(trace)
        for id_, record in effects.keep.items():
            shares[self._caller(id_, heir)].keep[id_] = record
        for id_ in effects.strike:
            caller = self._caller(id_, heir)
            shares[caller].strike.append(id_)
            self._callers.pop(id_, None)
            self._struck.append((caller, id_))
        for each_port, share in shares.items():
            if share:
                self._send(each_port, share.to_json())

    def _caller(self, id_: str, heir: int | None) -> int | None:
        caller = self._callers.get(id_)
        return caller if caller in self._pages else heir

    def _send(self, port: int | None, message: dict[str, Any]) -> None:
        if port not in self._pages:
            return
        if "store" in message:
            # The page knows by it whether this takes account of what it has told us.
            message["news"] = self._news.get(port, 0)
        self._post(port, json.dumps(message))


def _shift(now: object) -> int:
    """The ms to add to a page's times. Its clock is the worker's, unless a test has set it."""
    if isinstance(now, bool) or not isinstance(now, int):
        return 0
    shift = _now() - now
    return shift if abs(shift) > _CLOCKS_AGREE_MS else 0


def _shifted(record: Any, shift: int) -> Any:
    """A journal record in the worker's time."""
    at = record.get("at") if shift and isinstance(record, dict) else None
    return {**record, "at": at + shift} if isinstance(at, int) else record


def surroundings(hello: dict[str, Any], hints: Mapping[str, Any] = {}) -> Surroundings:
    """What a page's `hello` says of its site and its browser; hints are the client hints."""
    try:
        settings = PinterestSettings.from_mapping(hello.get("settings") or {})
    except InvalidSettings:
        settings = PinterestSettings()
    return Surroundings(
        settings=settings,
        default_consent=default_of(hello.get("consent"), "granted"),
        gpc=hello.get("gpc") is True,
        client={**hints, **read_client(hello.get("client"))},
    )


def _now() -> int:
    return time.time_ns() // 1_000_000
