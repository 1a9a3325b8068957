"""What an endpoint may do at once where our own server runs it, and has to await where another does.

ASGI hands a body over and takes an answer in several messages, each awaited. For a post whose body is there
already and whose answer is ready, that costs as much as reading it. The server offers the shortcut as an
extension in the scope; an endpoint that finds none, or is told no, does as ASGI says.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Self
from weakref import ref

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import (
    HEADER_RE,
    HEADER_VALUE_RE,
    STATUS_LINE,
    RequestResponseCycle,
)

EXTENSION = "edgee.shortcut"


class Shortcut:
    """Past uvicorn's messages for one request."""

    __slots__ = ("_cycle",)

    def __init__(self, cycle: RequestResponseCycle) -> None:
        # The request's scope leads to this, and the cycle to the scope: nothing would be freed at once.
        self._cycle = ref(cycle)

    @classmethod
    def of(cls, scope: Scope, way: Receive | Send) -> Self | None:
        """The one for a request, if the server has one. None where middleware has put its own `way` in its place."""
        extensions = scope.get("extensions")
        found: Self | None = extensions.get(EXTENSION) if extensions else None
        if found is None or getattr(way, "__self__", None) is not found._cycle():
            return None
        return found

    def body(self) -> bytes | None:
        """The body, where all of it has come; it can be had once. None: receive it."""
        cycle = self._cycle()
        if cycle is None or cycle.more_body or cycle.disconnected or cycle.waiting_for_100_continue:
            return None
        cycle.flow.resume_reading()
        cycle.message_event.clear()
        body, cycle.body = bytes(cycle.body), bytearray()
        return body

    def respond(self, response: Response) -> bool:
        """Send an answer that has its length among its headers. False: it has to be awaited."""
        cycle = self._cycle()
        if cycle is None or cycle.disconnected or cycle.response_started or cycle.flow.write_paused:
            return False
        lines = [STATUS_LINE[response.status_code]]
        for name, value in cycle.default_headers:
            lines += (name, b": ", value, b"\r\n")
        lines.append(_lines(*response.raw_headers))
        lines.append(b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n")
        lines.append(bytes(response.body))
        cycle.transport.write(b"".join(lines))
        cycle.response_started = cycle.response_complete = True
        cycle.message_event.set()
        if not cycle.keep_alive:
            cycle.transport.close()
        cycle.on_response()
        return True


@lru_cache(maxsize=256)
def _lines(*headers: tuple[bytes, bytes]) -> bytes:
    """Headers as they are sent; one relay's answers have few different ones."""
    if any(HEADER_RE.search(name) or HEADER_VALUE_RE.search(value) for name, value in headers):
        raise RuntimeError("Invalid HTTP header.")
    return b"".join(b"%b: %b\r\n" % header for header in headers)
