"""Any Python with threads and sockets: a thread delivers, so that no call ever waits for the network."""

from __future__ import annotations

import atexit
import http.client
import locale
import os
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, MutableMapping
from typing import Any, TypeVar
from urllib.parse import urlsplit
from weakref import WeakSet

from edgee_py._compat.abstract import Courier, Delivering, World, not_whole
from edgee_py._version import __version__
from edgee_py.call import Page
from edgee_py.plain import NotPlain, loads
from edgee_py.transport import Answer

T = TypeVar("T")

#: Seconds for one request, and for what is left when the program ends.
TIMEOUT = 10
EXIT_TIMEOUT = 5


class Native(World):
    """CPython on a server, in a script, in a notebook."""

    def relay(self, url: str) -> str:
        """Checked: there is no page here from which a relative one could be seen.

        Raises:
            ValueError: where it is no http(s) URL.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise not_whole(url)
        return url

    def storage(self) -> MutableMapping[str, str]:
        """Memory: what should outlive the program is given as `Edgee(storage=…)`."""
        return {}

    def page(self) -> Page:
        """There is none."""
        return Page()

    def client(self) -> dict[str, Any]:
        """The locale, where the program has set one."""
        language = locale.getlocale()[0]
        return {"locale": language.replace("_", "-")} if language else {}

    def gpc(self) -> bool:
        """A browser's setting; there is no browser."""
        return False

    def plain(self, value: Any) -> Any:
        """Python's own already."""
        return value

    def courier(self, courier: Courier) -> Delivering:
        """A thread that starts with the first event."""
        return _Thread(courier)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirected POST would arrive as a GET without its body; unfollowed it is tried again later."""

    def redirect_request(self, *_: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect)


def post(url: str, body: str, headers: dict[str, str], timeout: float = TIMEOUT) -> Answer:
    """POST JSON; no answer is status 0, never an exception."""
    named = {"Content-Type": "application/json", "User-Agent": f"edgee-py/{__version__}", **headers}
    request = urllib.request.Request(url, body.encode(), named, method="POST")  # noqa: S310
    try:
        with _opener.open(request, timeout=timeout) as response:
            return _answer(response.status, response.read(), response.headers.get("Retry-After"))
    except urllib.error.HTTPError as error:
        with error:
            return _answer(error.code, error.read(), error.headers.get("Retry-After"))
    except (OSError, ValueError, http.client.HTTPException):
        return Answer(0)


def _answer(status: int, body: bytes, retry_after: str | None) -> Answer:
    try:
        return Answer(status, loads(body.decode("utf-8", "replace")), retry_after or "")
    except NotPlain:
        return Answer(status, None, retry_after or "")


class _Thread(Delivering):
    def __init__(self, courier: Courier) -> None:
        self.courier = courier
        self._closed = False
        self.begin()
        _threads.add(self)

    def begin(self) -> None:
        """Without a thread, and with nobody waiting for one."""
        self._changed = threading.Condition()
        self._woken = False
        self._one_at_a_time = threading.Lock()
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        with self._changed:
            self._woken = True
            self._changed.notify()
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="edgee", daemon=True)
                self._thread.start()
                atexit.register(self.close)

    def flush(self, done: Callable[[], T]) -> T:
        self._deliver(hurry=True)
        return done()

    def close(self) -> None:
        with self._changed:
            if self._closed:
                return
            self._closed = True
            self._changed.notify()
        if self._thread:
            self._thread.join(EXIT_TIMEOUT)
        atexit.unregister(self.close)

    def _run(self) -> None:
        while True:
            self._deliver()
            with self._changed:
                # What came while the last was on its way is delivered even after `close`.
                if self._closed and not self._woken:
                    return
                due = self.courier.due_in()
                if not self._woken:
                    self._changed.wait(None if due is None else max(due, 1) / 1000)
                self._woken = False

    def _deliver(self, *, hurry: bool = False) -> None:
        with self._one_at_a_time:
            while request := self.courier.next_request(hurry=hurry):
                token, url, body, headers = request
                answer = post(url, body, headers)
                self.courier.answered(token, answer)
                hurry = False


_threads: WeakSet[_Thread] = WeakSet()
_forking: list[_Thread] = []


def _before_fork() -> None:
    """Let nobody be in the middle of a change: the child could never end it."""
    _forking[:] = _threads
    for each in _forking:
        each.courier.lock.__enter__()


def _after_fork() -> None:
    while _forking:
        _forking.pop().courier.lock.__exit__(None, None, None)


def _after_fork_in_child() -> None:
    """The child has no threads but one; what waits is the child's to deliver too (the relay counts it once)."""
    for each in _forking:
        each.begin()
    _after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork,
        after_in_parent=_after_fork,
        after_in_child=_after_fork_in_child,
    )
