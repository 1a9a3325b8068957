"""A browser's Pyodide: PyScript, JupyterLite, or any page's own.

On the page's main thread a synchronous request would freeze the page, so here delivery is a task on the
event loop with `fetch`; `keepalive` lets it outlive the page.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any, TypeVar

import js
from pyodide.ffi import JsException, JsProxy, to_js

from edgee_py._compat.abstract import Courier, Delivering, World, not_whole
from edgee_py.call import Page
from edgee_py.plain import NotPlain, loads
from edgee_py.transport import Answer

T = TypeVar("T")

#: Milliseconds for one request.
TIMEOUT_MS = 10_000
#: Bytes a browser lets requests in flight hold when they are to outlive the page.
KEEPALIVE_LIMIT = 60_000


class Browser(World):
    """A page, or a worker (which has no page and no localStorage)."""

    def relay(self, url: str) -> str:
        """Whole: a worker that is a blob (PyScript's are) has no address to see a relative one from.

        Raises:
            ValueError: where it is none, or relative without a site it could be meant on.
        """
        document = _document()
        base = document.baseURI if document else js.location.href
        if base.startswith("blob:"):
            base = js.location.origin
        whole = js.URL.canParse(url, base) and js.URL.new(url, base).href
        if not whole or not whole.startswith("http"):
            raise not_whole(url)
        return str(whole)

    def storage(self) -> MutableMapping[str, str]:
        """localStorage, or memory where there is none or the visitor forbids it."""
        try:
            storage = _window().localStorage
            storage.getItem("_edgee")
        except (AttributeError, JsException):
            return {}
        return _LocalStorage(storage)

    def page(self) -> Page:
        """The document's own words."""
        document = _document()
        if not document:
            return Page()
        layer = document.getElementById("__EDGEE_DATA_LAYER__")
        canonical = document.querySelector("link[rel=canonical]")
        keywords = document.querySelector("meta[name=keywords]")
        return Page.from_json(
            {
                "url": document.location.href,
                "title": document.title,
                "referrer": document.referrer,
                "canonical": canonical.href if canonical else "",
                "keywords": keywords.content if keywords else "",
                "data_layer": layer.textContent if layer else "",
                "epik": _cookie(document.cookie, "_epik"),
            }
        )

    def client(self) -> dict[str, Any]:
        """Locale, timezone and screen."""
        client: dict[str, Any] = {"locale": js.navigator.language}
        client["timezone"] = js.Intl.DateTimeFormat().resolvedOptions().timeZone
        window = _window()
        screen = getattr(window, "screen", None)
        if screen:
            client |= {"screen_width": screen.width, "screen_height": screen.height}
            client["screen_density"] = window.devicePixelRatio
        return client

    def gpc(self) -> bool:
        """The visitor's browser setting."""
        return getattr(js.navigator, "globalPrivacyControl", None) is True

    def plain(self, value: Any) -> Any:
        """JavaScript's objects and arrays as dicts and lists."""
        return value.to_py() if isinstance(value, JsProxy) else value

    def courier(self, courier: Courier) -> Delivering:
        """A task on Pyodide's event loop."""
        return _Task(courier)


class _LocalStorage(MutableMapping[str, str]):
    def __init__(self, storage: Any) -> None:
        self._storage = storage

    def __getitem__(self, key: str) -> str:
        value = self._storage.getItem(key)
        if not isinstance(value, str):
            raise KeyError(key)
        return value

    def __setitem__(self, key: str, value: str) -> None:
        self._storage.setItem(key, value)

    def __delitem__(self, key: str) -> None:
        self[key]
        self._storage.removeItem(key)

    def __iter__(self) -> Iterator[str]:
        return iter(list(js.Object.keys(self._storage)))

    def __len__(self) -> int:
        return int(self._storage.length)


def _document() -> Any:
    """The page's document: PyScript hands it to a worker too where it can. Else None."""
    return getattr(js, "document", None)


def _window() -> Any:
    """The page's window, or a worker's own global scope."""
    document = _document()
    return document.defaultView if document else js


def _cookie(cookies: str, name: str) -> str:
    for cookie in cookies.split("; "):
        key, _, value = cookie.partition("=")
        if key == name:
            return value
    return ""


async def post(url: str, body: str, headers: dict[str, str]) -> Answer:
    """POST JSON by `fetch`; no answer is status 0, never an exception."""
    options = {
        "method": "POST",
        "body": body,
        "headers": {"Content-Type": "application/json", **headers},
        "keepalive": len(body) < KEEPALIVE_LIMIT,
        "signal": js.AbortSignal.timeout(TIMEOUT_MS),
    }
    try:
        response = await js.fetch(url, to_js(options, dict_converter=js.Object.fromEntries))
        text = await response.text()
    except JsException:
        return Answer(0)
    after = response.headers.get("retry-after")
    try:
        answer = loads(text)
    except NotPlain:
        answer = None
    return Answer(response.status, answer, after if isinstance(after, str) else "")


class _Task(Delivering):
    def __init__(self, courier: Courier) -> None:
        self._courier = courier
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False

    def wake(self) -> None:
        if self._closed or (self._task and not self._task.done()):
            return
        if self._timer:
            self._timer.cancel()
        self._task = asyncio.ensure_future(self._deliver())

    async def flush(self, done: Callable[[], T]) -> T:
        if self._task:
            await self._task
        await self._deliver(hurry=True)
        return done()

    def close(self) -> None:
        self._closed = True
        if self._timer:
            self._timer.cancel()

    async def _deliver(self, *, hurry: bool = False) -> None:
        # Calls made in one go travel together.
        await asyncio.sleep(0)
        while request := self._courier.next_request(hurry=hurry):
            token, url, body, headers = request
            self._courier.answered(token, await post(url, body, headers))
            hurry = False
        due = self._courier.due_in()
        if due is not None and not self._closed:
            self._timer = asyncio.get_running_loop().call_later(max(due, 1) / 1000, self.wake)
