"""What a POST has to get past before a byte of it is parsed: origin, rate, type and size."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Final, NamedTuple, cast

from starlette.responses import Response
from starlette.types import Receive, Scope

from edgee_py.relay.client_address import Proxies
from edgee_py.relay.errors import RelayError
from edgee_py.relay.origins import may_post
from edgee_py.relay.rate_limit import RateLimit, client_key
from edgee_py.relay.settings import RelaySettings
from edgee_py.relay.shortcut import Shortcut

logger = logging.getLogger("edgee.relay")

#: A browser asks again after this many seconds; two hours is the most that Chromium keeps.
_PREFLIGHT_MAX_AGE: Final = "7200"
#: A body of the largest size comes through the slowest of mobile networks in this time (seconds).
_BODY_SECONDS = 60.0
_LATE: Final = "the body is late"
_NOBODYS: Final = (
    "A page without an origin of its own (a sandboxed frame, a file, a redirect from elsewhere) may not post:"
    " allow-same-origin gives a frame one."
)
#: A request counts as much as so many events, or KiB, of it beyond the first.
EVENTS_PER_REQUEST = 10
#: The content types of a post that are named to others; every `application/…+json` is taken too.
JSON_TYPES = ("application/json", "text/plain")


class Caller(NamedTuple):
    """Who called. ip is "" where nobody knows it; origin is the Origin header, if there is one.

    asks: whether the answer has to say that the caller's page may read it. Where the browser itself says that
    page and relay have one origin, it does not ask.
    """

    ip: str
    own_origin: str
    origin: str | None
    allowed: bool
    asks: bool


class Guard:
    """The checks of one relay."""

    def __init__(self, settings: RelaySettings) -> None:
        self._origins = frozenset(settings.origins)
        self._proxies = Proxies(settings.trusted_networks)
        limit = settings.rate_limit
        self._rate = RateLimit(limit * EVENTS_PER_REQUEST) if limit else None
        self._body_limit = settings.body_limit
        self._has_told_of_origins = False

    def caller(self, scope: Scope, headers: Mapping[str, str]) -> Caller:
        """Who calls, through the proxies that can be trusted; headers are the scope's, joined."""
        peer = scope["client"][0] if scope.get("client") else ""
        own = self._proxies.own_origin(scope.get("scheme", "http"), peer, headers)
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        allowed = may_post(origin, site, own, self._origins)
        return Caller(
            ip=self._proxies.client_of(peer, headers),
            own_origin=own,
            origin=origin,
            allowed=allowed,
            asks=allowed and origin is not None and site != "same-origin",
        )

    def check(self, headers: Mapping[str, str], caller: Caller) -> None:
        """Origin, rate and content type, cheapest first.

        Raises:
            RelayError: 403, 429 or 415.
        """
        self._admit(caller)
        self._pay(caller, _price(min(_length(headers), self._body_limit)))
        check_type(headers)

    def preflight(self, caller: Caller) -> Response:
        """The answer to a browser that asks whether it may post.

        Raises:
            RelayError: 403 where it may not.
        """
        self._admit(caller)
        response = Response(status_code=204)
        response.headers["access-control-allow-methods"] = "POST, OPTIONS"
        response.headers["access-control-allow-headers"] = (
            "Content-Type, Edgee-Sent-At, Edgee-Debug"
        )
        response.headers["access-control-max-age"] = _PREFLIGHT_MAX_AGE
        return response

    def _admit(self, caller: Caller) -> None:
        if caller.allowed:
            return
        if caller.origin == "null":
            raise RelayError(403, "origin", _NOBODYS)
        # Said once, and not of which page: what a request says is not logged.
        if not self._has_told_of_origins:
            self._has_told_of_origins = True
            logger.warning(
                "A page of another origin than [relay] origins has was refused (403), as all such are."
                " Should it be a site of yours, add it as browsers show it: scheme, www. and port."
            )
        raise RelayError(
            403, "origin", "This origin may not post here; add it to the relay's origins."
        )

    def charge(self, caller: Caller, events: int, body: int) -> None:
        """Count the events found in a body of so many bytes, as far as its size has not paid for them.

        Raises:
            RelayError: 429 with the seconds to wait before the request may come again.
        """
        extra = events - 1 - body // 1024
        if extra > 0:
            self._pay(caller, extra, paid=_price(body))

    def _pay(self, caller: Caller, events: int, paid: int = 0) -> None:
        if self._rate is None:
            return
        wait = self._rate.take(client_key(caller.ip), events, taken=paid)
        if wait:
            raise RelayError(429, "rate", "Too many requests; wait before the next one.", wait)

    async def body(
        self, headers: Mapping[str, str], receive: Receive, caller: Caller, scope: Scope
    ) -> bytes:
        """The body, read no further than the limit; its size is counted before anybody parses it.

        Raises:
            RelayError: 413 where it is larger; 400 where the client left, 408 where it dawdled; 429 where its
                size was not told before, and is too much for the caller's rate.
        """
        told = _length(headers)
        if told > self._body_limit:
            raise self._too_large()
        shortcut = Shortcut.of(scope, receive)
        body = shortcut.body() if shortcut else None
        if body is None:
            body = await self._read_in_time(receive)
        elif len(body) > self._body_limit:
            raise self._too_large()
        if len(body) > told and (more := _price(len(body)) - _price(told)):
            self._pay(caller, more, paid=_price(told))
        return body

    async def _read_in_time(self, receive: Receive) -> bytes:
        # What asyncio.timeout does, at a tenth of its cost: most bodies are there already.
        task = cast("asyncio.Task[object]", asyncio.current_task())
        timer = asyncio.get_running_loop().call_later(_BODY_SECONDS, task.cancel, _LATE)
        try:
            return await self._read(receive)
        except asyncio.CancelledError as error:
            if error.args != (_LATE,) or task.uncancel():
                raise
            raise RelayError(408, "timeout", "The body took too long.") from None
        finally:
            timer.cancel()

    async def _read(self, receive: Receive) -> bytes:
        body: bytes = b""
        while True:
            message = await receive()
            if message["type"] != "http.request":
                raise RelayError(400, "malformed", "The body ended early.")
            body += message.get("body", b"")
            if len(body) > self._body_limit:
                raise self._too_large()
            if not message.get("more_body", False):
                return body

    def _too_large(self) -> RelayError:
        return RelayError(
            413, "size", f"The body is larger than {self._body_limit} bytes; send fewer events."
        )


def _length(headers: Mapping[str, str]) -> int:
    """The bytes of the body as the head tells them; 0 where it does not."""
    told = headers.get("content-length", "")
    return int(told[:19]) if told.isascii() and told.isdigit() else 0


def _price(body: int) -> int:
    """What a request with a body of so many bytes counts, in events."""
    return EVENTS_PER_REQUEST + body // 1024


def joined(scope: Scope) -> dict[str, str]:
    """A request's headers by lower-case name; several lines of one name are one list, as HTTP says."""
    lines = scope["headers"]
    merged = {name.decode("latin-1"): value.decode("latin-1") for name, value in lines}
    if len(merged) == len(lines):
        return merged
    merged = {}
    for raw_name, raw_value in lines:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        if name in merged:
            separator = "; " if name == "cookie" else ","
            value = f"{merged[name]}{separator}{value}"
        merged[name] = value
    return merged


def check_type(headers: Mapping[str, str]) -> None:
    """JSON under any of its names, or the text/plain of a beacon; in UTF-8, not compressed.

    Raises:
        RelayError: 415.
    """
    given = headers.get("content-type", "")
    if given in JSON_TYPES and "content-encoding" not in headers:
        return
    media, *parameters = given.lower().split(";")
    media = media.strip()
    other_json = media.startswith("application/") and media.endswith("+json")
    if media not in JSON_TYPES and not other_json:
        raise RelayError(415, "type", "Send JSON as application/json, or as a beacon's text/plain.")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip(' "') not in ("utf-8", "utf8", "us-ascii"):
            raise RelayError(415, "type", "Send UTF-8.")
    if headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise RelayError(415, "type", "Send the body without Content-Encoding.")


def allow_origin(response: Response, caller: Caller) -> Response:
    """Let an allowed page on another origin read the answer (credentials carry the `_epik` cookie)."""
    response.raw_headers.append((b"vary", b"Origin"))
    if caller.asks and caller.origin is not None:
        response.raw_headers += (
            (b"access-control-allow-origin", caller.origin.encode("latin-1")),
            (b"access-control-allow-credentials", b"true"),
            (b"access-control-expose-headers", b"Retry-After"),
        )
    return response
