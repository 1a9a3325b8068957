"""Around every request: the relay is started, and answers carry the headers that all of them need."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edgee_py.relay.errors import RelayError, error_response
from edgee_py.relay.logs import where

logger = logging.getLogger("edgee.relay")
#: An answer of these types that somebody opens or frames shows its text and does nothing. Scripts get no
#: policy, for a worker would run under it.
_INERT = ("application/json", "text/plain", "text/event-stream")
_NOTHING = "default-src 'none'; frame-ancestors 'none'"


class Envelope:
    """ASGI middleware. `before` is awaited before each request: a mounted app is told of no start."""

    def __init__(self, app: ASGIApp, before: Callable[[], Awaitable[None]]) -> None:
        self._app = app
        self._before = before

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            await self._before()
        except Exception as error:  # the route itself says what it lacks; healthz lacks nothing
            logger.error("start: %s at %s", type(error).__name__, where(error))
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                headers["x-content-type-options"] = "nosniff"
                headers["referrer-policy"] = "no-referrer"
                if headers.get("content-type", "").startswith(_INERT):
                    headers["content-security-policy"] = _NOTHING
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception as error:
            # A traceback would print values; the place is enough to find a fault.
            logger.error("%s at %s", type(error).__name__, where(error))
            if not started:
                response = error_response(
                    RelayError(500, "internal", "The relay failed; see its log.")
                )
                await response(scope, receive, send_with_headers)
