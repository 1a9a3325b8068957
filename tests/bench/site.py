"""What `edgee_py.relay.demo` serves, but with every page cross-origin isolated: its clock then ticks in
5 µs instead of 100, which a call of some 20 µs needs.

python -m tests.bench.site --port 8787 --shop FOLDER --data FOLDER
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edgee_py.relay.demo import demo, demo_settings
from edgee_py.relay.server import listen, serve

ISOLATION = [
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-embedder-policy", b"credentialless"),
]


class Isolating:
    """Adds the two headers to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does."""

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *ISOLATION]
            await send(message)

        await self._app(scope, receive, answer)


def main() -> None:
    """Serve until a signal."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.site")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--shop", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    given = parser.parse_args()
    listener = listen("127.0.0.1", given.port)
    url = f"http://127.0.0.1:{given.port}"
    settings = demo_settings(url, given.data, os.environ)
    app, relay = demo(settings, given.shop, with_sandbox=True)
    app.add_middleware(Isolating)
    relay.state.relay.open()
    serve(app, relay, listener, f"edgee: {url}/")


if __name__ == "__main__":
    main()
