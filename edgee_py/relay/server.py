"""Running the relay by itself: uvicorn on one socket, stopped cleanly."""

from __future__ import annotations

import errno
import gc
import logging
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from types import FrameType
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from edgee_py.relay.logs import set_up
from edgee_py.relay.protocol import BoundedProtocol

logger = logging.getLogger("edgee.relay")

#: So many more objects than before are looked through for those that hold each other.
_GARBAGE = 20_000
#: A thread that wants its turn gets it after so many seconds: the outbox's has several in a transaction.
_TURN = 0.0005
#: Where the relay is on a site.
_PLACE = "/_edgee"
#: Requests under way may take this long (seconds) once the server is asked to stop.
GRACE = 5


class CannotListen(OSError):
    """The port is taken or not allowed. The text says what to do."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one.

    Raises:
        CannotListen: where the address cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        reason = error.strerror if isinstance(error, OSError) else "no such port"
        is_elsewhere = isinstance(error, OSError) and error.errno == errno.EADDRNOTAVAIL
        if is_elsewhere or isinstance(error, socket.gaierror):
            raise CannotListen(
                f"{host} is no address of this machine ({reason}); --host takes 127.0.0.1, 0.0.0.0, …"
            ) from None
        raise CannotListen(
            f"Port {port} of {host} cannot be used ({reason}); choose another with --port."
        ) from None
    return listener


def quiet(app: ASGIApp, **more: Any) -> uvicorn.Config:
    """uvicorn's settings for whatever serves a relay, and more of them."""
    # Proxy headers are the relay's own affair: it knows which proxies to believe. Access logs hold
    # visitors' addresses.
    return uvicorn.Config(
        app,
        access_log=False,
        proxy_headers=False,
        log_config=None,
        log_level="warning",
        timeout_graceful_shutdown=GRACE,
        **more,
    )


class Server(uvicorn.Server):
    """uvicorn that says when it listens, and ends open feeds when it is asked to stop."""

    def __init__(
        self, app: ASGIApp, *, listening: Callable[[], None], stopping: Callable[[], None]
    ) -> None:
        # A WebSocket would be a connection without bounds, and there is none here.
        super().__init__(quiet(app, http=BoundedProtocol, ws="none", server_header=False))
        self._listening = listening
        self._stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets)
        # What is loaded by now stays; looking through it for garbage again and again costs a tenth of the
        # time for a request.
        gc.collect()
        gc.freeze()
        gc.set_threshold(_GARBAGE)
        sys.setswitchinterval(_TURN)
        if self.started and not self.should_exit:
            self._listening()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop on a signal: the inspector's feeds would otherwise never end by themselves."""
        self._stopping()
        super().handle_exit(sig, frame)


def site(relay: Starlette, *others: BaseRoute) -> Starlette:
    """A site with the relay under /_edgee, started and stopped with it, and other routes."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with relay.router.lifespan_context(relay):
            yield

    return _Site(relay, routes=[Mount(_PLACE, relay), *others], lifespan=lifespan)


class _Site(Starlette):
    """What is the relay's goes to it without being looked up among the site's routes."""

    def __init__(self, relay: ASGIApp, **given: Any) -> None:
        super().__init__(**given)
        self._relay = relay

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand one request on."""
        place = scope.get("root_path", "") + _PLACE
        is_relays = scope["type"] == "http" and scope["path"].startswith(f"{place}/")
        # Middleware that a site has is not passed by.
        if is_relays and not self.user_middleware:
            await self._relay({**scope, "root_path": place}, receive, send)
        else:
            await super().__call__(scope, receive, send)


def serve(app: ASGIApp, relay: Starlette, listener: socket.socket, greeting: str) -> None:
    """Serve until a signal; `relay` is the mounted relay.

    Once it listens the greeting is printed, or logged where the log is for machines.
    """
    log_format = relay.state.relay.settings.log_format
    set_up(log_format)
    greet = logger.info if log_format == "json" else partial(print, flush=True)
    server = Server(
        app,
        listening=lambda: greet(greeting),
        stopping=relay.state.relay.feed.close,
    )
    # uvicorn has stopped in good order by then, and raises the signal again.
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listener])
