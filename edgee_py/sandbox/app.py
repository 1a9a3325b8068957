"""The sandbox as an ASGI application.

`POST /v5/ad_accounts/{id}/events`, `GET …/conversion_eqs` and `…/conversion_deletion_requests` answer
as Pinterest does. Ours:

- `GET /` a page that shows what arrived;
- `GET /events` all events as JSON, oldest first; `?test=true` or `false` chooses, `?unique=true` leaves
  duplicates out; `DELETE /events` forgets them;
- `GET /requests` all requests with events, the refused ones too; `GET /erasures` those for erasure;
- `POST /_control` `{"answer": 429, "times": 3, "retry_after": 1, "delay": 0.5, "failed": [0]}` plans the
  next answers; `DELETE /_control` forgets plans.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Callable, Collection
from contextlib import suppress

from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from edgee_py.sandbox.account import AccountEndpoints
from edgee_py.sandbox.answers import Refused, error_answer, json_answer
from edgee_py.sandbox.arrivals import Arrivals, InvalidPlan, Plan, Request
from edgee_py.sandbox.judge import ERRORS, InvalidRequest, judge, read_events
from edgee_py.sandbox.page import render

_LONGEST_ACCOUNT_ID = 18


def sandbox(
    token: str | None = None,
    *,
    oauth_token: str | None = None,
    accounts: Collection[str] | None = None,
    now: Callable[[], float] = time.time,
) -> Starlette:
    """A stand-in for Pinterest's conversions endpoint.

    Args:
        token: the one bearer token that is right; None takes any, though a request needs one.
        oauth_token: the one that opens the account's other endpoints; None takes any there.
        accounts: the ad accounts the token may write to; None for any.
        now: the clock events are judged by, Unix seconds.
    """
    return _Sandbox(token, oauth_token, accounts, now).app()


class _Sandbox:
    def __init__(
        self,
        token: str | None,
        oauth_token: str | None,
        accounts: Collection[str] | None,
        now: Callable[[], float],
    ) -> None:
        self._token = token
        self._oauth_token = oauth_token
        self._accounts = accounts
        self._now = now
        self._arrivals = Arrivals()

    def app(self) -> Starlette:
        events = "/v5/ad_accounts/{ad_account_id}/events"
        app = Starlette(
            routes=[
                Route(events, self.receive, methods=["POST"]),
                *AccountEndpoints(self._arrivals, self._now, self._authorise_account).routes(),
                Route("/", self.show, methods=["GET"]),
                Route("/events", self.list_events, methods=["GET"]),
                Route("/events", self.clear, methods=["DELETE"]),
                Route("/requests", self.list_requests, methods=["GET"]),
                Route("/erasures", self.list_erasures, methods=["GET"]),
                Route("/_control", self.plan, methods=["POST"]),
                Route("/_control", self.forget_plans, methods=["DELETE"]),
            ]
        )
        app.state.arrivals = self._arrivals
        return app

    async def receive(self, http: HttpRequest) -> Response:
        request = Request(
            number=self._arrivals.next_number(),
            received_at=self._now(),
            ad_account_id=http.path_params["ad_account_id"],
            test=http.query_params.get("test") == "true",
            authorised=_is_bearer(http.headers.get("authorization", ""), self._token),
            headers={k: v for k, v in http.headers.items() if k != "authorization"},
        )
        self._arrivals.requests.append(request)
        plan = self._arrivals.next_plan()
        body = await http.body()
        try:
            response = self._answer(request, plan, body)
        except Refused as refused:
            response = error_answer(refused)
            request.message = refused.message
        request.status = response.status_code
        if plan.delay:
            await _wait(http, plan.delay)
        return response

    def _answer(self, request: Request, plan: Plan, body: bytes) -> Response:
        if plan.answer not in (None, 200, 422):
            after = plan.retry_after
            headers = {} if after is None else {"Retry-After": str(after)}
            raise Refused(plan.answer or 0, headers=headers)
        self._authorise(request)
        try:
            events = read_events(body)
        except InvalidRequest as invalid:
            raise Refused(400, str(invalid)) from None
        request.events = len(events)
        results = [judge(event, request.received_at) for event in events]
        for position in plan.failed:
            if 0 <= position < len(results):
                results[position] |= {"status": "failed", "error_message": "Failed as planned."}
        for event, result in zip(events, results, strict=True):
            self._arrivals.add(request, event, result)
        return _results(results, plan.answer or 200)

    def _authorise(self, request: Request) -> None:
        if not request.authorised:
            raise Refused(401)
        self._check_account(request.ad_account_id)

    def _authorise_account(self, http: HttpRequest) -> None:
        given = http.headers.get("authorization", "")
        if not _is_bearer(given, self._oauth_token):
            # A conversion access token is known, but for events only.
            is_known = self._token is not None and _is_bearer(given, self._token)
            raise Refused(403 if is_known else 401)
        self._check_account(http.path_params["ad_account_id"])

    def _check_account(self, account: str) -> None:
        if not (account.isascii() and account.isdecimal() and len(account) <= _LONGEST_ACCOUNT_ID):
            raise Refused(
                400, "Invalid request: ad_account_id must be a number of 18 digits at most"
            )
        if self._accounts is not None and account not in self._accounts:
            raise Refused(403)

    async def list_events(self, http: HttpRequest) -> Response:
        arrivals = self._arrivals.all()
        if wanted := http.query_params.get("test"):
            arrivals = [each for each in arrivals if each.request.test == (wanted == "true")]
        if http.query_params.get("unique") == "true":
            arrivals = [each for each in arrivals if not each.duplicate]
        return json_answer([each.to_json() for each in arrivals])

    async def list_requests(self, _: HttpRequest) -> Response:
        return json_answer([each.to_json() for each in self._arrivals.requests])

    async def list_erasures(self, _: HttpRequest) -> Response:
        return json_answer(list(self._arrivals.erasures))

    async def clear(self, _: HttpRequest) -> Response:
        self._arrivals.clear()
        return Response(status_code=204)

    async def plan(self, http: HttpRequest) -> Response:
        try:
            self._arrivals.plans.append(Plan.from_json(json.loads(await http.body())))
        except InvalidPlan as invalid:
            return error_answer(Refused(400, str(invalid)))
        except (ValueError, RecursionError):
            return error_answer(Refused(400, "the body is not JSON"))
        return Response(status_code=204)

    async def forget_plans(self, _: HttpRequest) -> Response:
        self._arrivals.plans.clear()
        return Response(status_code=204)

    async def show(self, _: HttpRequest) -> Response:
        return HTMLResponse(render(self._arrivals), headers={"Cache-Control": "no-store"})


def _is_bearer(header: str, token: str | None) -> bool:
    """Whether a header holds the token; where there is none to compare with, whether it holds any."""
    scheme, _, given = header.partition(" ")
    if scheme.lower() != "bearer" or not given.strip():
        return False
    return token is None or secrets.compare_digest(given.strip().encode(), token.encode())


async def _wait(http: HttpRequest, seconds: float) -> None:
    """Wait, but no longer than the client does: once the body is read, all that comes is its leaving."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await http.receive()


def _results(results: list[dict[str, str]], status: int) -> Response:
    processed = sum(result["status"] == "processed" for result in results)
    answer = {
        "num_events_received": len(results),
        "num_events_processed": processed,
        "events": results,
    }
    if status == 200:
        return json_answer(answer)
    code, message = ERRORS[status]
    return json_answer({"code": code, "message": message, "details": answer}, status)
