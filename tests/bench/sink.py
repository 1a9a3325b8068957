"""The other end of the libraries we are measured against: takes everything, and knows when what arrived.

It stands on an origin of its own, as their vendors' servers do.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import re
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote_plus

from tests.serving import served

#: What markers of calls look like; see `marker` in order.py.
MARKER = re.compile(r"order-[0-9a-f]{32}")

#: Base64 of either alphabet, long enough to hold an event.
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{60,}")


def settings_of(path: str, address: str) -> dict[str, Any]:
    """What a library asks for before it sends anything: the answer of its vendor for a site with no extras."""
    if path.endswith("/settings"):  # Segment
        delivery = {"apiKey": "bench", "apiHost": f"{address}/v1", "protocol": "http"}
        return {"integrations": {"Segment.io": delivery}, "plan": {}, "remotePlugins": []}
    if path.startswith("/sourceConfig"):  # RudderStack
        source = {"id": "bench", "name": "bench", "writeKey": "bench", "workspaceId": "bench"}
        enabled = {"enabled": True, "config": {}, "destinations": [], "dataplanes": {}}
        return {"source": source | enabled, "updatedAt": "2026-01-01T00:00:00.000Z"}
    if path.startswith(("/array/", "/flags", "/decide")):  # PostHog
        return {
            "supportedCompression": ["gzip", "gzip-js"],
            "hasFeatureFlags": False,
            "featureFlags": {},
            "flags": {},
            "sessionRecording": False,
            "surveys": False,
        }
    return {"status": 1}


def markers(body: bytes) -> set[str]:
    """The calls that a request tells of, whichever way the library packs them."""
    with suppress(OSError, EOFError, zlib.error):
        body = gzip.decompress(body)
    text = unquote_plus(body.decode(errors="replace"))
    found = set(MARKER.findall(text))
    for packed in _BASE64.findall(text):
        try:
            plain = base64.b64decode(packed + "==", altchars=b"-_")
        except binascii.Error:
            continue
        found.update(MARKER.findall(plain.decode(errors="replace")))
    return found


class Sink:
    """`arrived` tells for each marker when it came first (Unix seconds)."""

    def __init__(self) -> None:
        self.arrived: dict[str, float] = {}
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self.address = f"127.0.0.1:{self._server.server_port}"
        self.origin = f"http://{self.address}"

    def take(self, body: bytes) -> None:
        """Note what a request tells of."""
        now = time.time()
        for each in markers(body):
            self.arrived.setdefault(each, now)

    @contextmanager
    def serving(self) -> Iterator[Sink]:
        """Serve until the block ends."""
        with served(self._server):
            yield self


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A page that goes away may leave its requests where they are."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def _handler(sink: Sink) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_OPTIONS(self) -> None:
            self._answer(b"")

        def do_GET(self) -> None:
            sink.take(self.path.encode())
            # Scripts that PostHog adds where a site has switched more on.
            if self.path.partition("?")[0].endswith(".js"):
                return self._answer(b"", 404)
            return self._answer(self._settings())

        def do_POST(self) -> None:
            sink.take(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
            self._answer(self._settings())

        def _settings(self) -> bytes:
            return json.dumps(settings_of(self.path.partition("?")[0], sink.address)).encode()

        def _answer(self, body: bytes, status: int = 200) -> None:
            self.send_response(status)
            self.send_header("Access-Control-Allow-Origin", self.headers.get("Origin", "*"))
            self.send_header("Access-Control-Allow-Credentials", "true")
            self.send_header("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
            asked = self.headers.get("Access-Control-Request-Headers")
            if asked:
                self.send_header("Access-Control-Allow-Headers", asked)
            self.send_header("Access-Control-Max-Age", "600")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: the table is for what matters."""

    return Handler
