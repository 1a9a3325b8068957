"""An ASGI application served from a thread of this process: for tests, and for the sandbox.

What `server.Server` does to its whole process (garbage, turns of threads) has no place in somebody's tests.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from edgee_py.relay.server import quiet

_START_SECONDS = 15


class _Server(uvicorn.Server):
    def __init__(self, app: ASGIApp) -> None:
        super().__init__(quiet(app))
        self.is_up = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()


@contextmanager
def in_thread(
    app: ASGIApp, *, port: int = 0, stopping: Callable[[], None] = lambda: None
) -> Iterator[str]:
    """Serve on this machine until the block ends; yields the origin. Port 0 takes a free one.

    stopping is called before the server is asked to stop.

    Raises:
        OSError: where the port is taken.
        TimeoutError: where the server does not come up.
    """
    listener = socket.create_server(("127.0.0.1", port))
    server = _Server(app)
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listener]}, name="edgee-server", daemon=True
    )
    thread.start()
    try:
        if not server.is_up.wait(_START_SECONDS):
            raise TimeoutError("the server did not start")
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stopping()
        server.should_exit = True
        thread.join(_START_SECONDS)
        listener.close()
