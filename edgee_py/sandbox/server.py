"""Run the sandbox on a port of its own, in a thread: `with serve() as pinterest: …`."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import uvicorn

from edgee_py.sandbox.app import sandbox

_START_SECONDS = 15


class RunningSandbox:
    """A sandbox that answers over HTTP.

    url: its root. api_base: what `PINTEREST_API_BASE` is set to for it.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.api_base = f"{url}/v5"
        self._client = httpx2.Client(base_url=url, timeout=10)

    def events(self, **query: str) -> list[dict[str, Any]]:
        """What arrived, oldest first; `test="true"`, `unique="true"` as in `GET /events`."""
        found: list[dict[str, Any]] = self._get("/events", query)
        return found

    def requests(self) -> list[dict[str, Any]]:
        """Every request, the refused ones too."""
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
        """Plan the next answers: `answer_with(429, times=3, retry_after=1)`; see `POST /_control`."""
        body = json.dumps({"answer": answer, **plan})
        self._client.post("/_control", content=body).raise_for_status()

    def close(self) -> None:
        """Close the connection that the methods here use."""
        self._client.close()

    def _get(self, path: str, query: dict[str, str]) -> Any:
        answer = self._client.get(path, params=query)
        answer.raise_for_status()
        return answer.json()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()


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
    listener = socket.create_server(("127.0.0.1", port))
    server = _Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listener]}, name="pinterest-sandbox", daemon=True
    )
    thread.start()
    running = RunningSandbox(f"http://127.0.0.1:{listener.getsockname()[1]}")
    try:
        if not server.is_up.wait(_START_SECONDS):
            raise TimeoutError("the sandbox did not start")
        yield running
    finally:
        running.close()
        server.should_exit = True
        thread.join(_START_SECONDS)
        listener.close()
