"""Around every request: the relay is started, and answers carry the headers that all of them need."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edgee_py.relay.errors import RelayError, error_response
from edgee_py.relay.logs import where

logger = logging.getLogger("edgee.relay")
#: An answer of these types that somebody opens or frames shows its text and does nothing. Scripts get no
#: policy, for a worker would run under it.
_INERT = (b"application/json", b"text/plain", b"text/event-stream")
_POLICY = ((b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),)

_HEADERS = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"))


class Envelope:
    """ASGI middleware. `before` is awaited before each request: a mounted app is told of no start.

    posts: applications by path that a POST goes to without being looked up among the routes.
    """

    def __init__(
        self,
        app: ASGIApp,
        before: Callable[[], Awaitable[None]],
        posts: Mapping[str, ASGIApp],
    ) -> None:
        self._app = app
        self._before = before
        self._posts = posts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            await self._before()
        except Exception as error:  # the route itself says what it lacks; healthz lacks nothing
            logger.error("start: %s at %s", type(error).__name__, where(error))
        app = self._app
        if scope["method"] == "POST":
            app = self._posts.get(scope["path"].removeprefix(scope.get("root_path", "")), app)
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = message.get("headers", ())
                inert = _content_type(headers).startswith(_INERT)
                message["headers"] = [*headers, *_HEADERS, *(_POLICY if inert else ())]
            await send(message)

        try:
            await app(scope, receive, send_with_headers)
        except Exception as error:
            # A traceback would print values; the place is enough to find a fault.
            logger.error("%s at %s", type(error).__name__, where(error))
            if not started:
                response = error_response(
                    RelayError(500, "internal", "The relay failed; see its log.")
                )
                await response(scope, receive, send_with_headers)


def _content_type(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    return next((value for name, value in headers if name == b"content-type"), b"")
