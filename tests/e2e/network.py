"""What lies between a page and its relay, and what can go wrong there: a proxy that fails on command."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event
from typing import Any
from urllib.parse import urlsplit

from tests.serving import served


class Fault(Enum):
    """What becomes of a post: it goes through, never arrives, arrives unanswered, or hangs."""

    NONE = auto()
    REQUEST_LOST = auto()
    ANSWER_LOST = auto()
    HANGS = auto()


@dataclass(frozen=True)
class Reply:
    """An answer given in the relay's place."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = field(default_factory=lambda: {"error": {"code": "test", "message": "Not now."}})


@dataclass
class Posted:
    """One post that a page or worker has made. at and until (its answer) are the steady clock's seconds."""

    at: float
    route: str
    body: Any
    fault: Fault | Reply
    until: float = 0.0

    @property
    def size(self) -> int:
        """Bytes of the body."""
        return len(json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode())


class Network:
    """A web server before the demo server: pages come through always, posts as `fault` says.

    Posts take `delay` seconds longer. What it has seen of them is in `posted`; `got` are the paths of what
    browsers have asked for, less what they had in their caches. Tests' own pages come with `headers`
    besides their own, or in their place; with `marks_all` everything does.
    """

    def __init__(self) -> None:
        self.fault: Fault | Reply = Fault.NONE
        self.delay = 0.0
        self.posted: list[Posted] = []
        self.headers: dict[str, str] = {}
        self.marks_all = False
        self.got: list[str] = []
        #: Another path under which the relay is seen as well.
        self.alias = "/_edgee/"
        self.upstream = ""
        self._over = Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        # A thread for each connection that a browser keeps open: nobody waits for them.
        self._server.block_on_close = False
        self.origin = f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def serving(self) -> Iterator[Network]:
        """Serve until the block ends."""
        try:
            with served(self._server):
                yield self
        finally:
            self._over.set()

    def heal(self) -> None:
        """Let everything through, and forget what has been posted and asked for."""
        self.fault = Fault.NONE
        self.delay = 0.0
        self.headers.clear()
        self.marks_all = False
        self.alias = "/_edgee/"
        self.posted.clear()
        self.got.clear()

    def posts(self, route: str = "") -> list[Posted]:
        """What has been posted so far, to one route or to all."""
        return [each for each in list(self.posted) if route in each.route]

    def _handler(network) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                network.got.append(urlsplit(self.path).path)
                self._forward(None)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                fault = network.fault
                route = urlsplit(self._target).path.removeprefix("/_edgee/")
                if route.startswith("inspector/"):  # what a page tells its developer
                    self._forward(body)
                    return
                posted = Posted(time.monotonic(), route, json.loads(body), fault)
                network.posted.append(posted)
                network._over.wait(network.delay)
                if isinstance(fault, Reply):
                    content = json.dumps(fault.body).encode()
                    headers = {"content-type": "application/json", **fault.headers}
                    self._respond(fault.status, headers.items(), content)
                elif fault is Fault.HANGS:
                    while network.fault is Fault.HANGS and not network._over.wait(0.05):
                        pass
                    self.close_connection = True
                elif fault is Fault.REQUEST_LOST:
                    self.close_connection = True
                else:
                    self._forward(body, lose=fault is Fault.ANSWER_LOST, posted=posted)

            @property
            def _target(self) -> str:
                if self.path.startswith(network.alias):
                    return "/_edgee/" + self.path.removeprefix(network.alias)
                return self.path

            def _forward(
                self, body: bytes | None, *, lose: bool = False, posted: Posted | None = None
            ) -> None:
                host = urlsplit(network.upstream).netloc
                connection = http.client.HTTPConnection(host, timeout=30)
                dropped = ("connection", "content-length")
                headers = {n: v for n, v in self.headers.items() if n.lower() not in dropped}
                try:
                    connection.request(self.command, self._target, body, headers)
                    answer = connection.getresponse()
                    content = answer.read()
                finally:
                    connection.close()
                if posted:
                    posted.until = time.monotonic()
                if lose:
                    self.close_connection = True
                else:
                    is_marked = network.marks_all or self.path.startswith("/t/")
                    mine = network.headers if is_marked else {}
                    kept = [(n, v) for n, v in answer.getheaders() if n.title() not in mine]
                    self._respond(answer.status, [*kept, *mine.items()], content)

            def _respond(self, status: int, headers: Any, content: bytes) -> None:
                self.send_response_only(status)
                for name, value in headers:
                    if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def handle(self) -> None:
                with suppress(OSError):  # where the browser has gone
                    super().handle()

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing: the test's output is for what matters."""

        return Handler
