"""Who may look at the inspector, its live feed as server-sent events, and what pages tell it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from edgee_py.pinterest.quality import guide
from edgee_py.relay.errors import RelayError
from edgee_py.relay.feed import Feed
from edgee_py.relay.rate_limit import RateLimit, client_key
from edgee_py.relay.secret import Secret
from edgee_py.relay.settings import RelaySettings

COOKIE = "edgee_inspector"
#: A working day, in seconds.
_COOKIE_AGE = 8 * 3600
#: A page tells of so many calls, and of so many ends of calls, at a time.
MAX_REPORTED = 500
#: So many wrong secrets and cookies a minute are looked at from one address.
_TRIES = 10

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
        self._secret = Secret.of(settings.inspector_secret)
        self._open = settings.is_inspector_open
        # The cookie proves that its holder knew the secret: a key of this process signs when it ends.
        self._key = secrets.token_bytes(32)
        self._failures = RateLimit(_TRIES)

    @property
    def leads_anywhere(self) -> bool:
        """Whether there is an inspector at all."""
        return self._open or bool(self._secret)

    def check(self, request: Request, address: str) -> None:
        """Let a request of a client's address pass.

        Raises:
            RelayError: 404, as if there were nothing; 429 after too many wrong cookies.
        """
        if self._open:
            return
        given = request.cookies.get(COOKIE, "") if self._secret else ""
        if not given:
            raise RelayError(404, "not_found", "Not Found")
        self._try(address, lambda: self._holds(given))

    def admits(self, request: Request, address: str) -> bool:
        """Whether `check` would let it pass.

        Raises:
            RelayError: 429 after too many wrong cookies.
        """
        try:
            self.check(request, address)
        except RelayError as error:
            if error.status != 404:
                raise
            return False
        return True

    def enter(self, request: Request, address: str, *, secure: bool) -> Response | None:
        """Take the secret from the address into a cookie; None where the address holds none.

        Raises:
            RelayError: 404 for a wrong secret; 429 after too many.
        """
        given = request.query_params.get("secret")
        if given is None or self._open:
            return None
        self._try(address, lambda: self._secret.matches(given))
        # Not a redirect: the browser would count it to the page the link was on, and keep the strict
        # cookie back. A page that refreshes itself asks on its own behalf.
        response = Response(headers={**PAGE_HEADERS, "refresh": f"0;url={request.url.path}"})
        response.set_cookie(
            COOKIE,
            self._pass(int(time.time()) + _COOKIE_AGE),
            max_age=_COOKIE_AGE,
            path=request.url.path,
            secure=secure,
            httponly=True,
            samesite="strict",
        )
        return response

    def _try(self, address: str, is_right: Callable[[], bool]) -> None:
        """One try at the door: it is not looked at where too many have failed before it."""
        client = client_key(address)
        wait = self._failures.left(client)
        if wait:
            raise RelayError(429, "rate", "Too many requests; wait before the next one.", wait)
        if not is_right():
            self._failures.take(client)
            raise RelayError(404, "not_found", "Not Found")

    def _pass(self, ends: int) -> str:
        """A cookie that is good until `ends`, Unix seconds."""
        signature = hmac.new(self._key, str(ends).encode(), hashlib.sha256).hexdigest()
        return f"{ends}.{signature}"

    def _holds(self, given: str) -> bool:
        """Whether a cookie is one of ours and has not ended."""
        ends = given.partition(".")[0]
        if not (ends.isascii() and ends.isdigit() and len(ends) < 15):
            return False
        return Secret(self._pass(int(ends))).matches(given) and int(ends) > time.time()


class _Refusal(msgspec.Struct):
    event_id: str
    reason: str
    message: str = ""


class _Made(msgspec.Struct, omit_defaults=True):
    event_id: str
    event_name: str
    edgee: dict[str, Any] | None = None
    payload: dict[str, Any] | None = None


class _Call(msgspec.Struct):
    """A trace, as edgee_py/trace.py makes it."""

    id: str
    at: int
    method: str
    page: str
    by: str
    consent: Literal["granted", "pending", "denied"]
    outcome: Literal["mapped", "held", "refused", "done"]
    arguments: list[Any] = []
    events: list[_Made] = []
    refusals: list[_Refusal] = []
    notes: list[str] = []


class _Told(msgspec.Struct, omit_defaults=True):
    """An end of a call that only the device knows of, as `Effects.tell` has it."""

    id: str
    method: str
    outcome: Literal["held", "refused"]
    event_id: str = ""
    event_name: str = ""
    reason: str = ""
    message: str = ""


class Report(msgspec.Struct):
    """What a page posts for the inspector: its calls, hashed and masked there, and their ends."""

    calls: Annotated[list[_Call], msgspec.Meta(max_length=MAX_REPORTED)] = []
    told: Annotated[list[_Told], msgspec.Meta(max_length=MAX_REPORTED)] = []


_REPORT = msgspec.json.Decoder(Report)


def take_report(feed: Feed, body: bytes, now: int) -> int:
    """Show a page's report to those who watch; how many calls and ends it held.

    Raises:
        RelayError: 400 where the body is none.
    """
    try:
        report = _REPORT.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise RelayError(400, "malformed", "The body is no report for the inspector.") from None
    for call in report.calls:
        feed.tell_call(now, call)
    for told in report.told:
        feed.tell_told(now, told)
    return len(report.calls) + len(report.told)


def feed_response(feed: Feed, request: Request) -> Response:
    """The feed, from where a reconnecting browser left it."""
    name, _, last = request.headers.get("last-event-id", "").partition("-")
    is_ours = name == feed.name and last.isascii() and last.isdigit() and len(last) < 16
    after = int(last) if is_ours else 0
    return StreamingResponse(
        _messages(feed, after),
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        media_type="text/event-stream",
    )


async def _messages(feed: Feed, after: int) -> AsyncIterator[bytes]:
    # Something to read at once: the browser knows that it is connected.
    yield b": connected\n\n"
    yield b"event: welcome\ndata: %b\n\n" % msgspec.json.encode({"identifiers": guide()})
    async for numbered in feed.watch(after):
        if numbered is None:
            yield b": quiet\n\n"
        else:
            id_ = f"{feed.name}-{numbered.number}".encode()
            yield b"id: %b\ndata: %b\n\n" % (id_, numbered.message)
