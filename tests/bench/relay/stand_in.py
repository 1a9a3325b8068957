"""Pinterest as far as a forwarder can tell: takes every event, at once or after a delay, and knows their ids.

python -m tests.bench.relay.stand_in [--delay SECONDS]
"""

from __future__ import annotations

import argparse
import asyncio
from functools import cache

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from edgee_py.relay.server import Server, listen


class _Event(msgspec.Struct):
    event_id: str


class _Body(msgspec.Struct):
    data: list[_Event]


_read = msgspec.json.Decoder(_Body).decode


@cache
def _answer(count: int) -> bytes:
    result = {"status": "processed", "error_message": "", "warning_message": ""}
    return msgspec.json.encode(
        {
            "num_events_received": count,
            "num_events_processed": count,
            "events": [result] * count,
        }
    )


class StandIn:
    """Keeps the id of every event that came, in order."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._ids: list[str] = []

    async def take(self, request: Request) -> Response:
        """Take a batch."""
        events = _read(await request.body()).data
        self._ids += [event.event_id for event in events]
        if self._delay:
            await asyncio.sleep(self._delay)
        return Response(_answer(len(events)), media_type="application/json")

    async def count(self, _: Request) -> Response:
        """How many events came."""
        return JSONResponse(len(self._ids))

    async def ids(self, _: Request) -> Response:
        """All ids that came since the last question, one a line."""
        text = "\n".join(self._ids)
        self._ids = []
        return Response(text)


def main() -> None:
    """Serve until a signal."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.relay.stand_in")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    stand_in = StandIn(parser.parse_args().delay)
    listener = listen("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    routes = [
        Route("/v5/ad_accounts/{account}/events", stand_in.take, methods=["POST"]),
        Route("/count", stand_in.count),
        Route("/ids", stand_in.ids),
    ]
    server = Server(
        Starlette(routes=routes),
        listening=lambda: print(f"stand-in: {url}/", flush=True),
        stopping=lambda: None,
    )
    server.run(sockets=[listener])


if __name__ == "__main__":
    main()
