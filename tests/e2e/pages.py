"""Pages of a test's own, served from the relay's origin or from another one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.serving import served

#: The whole install, as the README gives it.
TAG = '<script async id="__EDGEE_SDK__" src="/_edgee/sdk.js"></script>'

OpenShop = Callable[..., str]


def document(body: str, head: str) -> str:
    """A plain HTML page."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<title>A page of the test</title><link rel="icon" href="data:,">{head}</head><body>{body}</body></html>'
    )


class Elsewhere:
    """A real web server of another origin than the relay's: what is put into `pages` it serves.

    A page made up by the browser's tooling would not do: Chromium counts it as from the public
    network, and keeps such pages from posting to this machine.
    """

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        pages = self.pages

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page = pages.get(self.path.partition("?")[0])
                self.send_response(404 if page is None else 200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write((page or "").encode())

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing: the test's output is for what matters."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        # Chromium resolves every name under localhost to this machine by itself.
        self.origin = f"http://elsewhere.localhost:{self._server.server_port}"

    @contextmanager
    def serving(self) -> Iterator[Elsewhere]:
        """Serve until the block ends."""
        with served(self._server):
            yield self


def opener(server: str, pages: Path, elsewhere: Elsewhere) -> OpenShop:
    """The function behind the fixture `shop`."""

    def shop(
        body: str = "",
        *,
        path: str = "/t/index.html",
        tag: str = TAG,
        head: str = "",
        cross_origin: bool = False,
    ) -> str:
        """Publish a page and return its URL.

        head comes before the tag, so that calls made there are made before the SDK has arrived. With
        cross_origin the page is served by another origin, and the tag's address is made absolute.
        """
        if cross_origin:
            absolute = tag.replace('"/_edgee/', f'"{server}/_edgee/')
            elsewhere.pages[path] = document(body, head + absolute)
            return elsewhere.origin + path
        file = pages / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(document(body, head + tag))
        return server + path

    return shop
