"""The server of the single-page shop: its files, the relay, and index.html for every path of its router."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from edgee_py.relay import RelaySettings, edgee_relay

HERE = Path(__file__).parent


async def index(_: Request) -> FileResponse:
    """The one page."""
    return FileResponse(HERE / "index.html")


app = Starlette(
    routes=[
        Mount("/_edgee", edgee_relay(RelaySettings.load(HERE.parent / "edgee.toml"))),
        Mount("/scripts", StaticFiles(directory=HERE / "scripts")),
        Mount("/static", StaticFiles(directory=HERE.parent / "static")),
        Route("/{path:path}", index),
    ]
)
