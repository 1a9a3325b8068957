"""Run the sandbox on a port of its own, in a thread: `with serve() as pinterest: …`."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2

from edgee_py.relay.threaded import in_thread
from edgee_py.sandbox.app import sandbox


class RunningSandbox:
    """A sandbox that answers over HTTP.

    Attributes:
        url: its root, with the page that shows what arrived.
        api_base: what `PINTEREST_API_BASE` is set to for it.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.api_base = f"{url}/v5"
        self._client = httpx2.Client(base_url=url, timeout=10)

    def events(self, **query: str) -> list[dict[str, Any]]:
        """What arrived, oldest first: a mapping for each event that was answered for.

        `event` is the event as Pinterest would get it, `status` "processed" or "failed",
        `error_message` why; `duplicate` tells that an event of the same id and name came before.

        Args:
            query: `test="true"` or "false" for events sent as a test or not; `unique="true"` leaves
                duplicates out.
        """
        found: list[dict[str, Any]] = self._get("/events", query)
        return found

    def requests(self) -> list[dict[str, Any]]:
        """Every request, the refused ones too: its `status`, `message`, `headers` and number of `events`."""
        found: list[dict[str, Any]] = self._get("/requests", {})
        return found

    def erasures(self) -> list[dict[str, Any]]:
        """Every request for erasure, with the SHA-256 of its e-mail addresses."""
        found: list[dict[str, Any]] = self._get("/erasures", {})
        return found

    def clear(self) -> None:
        """Forget what arrived."""
        self._client.delete("/events").raise_for_status()

    def answer_with(self, answer: int | None = None, **plan: Any) -> None:
        """Plan the next answers: `answer_with(429, times=3, retry_after=1)`.

        Args:
            answer: the HTTP status: 200, 400, 401, 403, 422, 429, 500, 502 or 503; None answers as usual.
            plan: `times`, for how many requests (1); `retry_after`, the header, in whole seconds;
                `delay`, how long an answer takes, in seconds; `failed`, with 200 and 422 the positions
                in the request of events that are to fail.

        Raises:
            httpx2.HTTPStatusError: for what it cannot do.
        """
        body = json.dumps({"answer": answer, **plan})
        self._client.post("/_control", content=body).raise_for_status()

    def close(self) -> None:
        """Close the connection that the methods here use."""
        self._client.close()

    def _get(self, path: str, query: dict[str, str]) -> Any:
        answer = self._client.get(path, params=query)
        answer.raise_for_status()
        return answer.json()


@contextmanager
def serve(
    token: str | None = None,
    *,
    port: int = 0,
    oauth_token: str | None = None,
    accounts: Collection[str] | None = None,
) -> Iterator[RunningSandbox]:
    """Run a sandbox on this machine until the block ends.

    Args:
        token: the one bearer token that is right; None takes any.
        port: 0 for a free one.
        oauth_token: the one that opens the quality report and erasure; None takes any.
        accounts: the ad accounts the token may write to; None for any.

    Raises:
        OSError: where the port is taken.
        TimeoutError: where the server does not come up.
    """
    app = sandbox(token, oauth_token=oauth_token, accounts=accounts)
    with in_thread(app, port=port) as url:
        running = RunningSandbox(url)
        try:
            yield running
        finally:
            running.close()
