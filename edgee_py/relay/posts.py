"""The POST routes: guard, read, take in, answer."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar
from urllib.parse import parse_qs
from uuid import uuid4

from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import Receive, Scope

from edgee_py import wire
from edgee_py.pinterest.addresses import may_hold_address
from edgee_py.plain import NotPlain, loads
from edgee_py.relay.clock import now_ms
from edgee_py.relay.csevent import handed_state, sent_state
from edgee_py.relay.envelope import Endpoint
from edgee_py.relay.errors import RelayError, error_body, error_response, json_response
from edgee_py.relay.feed import Feed
from edgee_py.relay.guard import Caller, Guard, allow_origin, joined
from edgee_py.relay.intake import Intake, Taken, Visit, skew_of
from edgee_py.relay.logs import where
from edgee_py.relay.metrics import Metrics
from edgee_py.relay.outbox import OutboxUnavailable
from edgee_py.relay.settings import RelaySettings
from edgee_py.relay.validation import Refused, read_events
from edgee_py.state import Stored
from edgee_py.wire import Received, Reception, WireError

logger = logging.getLogger("edgee.relay")

#: Larger bodies are read on a thread: hundreds of events, or a hostile body, would hold up everybody.
_READ_INLINE = 32 * 1024
#: How long (seconds) a browser should wait when the outbox fails.
_OUTBOX_RETRY_AFTER = 5

Read = TypeVar("Read")
Headers = Mapping[str, str]
Take = Callable[[Scope, Headers, bytes, Visit], Awaitable[Response]]


class Posts:
    """The routes of one relay that take events."""

    def __init__(
        self,
        settings: RelaySettings,
        guard: Guard,
        intake: Intake,
        feed: Feed,
        metrics: Metrics,
    ) -> None:
        self._settings = settings
        self._intake = intake
        self._feed = feed
        takes: dict[str, Take] = {
            "pinterest_capi": self._take_conversion_events,
            "event": self._take_collection,
            "csevent": self._take_from_another_site,
        }
        #: By path, below the mount point.
        self.endpoints: dict[str, Endpoint] = {
            f"/{name}": _Endpoint(name, take, guard, metrics).answer for name, take in takes.items()
        }

    async def _take_conversion_events(
        self, _: Scope, __: Headers, body: bytes, visit: Visit
    ) -> Response:
        """Conversion events in Pinterest's own shape."""
        visit.may_hold_address = may_hold_address(body)
        events, refused = await _aside(body, lambda: read_events(body))
        taken = await self._intake.take(events, refused, visit)
        return _taken_response(taken, empty=not (events or refused))

    async def _take_collection(
        self, _: Scope, headers: Headers, body: bytes, visit: Visit
    ) -> Response:
        """Edgee's collector format."""
        reception, taken = await self._receive(headers, body, visit)
        more: dict[str, Any] = {"state": reception.state, "held": reception.held}
        if reception.is_ours:
            more["outcomes"] = reception.outcomes(taken.rejected)
        if reception.is_ours and reception.asks_traces:
            more["trace"] = reception.traces
        return _taken_response(taken, **more)

    async def _take_from_another_site(
        self, scope: Scope, headers: Headers, body: bytes, visit: Visit
    ) -> Response:
        """The same, from Edgee's SDK in a page that no cookie of the relay's reaches."""
        stored = sent_state(scope["query_string"])
        reception, taken = await self._receive(headers, body, visit, stored)
        response = _taken_response(taken, **handed_state({**stored, **reception.state}))
        if response.status_code == 202:
            response.status_code = 200  # as Edgee's server answers
        return response

    async def _receive(
        self, headers: Headers, body: bytes, visit: Visit, stored: Stored | None = None
    ) -> tuple[Reception, Taken]:
        """Edgee's collector format, mapped by the browser's own pipeline. stored: see `wire.receive`."""
        received = Received(
            now=visit.now,
            skew=visit.skew,
            ip=visit.ip,
            user_agent=visit.user_agent,
            accept_language=headers.get("accept-language", ""),
            gpc=self._settings.respect_gpc and headers.get("sec-gpc") == "1",
        )

        def read() -> Reception:
            return wire.receive(
                loads(body.decode("utf-8-sig")),
                received,
                self._settings.pinterest,
                default_consent=self._settings.consent_default,
                new_id=lambda: str(uuid4()),
                traced=self._feed.on,
                stored=stored,
            )

        try:
            reception = await _aside(body, read)
        except (UnicodeDecodeError, NotPlain):
            raise RelayError(400, "malformed", "The body is no JSON in UTF-8.") from None
        except WireError as error:
            raise RelayError(400, "malformed", str(error)) from None
        for trace in reception.traces:
            self._feed.tell_call(visit.now, trace)
        refused = [Refused(each, "") for each in reception.refusals]
        # The pipeline has corrected the times already.
        taken = await self._intake.take(reception.events, refused, replace(visit, skew=0))
        return reception, taken


class _Endpoint:
    """One route, from the first check to the answer."""

    def __init__(self, name: str, take: Take, guard: Guard, metrics: Metrics) -> None:
        self._name = name
        self._take = take
        self._guard = guard
        self._metrics = metrics

    async def answer(self, scope: Scope, receive: Receive) -> Response:
        """Answer one request."""
        started = time.monotonic()
        headers = joined(scope)
        caller = self._guard.caller(scope, headers)
        try:
            response = await self._answer(scope, receive, headers, caller)
        except RelayError as error:
            response = error_response(error)
        except OutboxUnavailable as error:
            logger.error("outbox: %s", error)
            message = "Events cannot be kept at the moment; keep them and try again."
            response = error_response(RelayError(503, "outbox", message, _OUTBOX_RETRY_AFTER))
        except Exception as error:
            # The error's own text is not logged: it might hold a visitor's value.
            logger.error("%s: %s at %s", self._name, type(error).__name__, where(error))
            response = error_response(RelayError(500, "internal", "The relay failed; see its log."))
        self._metrics.answered(self._name, response.status_code, time.monotonic() - started)
        return allow_origin(response, caller)

    async def _answer(
        self, scope: Scope, receive: Receive, headers: Headers, caller: Caller
    ) -> Response:
        if scope["method"] == "OPTIONS":
            return self._guard.preflight(caller)
        self._guard.check(headers, caller)
        body = await self._guard.body(headers, receive, caller, scope)
        now = now_ms()
        visit = Visit(
            route=self._name,
            now=now,
            skew=skew_of(headers.get("edgee-sent-at") or _sent_at(scope), now),
            ip=caller.ip,
            user_agent=headers.get("user-agent", ""),
            click_id=_click_id(headers),
            charge=partial(self._guard.charge, caller, body=len(body)),
            from_page=caller.origin is not None,
        )
        return await self._take(scope, headers, body, visit)


def _sent_at(scope: Scope) -> str:
    """The sender's clock where it could not send a header; "" where it is not told."""
    query: bytes = scope["query_string"]
    return parse_qs(query.decode("latin-1")).get("t", [""])[-1] if query else ""


def _click_id(headers: Headers) -> str:
    """Pinterest's click id, from its cookie."""
    cookies = headers.get("cookie", "")
    return cookie_parser(cookies).get("_epik", "") if "_epik" in cookies else ""


async def _aside(body: bytes, read: Callable[[], Read]) -> Read:
    """What `read` makes of a body, without holding up other requests for a large one."""
    return await asyncio.to_thread(read) if len(body) > _READ_INLINE else read()


def _taken_response(taken: Taken, *, empty: bool = False, **more: Any) -> Response:
    """202, or 422 where nothing valid is in the request."""
    body: dict[str, Any] = {
        "accepted": taken.accepted,
        "duplicates": taken.duplicates,
        "rejected": [each.to_json() for each in taken.rejected],
        **more,
    }
    kept = taken.accepted or taken.duplicates or more.get("held")
    if not empty and (kept or not taken.rejected):
        return json_response(body, 202)
    message = "There is no event in it." if empty else "No event in it is valid; see rejected."
    return json_response({**error_body("nothing_valid", message), **body}, 422)
