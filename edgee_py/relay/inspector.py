"""Who may look at the inspector, and its live feed as server-sent events."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from edgee_py.relay.errors import RelayError
from edgee_py.relay.feed import Feed
from edgee_py.relay.secret import Secret
from edgee_py.relay.settings import RelaySettings

COOKIE = "edgee_inspector"
#: A working day, in seconds.
_COOKIE_AGE = 8 * 3600

#: The page brings its own script and style; nothing else runs in it and nobody frames it.
PAGE_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
        " img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "cache-control": "no-store",
}


class Door:
    """Lets in everybody (development), those who know the secret, or nobody."""

    def __init__(self, settings: RelaySettings) -> None:
        secret = settings.inspector_secret
        self._secret = secret if isinstance(secret, Secret) else Secret(secret)
        self._open = settings.inspector == "on" and not self._secret
        # The cookie proves that its holder knew the secret, without being the secret.
        key = self._secret.reveal().encode()
        self._pass = Secret(hmac.new(key, b"edgee inspector", hashlib.sha256).hexdigest())

    @property
    def leads_anywhere(self) -> bool:
        """Whether there is an inspector at all."""
        return self._open or bool(self._secret)

    def check(self, request: Request) -> None:
        """Let a request pass.

        Raises:
            RelayError: 404, as if there were nothing.
        """
        if self._open or (self._secret and self._pass.matches(request.cookies.get(COOKIE, ""))):
            return
        raise RelayError(404, "not_found", "Not Found")

    def enter(self, request: Request, *, secure: bool) -> Response | None:
        """Take the secret from the address into a cookie; None where the address holds none.

        Raises:
            RelayError: 404 for a wrong secret.
        """
        given = request.query_params.get("secret")
        if given is None or self._open:
            return None
        if not self._secret.matches(given):
            raise RelayError(404, "not_found", "Not Found")
        # Not a redirect: the browser would count it to the page the link was on, and keep the strict
        # cookie back. A page that refreshes itself asks on its own behalf.
        response = Response(headers={**PAGE_HEADERS, "refresh": f"0;url={request.url.path}"})
        response.set_cookie(
            COOKIE,
            self._pass.reveal(),
            max_age=_COOKIE_AGE,
            path=request.url.path,
            secure=secure,
            httponly=True,
            samesite="strict",
        )
        return response


def feed_response(feed: Feed, request: Request) -> Response:
    """The feed, from where a reconnecting browser left it."""
    last = request.headers.get("last-event-id", "")
    after = int(last) if last.isascii() and last.isdigit() and len(last) < 16 else 0
    return StreamingResponse(
        _messages(feed, after),
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        media_type="text/event-stream",
    )


async def _messages(feed: Feed, after: int) -> AsyncIterator[bytes]:
    # Something to read at once: the browser knows that it is connected.
    yield b": connected\n\n"
    async for numbered in feed.watch(after):
        if numbered is None:
            yield b": quiet\n\n"
        else:
            text = msgspec.json.encode(numbered.message)
            yield b"id: %d\ndata: %b\n\n" % (numbered.number, text)
