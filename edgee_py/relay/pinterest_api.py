"""One request to Pinterest, and what its answer means for the events in it.

Statuses and bodies are those of Pinterest's OpenAPI description (`events/create`): 200 with one result
for each event, in order; 400 and 422 where something in the request is wrong; 401 and 403 for the token
or the account; 429 and 503 for later.
"""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import cache
from typing import TypeVar

import httpx2
import msgspec

from edgee_py.http_times import http_date, retry_after
from edgee_py.pinterest.settings import InvalidSettings
from edgee_py.relay.clock import now_ms
from edgee_py.relay.secret import Secret

Shape = TypeVar("Shape")

#: Longer than Pinterest has been seen to take for a full batch.
_TIMEOUT = httpx2.Timeout(30.0, connect=5.0)
#: However busily an answer drips, it must be whole in this time (seconds).
DEADLINE = 60.0
#: A longer Retry-After than this (seconds) is a mistake; four more questions an hour harm nobody.
LONGEST_RETRY_AFTER = 900.0
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


class _Detailed(msgspec.Struct):
    """Where not all events were taken: an error, with the results among its details."""

    details: _Results


class _Error(msgspec.Struct):
    code: int
    message: str


_RESULTS = msgspec.json.Decoder(_Results)
_DETAILED = msgspec.json.Decoder(_Detailed)
_ERROR = msgspec.json.Decoder(_Error)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, read.

    status is the HTTP status, 0 where none came. results are for ANSWERED; words are Pinterest's
    message; retry_after is in seconds, 0 where Pinterest names no time. partly: some of the events
    were taken, though the answer does not say which. date: the answering clock (Unix seconds), 0 where
    it does not say.
    """

    verdict: Verdict
    status: int
    results: tuple[Result, ...] = ()
    words: str = ""
    retry_after: float = 0.0
    partly: bool = False
    date: float = 0.0


class PinterestApi:
    """The endpoint for one ad account.

    Raises:
        InvalidSettings: where the environment names proxies or certificates that cannot be used.
    """

    def __init__(self, api_base: str, ad_account_id: str, *, is_test: bool) -> None:
        self._url = f"{api_base}/ad_accounts/{ad_account_id}/events"
        self._params = {"test": "true"} if is_test else {}
        self._client = http_client(api_base)

    @staticmethod
    def check(api_base: str) -> None:
        """Check what the environment says of proxies and certificates.

        Raises:
            InvalidSettings: naming what cannot be used.
        """
        http_client(api_base)

    async def send(self, bodies: Sequence[bytes], token: Secret) -> Answer:
        """Post events (each the JSON of a conversion event). Never raises for what may happen on a network."""
        try:
            async with asyncio.timeout(DEADLINE):
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
        except (httpx2.HTTPError, TimeoutError) as error:
            return Answer(Verdict.UNKNOWN, 0, words=type(error).__name__)
        return replace(
            read_answer(response, len(bodies)),
            date=(http_date(response.headers.get("date", "")) or 0) / 1000,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def http_client(api_base: str) -> httpx2.AsyncClient:
    """A client for Pinterest's API, or for a stand-in.

    Raises:
        InvalidSettings: where the environment names proxies or certificates that cannot be used.
    """
    local = _is_local(api_base)
    try:
        verify = _tls()
    except (OSError, ssl.SSLError) as error:
        named = [name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)]
        raise InvalidSettings(
            f"{' or '.join(named) or 'the system'}: certificates cannot be read"
            f" ({type(error).__name__})"
        ) from None
    options = {"timeout": _TIMEOUT, "follow_redirects": False, "verify": verify}
    try:
        return httpx2.AsyncClient(trust_env=not local, **options)  # type: ignore[arg-type]
    except Exception as error:  # whatever a proxy's address provokes; its text may hold a password
        named = [name for name in os.environ if name.lower() in _PROXIES and os.environ[name]]
        raise InvalidSettings(
            f"{' or '.join(sorted(named))}: the proxy cannot be used ({type(error).__name__});"
            " write it as http://host:port"
        ) from None


_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


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
    error = _decoded(response.content, _ERROR)
    words = error.message[:_LONGEST_WORDS] if error else ""
    if status in (400, 413, 422):
        if error is None:
            # Not Pinterest's words, so no judgement on an event: something on the way has spoken.
            return Answer(Verdict.LATER, status)
        return Answer(Verdict.FAULTY, status, words=words, partly=status == 422)
    if status in (401, 403, 404):
        return Answer(Verdict.UNAUTHORISED, status, words=words)
    if status in (429, 503):
        asked = retry_after(response.headers.get("retry-after", ""), now_ms()) / 1000
        wait = min(asked, LONGEST_RETRY_AFTER)
        return Answer(Verdict.LATER, status, words=words, retry_after=wait)
    # A success without results is no answer: a captive portal or a proxy may have spoken.
    return Answer(Verdict.UNKNOWN, status, words=words)


def _results(content: bytes, count: int) -> tuple[Result, ...]:
    """The results, at the top or, where not all events were taken, among the details."""
    found = _decoded(content, _RESULTS)
    if found is None and (detailed := _decoded(content, _DETAILED)):
        found = detailed.details
    return tuple(found.events) if found and len(found.events) == count else ()


def _decoded(content: bytes, decoder: msgspec.json.Decoder[Shape]) -> Shape | None:
    try:
        return decoder.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
