"""The stand-in's endpoints for an ad account: the quality report and requests for erasure.

Source of the shapes: Pinterest's OpenAPI description 5.28. The report is made of what arrived; how
Pinterest comes to its overall status is not published, so that ours is a plain mean.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from edgee_py.pinterest.contract import ConversionEvent
from edgee_py.pinterest.quality import IDENTIFIERS, Coverage, coverage
from edgee_py.sandbox.answers import Refused, error_answer, json_answer
from edgee_py.sandbox.arrivals import Arrivals

_DAYS = {"1d": 1, "14d": 14}

Authorise = Callable[[HttpRequest], None]


class AccountEndpoints:
    """Answers for one sandbox. authorise raises Refused where the token or the account is wrong."""

    def __init__(self, arrivals: Arrivals, now: Callable[[], float], authorise: Authorise) -> None:
        self._arrivals = arrivals
        self._now = now
        self._authorise = authorise

    def routes(self) -> list[Route]:
        """All of them, below the sandbox's root."""
        account = "/v5/ad_accounts/{ad_account_id}"
        requests = f"{account}/conversion_deletion_requests"
        return [
            Route(f"{account}/conversion_eqs", self._checked(self._quality), methods=["GET"]),
            Route(requests, self._checked(self._create), methods=["POST"]),
            Route(requests, self._checked(self._list), methods=["GET"]),
            Route(f"{requests}/{{request_id}}", self._checked(self._show), methods=["GET"]),
            Route(f"{requests}/{{request_id}}", self._checked(self._withdraw), methods=["DELETE"]),
        ]

    def _checked(self, answer: Callable[[HttpRequest, bytes], Response]) -> Any:
        async def endpoint(http: HttpRequest) -> Response:
            body = await http.body()
            try:
                self._authorise(http)
                return answer(http, body)
            except Refused as refused:
                return error_answer(refused)

        return endpoint

    def _quality(self, http: HttpRequest, _: bytes) -> Response:
        period = http.query_params.get("lookback_period", "")
        if period not in _DAYS:
            raise Refused(400, "Invalid request: lookback_period must be one of 1d, 14d")
        since = self._now() - _DAYS[period] * 24 * 3600
        account = http.path_params["ad_account_id"]
        events = [
            cast(ConversionEvent, each.event)
            for each in self._arrivals.recorded
            if each.status == "processed"
            and not each.duplicate
            and each.request.ad_account_id == account
            and each.request.received_at >= since
        ]
        return json_answer([_report(coverage(events), period)] if events else [])

    def _create(self, http: HttpRequest, body: bytes) -> Response:
        emails, epiks = _targets(body)
        # Whom it is about is nobody's business here: hashes tell two requests apart.
        hashes = [hashlib.sha256(each.encode(errors="replace")).hexdigest() for each in emails]
        request = {
            "request_id": str(self._arrivals.next_number()),
            "status": "PENDING",
            "created_time": datetime.fromtimestamp(self._now(), UTC).date().isoformat(),
        }
        self._arrivals.erasures.append(
            {
                "ad_account_id": http.path_params["ad_account_id"],
                "request": request,
                "email_hashes": hashes,
                "epiks": epiks,
            }
        )
        return json_answer(request, 201)

    def _list(self, http: HttpRequest, _: bytes) -> Response:
        return json_answer({"items": self._requests(http), "bookmark": None})

    def _show(self, http: HttpRequest, _: bytes) -> Response:
        return json_answer(self._request(http))

    def _withdraw(self, http: HttpRequest, _: bytes) -> Response:
        request = self._request(http)
        if request["status"] != "PENDING":
            raise Refused(400, "Invalid request: it is not pending")
        request["status"] = "CANCELLED"
        return Response(status_code=204)

    def _requests(self, http: HttpRequest) -> list[dict[str, Any]]:
        account = http.path_params["ad_account_id"]
        return [
            each["request"] for each in self._arrivals.erasures if each["ad_account_id"] == account
        ]

    def _request(self, http: HttpRequest) -> dict[str, Any]:
        for request in self._requests(http):
            if request["request_id"] == http.path_params["request_id"]:
                return request
        raise Refused(404)


def _targets(body: bytes) -> tuple[list[str], list[str]]:
    try:
        targets = json.loads(body)["deletion_targets"]
        emails, epiks = (targets.get(name, []) for name in ("user_emails", "epiks"))
        given = [*emails, *epiks]
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        raise Refused(400, "Invalid request: deletion_targets is missing") from None
    if not given or not all(isinstance(each, str) and each for each in given):
        raise Refused(400, "Invalid request: deletion_targets needs user_emails or epiks")
    return emails, epiks


def _report(by_name: dict[str, Coverage], period: str) -> dict[str, Any]:
    components = {
        identifier: {
            name: {"coverage": round(100 * each.share(identifier), 1)}
            for name, each in by_name.items()
        }
        for identifier in IDENTIFIERS
    }
    shares = [each.share(name) for each in by_name.values() for name in IDENTIFIERS]
    mean = sum(shares) / len(shares)
    return {
        "ingestion_source": "CONVERSIONS_API",
        "source_platform": "WEB",
        "lookback_period": period,
        "overall_status": "GOOD" if mean > 0.7 else "FAIR" if mean > 0.5 else "NEEDS_IMPROVEMENT",
        "quality_components": components,
    }
