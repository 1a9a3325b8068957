"""Around every request: the relay is started, and answers carry the headers that all of them need."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edgee_py.relay.errors import RelayError, error_response
from edgee_py.relay.logs import where
from edgee_py.relay.shortcut import Shortcut

logger = logging.getLogger("edgee.relay")
#: An answer of these types that somebody opens or frames shows its text and does nothing. Scripts get no
#: policy, for a worker would run under it.
_INERT = (b"application/json", b"text/plain", b"text/event-stream")
_HEADERS = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"))
_INERT_HEADERS = (
    *_HEADERS,
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)

Header = tuple[bytes, bytes]
#: Answers one request.
Endpoint = Callable[[Scope, Receive], Awaitable[Response]]


class Envelope(Starlette):
    """A Starlette application in it. `before` is awaited before each request: a mounted app is told of no start.

    posts: by path, what answers a POST. Such a request goes there without being looked up among the routes,
    and past everything that Starlette adds to an endpoint, which costs as much as a post itself.
    """

    def __init__(
        self, before: Callable[[], Awaitable[None]], posts: Mapping[str, Endpoint], **given: Any
    ) -> None:
        super().__init__(**given)
        self.router.redirect_slashes = False
        self._before = before
        self._posts = posts

    def build_middleware_stack(self) -> ASGIApp:
        """Starlette's, without what answers errors that nobody has caught: here they are caught."""
        stack = super().build_middleware_stack()
        return stack.app if isinstance(stack, ServerErrorMiddleware) else stack

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        try:
            await self._before()
        except Exception as error:  # the route itself says what it lacks; healthz lacks nothing
            logger.error("start: %s at %s", type(error).__name__, where(error))
        # Middleware that a site has added is not passed by.
        if scope["method"] == "POST" and not self.user_middleware:
            endpoint = self._posts.get(scope["path"].removeprefix(scope.get("root_path", "")))
            if endpoint is not None:
                try:
                    response = await endpoint(scope, receive)
                except Exception as error:
                    response = _failure(error)
                response.raw_headers += _added(response.raw_headers)
                shortcut = Shortcut.of(scope, send)
                if shortcut is None or not shortcut.respond(response):
                    await response(scope, receive, send)
                return
        await self._rest(scope, receive, send)

    async def _rest(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = message.get("headers", ())
                message["headers"] = [*headers, *_added(headers)]
            await send(message)

        try:
            await super().__call__(scope, receive, send_with_headers)
        except Exception as error:
            response = _failure(error)
            if not started:
                await response(scope, receive, send_with_headers)


def _failure(error: Exception) -> Response:
    # A traceback would print values; the place is enough to find a fault.
    logger.error("%s at %s", type(error).__name__, where(error))
    return error_response(RelayError(500, "internal", "The relay failed; see its log."))


def _added(headers: Iterable[Header]) -> tuple[Header, ...]:
    """The headers that an answer with these gets as well."""
    for name, value in headers:
        if name == b"content-type":
            return _INERT_HEADERS if value.startswith(_INERT) else _HEADERS
    return _HEADERS
