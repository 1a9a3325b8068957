"""uvicorn's HTTP protocol with bounds on what it takes without end, in bytes and in time.

A proxy before the relay has such bounds too; a relay that is reached without one needs its own.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from edgee_py.relay.shortcut import EXTENSION, Shortcut

#: Far above what browsers and proxies send in a request besides its body, and what their like refuse as well.
MOST_BYTES = 64 * 1024
#: A head comes through the slowest of mobile networks in this time (seconds).
MOST_SECONDS = 30.0
#: Whoever takes nothing of an answer for so long (seconds) is not there any more.
MOST_UNREAD_SECONDS = 60.0


class BoundedProtocol(HttpToolsProtocol):
    """One connection. A timer runs unless a request is being answered, and ends it."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._in_head = True
        self._beside_bodies = 0
        self._timer: asyncio.TimerHandle | None = None
        self._unread = 0
        self._unread_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a head, though not for ever."""
        super().connection_made(transport)
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        super().connection_lost(exc)
        self._stop_timer()
        self.resume_writing()

    def data_received(self, data: bytes) -> None:
        """Read on, within bounds."""
        self._beside_bodies += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._beside_bodies > MOST_BYTES:
            self.send_400_response("The request's head is too large.")
        elif not self._is_answering():
            # uvicorn's own timer has ended with these bytes, be they a head's, or what is left of a body.
            self._start_timer()

    def on_message_begin(self) -> None:
        """A head begins. What came with its first bytes is not counted, for it may be a body's end."""
        self._in_head = True
        self._beside_bodies = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """A head is whole."""
        self._in_head = False
        self._stop_timer()
        super().on_headers_complete()
        # What comes after the body is nobody's: no proxy has looked at it.
        self.headers = []
        if self.cycle is not None and self.cycle.scope is self.scope:
            self.scope["extensions"] = {EXTENSION: Shortcut(self.cycle)}  # type: ignore[dict-item]

    def on_body(self, body: bytes) -> None:
        """Hand a piece of a body on: whoever reads it has bounds of his own."""
        self._beside_bodies = max(0, self._beside_bodies - len(body))
        super().on_body(body)

    def pause_writing(self) -> None:
        """Wait for somebody to read the answer, as long as he goes on."""
        super().pause_writing()
        self._watch_reader()

    def resume_writing(self) -> None:
        """The answer is being read."""
        super().resume_writing()
        if self._unread_timer is not None:
            self._unread_timer.cancel()
            self._unread_timer = None

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: it would be advice to install what nobody here wants."""

    def _is_answering(self) -> bool:
        return not self._in_head and self.cycle is not None and not self.cycle.response_complete

    def _start_timer(self) -> None:
        if self._timer is None:
            self._timer = self.loop.call_later(MOST_SECONDS, self.transport.close)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _watch_reader(self) -> None:
        self._unread = self.transport.get_write_buffer_size()
        self._unread_timer = self.loop.call_later(MOST_UNREAD_SECONDS, self._end_if_unread)

    def _end_if_unread(self) -> None:
        if self.transport.get_write_buffer_size() >= self._unread:
            self.transport.abort()  # closing would wait for the rest to be read
        else:
            self._watch_reader()
