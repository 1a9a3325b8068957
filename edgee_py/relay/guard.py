"""What a POST has to get past before a byte of it is parsed: origin, rate, type and size."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from edgee_py.relay.client_address import Proxies
from edgee_py.relay.errors import RelayError
from edgee_py.relay.origins import may_post
from edgee_py.relay.rate_limit import RateLimit, client_key
from edgee_py.relay.settings import RelaySettings

#: A browser asks again after this many seconds; two hours is the most that Chromium keeps.
_PREFLIGHT_MAX_AGE: Final = "7200"
#: A body of the largest size comes through the slowest of mobile networks in this time (seconds).
_BODY_SECONDS = 60.0
#: So many events, or KiB, more in a request count as one request more.
EVENTS_PER_REQUEST = 10
#: The content types of a post that are named to others; every `application/…+json` is taken too.
JSON_TYPES = ("application/json", "text/plain")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who called. ip is "" where nobody knows it; origin is the Origin header, if there is one."""

    ip: str
    own_origin: str
    origin: str | None
    allowed: bool


class Guard:
    """The checks of one relay."""

    def __init__(self, settings: RelaySettings) -> None:
        self._origins = frozenset(settings.origins)
        self._proxies = Proxies(settings.trusted_networks)
        self._rate = RateLimit(settings.rate_limit) if settings.rate_limit else None
        self._body_limit = settings.body_limit

    def caller(self, request: Request) -> Caller:
        """Who calls, through the proxies that can be trusted."""
        headers = joined(request.headers)
        peer = request.client.host if request.client else None
        own = self._proxies.own_origin(request.url.scheme, peer, headers)
        origin = headers.get("origin")
        return Caller(
            ip=self._proxies.client_of(peer, headers),
            own_origin=own,
            origin=origin,
            allowed=may_post(origin, headers.get("sec-fetch-site"), own, self._origins),
        )

    def check(self, request: Request, caller: Caller) -> None:
        """Origin, rate and content type, cheapest first.

        Raises:
            RelayError: 403, 429 or 415.
        """
        if not caller.allowed:
            raise RelayError(
                403, "origin", "This origin may not post here; add it to the relay's origins."
            )
        self.check_rate(caller)
        check_type(request.headers)

    def check_rate(self, caller: Caller) -> None:
        """Count a request of this caller.

        Raises:
            RelayError: 429 with the seconds to wait.
        """
        wait = self._rate.wait(client_key(caller.ip), time.monotonic_ns()) if self._rate else 0
        if wait:
            raise RelayError(429, "rate", "Too many requests; wait before the next one.", wait)

    def charge(self, caller: Caller, events: int, body: int) -> None:
        """Count the events found in a body of so many bytes, as far as its size has not paid for them."""
        self._charge(caller, events - 1 - body // 1024)

    def _charge(self, caller: Caller, events: int) -> None:
        if self._rate and events > 0:
            weight = events / EVENTS_PER_REQUEST
            self._rate.charge(client_key(caller.ip), weight, time.monotonic_ns())

    async def body(self, request: Request, caller: Caller) -> bytes:
        """The body, read no further than the limit; its size is counted before anybody parses it.

        Raises:
            RelayError: 413 where it is larger; 400 where the client left, 408 where it dawdled.
        """
        told = request.headers.get("content-length", "")
        if told.isascii() and told.isdigit() and int(told[:19]) > self._body_limit:
            raise self._too_large()
        body = bytearray()
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                async for chunk in request.stream():
                    body += chunk
                    if len(body) > self._body_limit:
                        raise self._too_large()
        except ClientDisconnect:
            raise RelayError(400, "malformed", "The body ended early.") from None
        except TimeoutError:
            raise RelayError(408, "timeout", "The body took too long.") from None
        self._charge(caller, len(body) // 1024)
        return bytes(body)

    def _too_large(self) -> RelayError:
        return RelayError(
            413, "size", f"The body is larger than {self._body_limit} bytes; send fewer events."
        )


def joined(headers: Headers) -> dict[str, str]:
    """Headers by lower-case name; several lines of one name are one list, as HTTP says."""
    merged: dict[str, str] = {}
    for name, value in headers.items():
        merged[name] = f"{merged[name]},{value}" if name in merged else value
    return merged


def check_type(headers: Headers) -> None:
    """JSON under any of its names, or the text/plain of a beacon; in UTF-8, not compressed.

    Raises:
        RelayError: 415.
    """
    media, *parameters = headers.get("content-type", "").lower().split(";")
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
    response.headers["vary"] = "Origin"
    if caller.origin is not None and caller.allowed:
        response.headers["access-control-allow-origin"] = caller.origin
        response.headers["access-control-allow-credentials"] = "true"
        response.headers["access-control-expose-headers"] = "Retry-After"
    return response


def preflight(caller: Caller) -> Response:
    """The answer to a browser that asks whether it may post.

    Raises:
        RelayError: 403 where it may not.
    """
    if not caller.allowed:
        raise RelayError(
            403, "origin", "This origin may not post here; add it to the relay's origins."
        )
    response = Response(status_code=204)
    response.headers["access-control-allow-methods"] = "POST, OPTIONS"
    response.headers["access-control-allow-headers"] = "Content-Type, Edgee-Sent-At, Edgee-Debug"
    response.headers["access-control-max-age"] = _PREFLIGHT_MAX_AGE
    return allow_origin(response, caller)
