"""What the relay's framework can do at most: an endpoint that reads the body and answers as the relay does.

python -m tests.bench.relay.bare
"""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from edgee_py.relay.server import Server, listen
from tests.bench.relay.visitors import PATH


async def take(request: Request) -> Response:
    """Read, and answer like a relay that has taken one event."""
    await request.body()
    return JSONResponse({"accepted": 1, "duplicates": 0, "rejected": []}, 202)


def main() -> None:
    """Serve until a signal, on the server that `edgee serve` runs on."""
    listener = listen("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    app = Starlette(routes=[Route(PATH, take, methods=["POST"])])
    server = Server(
        app, listening=lambda: print(f"bare: {url}/", flush=True), stopping=lambda: None
    )
    server.run(sockets=[listener])


if __name__ == "__main__":
    main()
