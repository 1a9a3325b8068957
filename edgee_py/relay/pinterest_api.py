"""One request to Pinterest, and what its answer means for the events in it.

Statuses and bodies are those of Pinterest's OpenAPI description (`events/create`): 200 with one result
for each event, in order; 400 and 422 where something in the request is wrong; 401 and 403 for the token
or the account; 429 and 503 for later.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from functools import cache

import httpx2
import msgspec

from edgee_py.relay.secret import Secret

#: Longer than Pinterest has been seen to take for a full batch.
_TIMEOUT = httpx2.Timeout(30.0, connect=5.0)
#: A longer Retry-After than this (seconds) is a mistake; one more question an hour harms nobody.
_LONGEST_RETRY_AFTER = 3600.0
_LONGEST_WORDS = 500


class Verdict(Enum):
    """What an answer means for the request as a whole."""

    ANSWERED = auto()  # a result for each event
    FAULTY = auto()  # something in the request is wrong: look for it
    UNAUTHORISED = auto()  # the token or the account is wrong: stop
    LATER = auto()  # not now
    UNKNOWN = auto()  # not now either, but the events may have been taken


class Result(msgspec.Struct):
    """Pinterest's word on one event."""

    status: str
    error_message: str | None = None
    warning_message: str | None = None

    @property
    def processed(self) -> bool:
        """Whether Pinterest has taken the event."""
        return self.status == "processed"

    @property
    def words(self) -> str:
        """Its error or its warning."""
        return (self.error_message or self.warning_message or "")[:_LONGEST_WORDS]


class _Results(msgspec.Struct):
    events: list[Result]


class _Error(msgspec.Struct):
    code: int | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, read.

    status is the HTTP status, 0 where none came. results are for ANSWERED; words are Pinterest's
    message; retry_after is in seconds, 0 where Pinterest names no time.
    """

    verdict: Verdict
    status: int
    results: tuple[Result, ...] = ()
    words: str = ""
    retry_after: float = 0.0


class PinterestApi:
    """The endpoint for one ad account."""

    def __init__(self, api_base: str, ad_account_id: str, *, is_test: bool) -> None:
        self._url = f"{api_base}/ad_accounts/{ad_account_id}/events"
        self._params = {"test": "true"} if is_test else {}
        self._client = httpx2.AsyncClient(
            timeout=_TIMEOUT,
            follow_redirects=False,
            trust_env=not _is_local(api_base),
            verify=_tls(),
        )

    async def send(self, bodies: Sequence[bytes], token: Secret) -> Answer:
        """Post events (each the JSON of a conversion event). Never raises for what may happen on a network."""
        try:
            response = await self._client.post(
                self._url,
                params=self._params,
                content=b'{"data":[' + b",".join(bodies) + b"]}",
                headers={
                    "authorization": f"Bearer {token.reveal()}",
                    "content-type": "application/json",
                },
            )
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            return Answer(Verdict.LATER, 0, words=type(error).__name__)
        except httpx2.HTTPError as error:
            return Answer(Verdict.UNKNOWN, 0, words=type(error).__name__)
        return read_answer(response, len(bodies))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


@cache
def _tls() -> ssl.SSLContext:
    """One for the process: reading the certificates takes longer than a request."""
    return httpx2.create_ssl_context()


def _is_local(url: str) -> bool:
    """Whether a stand-in on this machine is meant, which no proxy of the environment could reach."""
    host = httpx2.URL(url).host
    return host in ("localhost", "::1") or host.startswith("127.")


def read_answer(response: httpx2.Response, count: int) -> Answer:
    """What a response to `count` events means."""
    status = response.status_code
    results = _results(response.content, count)
    if results and (response.is_success or status == 422):
        return Answer(Verdict.ANSWERED, status, results)
    words = _words(response.content)
    if status in (400, 413, 422):
        return Answer(Verdict.FAULTY, status, words=words)
    if status in (401, 403, 404):
        return Answer(Verdict.UNAUTHORISED, status, words=words)
    if status in (429, 503):
        retry_after = _retry_after(response.headers.get("retry-after", ""), time.time())
        return Answer(Verdict.LATER, status, words=words, retry_after=retry_after)
    # A success without results is no answer: a captive portal or a proxy may have spoken.
    return Answer(Verdict.UNKNOWN, status, words=words)


def _results(content: bytes, count: int) -> tuple[Result, ...]:
    try:
        results = msgspec.json.decode(content, type=_Results).events
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ()
    return tuple(results) if len(results) == count else ()


def _words(content: bytes) -> str:
    try:
        error = msgspec.json.decode(content, type=_Error)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    return error.message[:_LONGEST_WORDS]


def _retry_after(text: str, now: float) -> float:
    """Seconds to wait, from a number of seconds or an HTTP date (RFC 9110, 10.2.3)."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), _LONGEST_RETRY_AFTER)
    try:
        wait = parsedate_to_datetime(text).timestamp() - now
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return min(max(wait, 0.0), _LONGEST_RETRY_AFTER)
