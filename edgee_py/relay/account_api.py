"""What Pinterest offers an ad account beside taking events: its quality report, and erasure.

Source: `conversion_eqs/list` and `conversion_deletion_requests/*` of Pinterest's OpenAPI description
5.28. Both want an OAuth access token (scopes `ads:read`, `ads:write`); a conversion access token opens
neither.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Literal, TypeVar

import httpx2
import msgspec

from edgee_py.relay.pinterest_api import DEADLINE, http_client
from edgee_py.relay.secret import Secret

Shape = TypeVar("Shape")

LookbackPeriod = Literal["1d", "14d"]

_LONGEST_WORDS = 500


class AccountError(Exception):
    """Pinterest did not do it. The text says why, and what to do."""


class Issue(msgspec.Struct):
    """Something Pinterest has found wrong with an identifier."""

    name: str
    reason: str
    id: str = ""


class Component(msgspec.Struct):
    """One identifier in events of one name. coverage and overlap are percentages.

    overlap: how many events share their event id with one of another source.
    """

    coverage: float
    issues: list[Issue] | None = None
    overlap: float | None = None


class QualityReport(msgspec.Struct):
    """Pinterest's event quality report for one source of events.

    quality_components: by identifier (see `edgee_py.pinterest.quality`), then by event name.
    """

    quality_components: dict[str, dict[str, Component] | None]
    ingestion_source: str = ""
    source_platform: str = ""
    overall_status: str = ""
    lookback_period: str = ""


class DeletionRequest(msgspec.Struct):
    """A request for erasure. status: PENDING (can be withdrawn), SUBMITTED or CANCELLED."""

    request_id: str
    status: str
    created_time: str | int = ""
    processed_time: str | int | None = None


class _Page(msgspec.Struct):
    items: list[DeletionRequest]
    bookmark: str | None = None


class _Error(msgspec.Struct):
    message: str
    code: int = 0


class AccountApi:
    """The endpoints of one ad account.

    Raises:
        InvalidSettings: where the environment names proxies or certificates that cannot be used.
    """

    def __init__(self, api_base: str, ad_account_id: str, token: Secret) -> None:
        self._url = f"{api_base}/ad_accounts/{ad_account_id}"
        self._token = token
        self._client = http_client(api_base)

    async def quality(self, period: LookbackPeriod) -> list[QualityReport]:
        """The reports, one for each source of events.

        Raises:
            AccountError: where Pinterest gives none.
        """
        query = {"lookback_period": period}
        return await self._ask("GET", "conversion_eqs", list[QualityReport], params=query)

    async def erase(self, emails: Sequence[str], click_ids: Sequence[str]) -> DeletionRequest:
        """Ask for the erasure of people's conversions.

        emails: in plain text, for Pinterest takes no hashes here; click_ids: `epik` values.

        Raises:
            AccountError: where Pinterest does not take the request.
        """
        targets = {"user_emails": list(emails), "epiks": list(click_ids)}
        body = {"deletion_targets": {name: each for name, each in targets.items() if each}}
        path = "conversion_deletion_requests"
        return await self._ask("POST", path, DeletionRequest, content=msgspec.json.encode(body))

    async def deletion_requests(self) -> list[DeletionRequest]:
        """All requests for erasure.

        Raises:
            AccountError: where Pinterest gives no list.
        """
        found: list[DeletionRequest] = []
        query: dict[str, str] = {}
        while True:
            page = await self._ask("GET", "conversion_deletion_requests", _Page, params=query)
            found += page.items
            if not page.bookmark or page.bookmark == query.get("bookmark"):
                return found
            query = {"bookmark": page.bookmark}

    async def withdraw(self, request_id: str) -> None:
        """Withdraw a request that is pending.

        Raises:
            AccountError: where it is none.
        """
        await self._ask("DELETE", f"conversion_deletion_requests/{request_id}", None)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _ask(
        self, method: str, path: str, shape: type[Shape] | None, **request: Any
    ) -> Shape:
        headers = {
            "authorization": f"Bearer {self._token.reveal()}",
            "content-type": "application/json",
        }
        try:
            async with asyncio.timeout(DEADLINE):
                response = await self._client.request(
                    method, f"{self._url}/{path}", headers=headers, **request
                )
        except (httpx2.HTTPError, TimeoutError) as error:
            raise AccountError(
                f"Pinterest cannot be reached ({type(error).__name__}); check network and proxy"
            ) from None
        if not response.is_success:
            raise AccountError(_refusal(response))
        if shape is None:
            return None  # type: ignore[return-value]  # nothing was asked for
        try:
            return msgspec.json.decode(response.content, type=shape)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise AccountError("the answer is not Pinterest's; check PINTEREST_API_BASE") from None


def _refusal(response: httpx2.Response) -> str:
    try:
        words = msgspec.json.decode(response.content, type=_Error).message[:_LONGEST_WORDS]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        words = ""
    said = f"Pinterest answered {response.status_code}{f' ({words})' if words else ''}"
    return f"{said}; {_MENDS.get(response.status_code, 'try again later')}"


_MENDS = {
    400: "check what was asked for",
    401: "set PINTEREST_OAUTH_TOKEN to an OAuth token with ads:read and ads:write",
    403: (
        "the token needs ads:read and ads:write and a role in this ad account; a conversion access"
        " token has neither: set PINTEREST_OAUTH_TOKEN"
    ),
    404: "there is no such thing in this ad account",
}
