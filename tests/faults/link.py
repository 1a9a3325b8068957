"""A network between two programs that can be cut, held up and mended: a TCP proxy."""

from __future__ import annotations

import asyncio
import contextlib
import random
import threading
from collections.abc import Iterator
from enum import Enum, auto


class Weather(Enum):
    """What a link does: carry, refuse and reset, or swallow everything in silence."""

    FAIR = auto()
    CUT = auto()
    SILENT = auto()


class Link:
    """Carries connections to a port. Change `weather` at any time."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._weather = Weather.FAIR
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._fair = asyncio.Event()
        self._fair.set()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._do(asyncio.start_server(self._carry, "127.0.0.1", 0))
        self.port: int = self._server.sockets[0].getsockname()[1]

    @property
    def weather(self) -> Weather:
        """What it does now."""
        return self._weather

    @weather.setter
    def weather(self, weather: Weather) -> None:
        async def change() -> None:
            self._weather = weather
            if weather is Weather.SILENT:
                self._fair.clear()
            else:
                self._fair.set()
            if weather is Weather.CUT:
                for writer in list(self._writers):
                    writer.transport.abort()

        self._do(change())

    def close(self) -> None:
        """End every connection and stop."""
        self.weather = Weather.CUT
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _do(self, work):  # type: ignore[no-untyped-def]
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            if self._weather is Weather.CUT:
                writer.transport.abort()
                return
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
            self._writers.add(far_writer)
            await asyncio.gather(self._copy(reader, far_writer), self._copy(far_reader, writer))
        except OSError:
            writer.transport.abort()
        finally:
            self._writers.discard(writer)

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                await self._fair.wait()
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            self._writers.discard(writer)
            with contextlib.suppress(OSError, RuntimeError):
                writer.close()


@contextlib.contextmanager
def link(target: int) -> Iterator[Link]:
    """A link for the length of a block."""
    it = Link(target)
    try:
        yield it
    finally:
        it.close()


def storm(chance: random.Random, links: list[Link]) -> None:
    """One link at a time gets another weather, mostly a bad one."""
    one = chance.choice(links)
    for each in links:
        each.weather = chance.choice((Weather.CUT, Weather.SILENT)) if each is one else Weather.FAIR
