"""A handler for a small Pinterest: it hears requests and answers as it is told."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

#: Status, headers and body; a status of 0 loses the answer on its way.
Reply = tuple[int, dict[str, str], Any]


def answering(
    reply: Callable[[str, dict[str, str], list[dict[str, Any]]], Reply],
) -> type[BaseHTTPRequestHandler]:
    """A handler that answers each request's path, headers and events by `reply`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            content = self.rfile.read(length)
            if len(content) < length:  # whoever asked is gone
                return
            events = json.loads(content)["data"]
            status, headers, body = reply(self.path, dict(self.headers), events)
            if status == 0:
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            text = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"content-length": str(len(text)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            pass

    return Handler
