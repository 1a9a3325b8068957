"""The log of a relay that runs by itself: a line a record, as text or as JSON.

The standard library does it: what a logging library would add (bound context, processors, tracebacks as
data) is what may not get into this log. An exception is logged as its type and its place, for its text
and a traceback's lines may hold a visitor's value.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from logging.handlers import MemoryHandler
from types import TracebackType
from typing import Literal, TypeAlias

LogFormat = Literal["text", "json"]
_ExcInfo: TypeAlias = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)

#: A message that has been written is not written again for so long; so many messages are remembered.
_SILENT_SECONDS = 60
_MOST_REMEMBERED = 500

#: Controls would end a line or act on a terminal.
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}


def where(error: BaseException) -> str:
    """File and line of an exception, without its text."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "an unknown place"


class TextFormatter(logging.Formatter):
    """`2026-01-31 12:00:00,000 WARNING edgee.relay …`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        record.message = _message(record)
        record.asctime = self.formatTime(record)
        return self.formatMessage(record).translate(_CONTROLS)


class JsonFormatter(logging.Formatter):
    """`{"time", "level", "logger", "message"}`, time as in RFC 3339."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        moment = datetime.fromtimestamp(record.created, UTC)
        line = {
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
        }
        return json.dumps(line)


def _message(record: logging.LogRecord) -> str:
    text = record.getMessage()
    if not record.exc_info:
        return text
    return f"{text}: {_fault(record.exc_info)}"


def _fault(exc_info: _ExcInfo) -> str:
    error = exc_info[1]
    return "no exception" if error is None else f"{type(error).__name__} at {where(error)}"


class Repeats(logging.Filter):
    """Lets a warning or an error through once a minute: a relay on a full disk must not fill it with its log."""

    def __init__(self) -> None:
        super().__init__()
        self._told: OrderedDict[tuple[str, int, str], list[float]] = OrderedDict()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to write a record; the next one that is written says how many were not."""
        if record.levelno < logging.WARNING:
            return True
        key = (record.name, record.levelno, _message(record))
        told = self._told.setdefault(key, [0.0, 0])
        if 0 <= record.created - told[0] < _SILENT_SECONDS:
            told[1] += 1
            return False
        if told[1]:
            record.msg += f" (and {told[1]:.0f} times more before)"
        told[:] = [record.created, 0]
        self._told.move_to_end(key)
        if len(self._told) > _MOST_REMEMBERED:
            self._told.popitem(last=False)
        return True


@contextmanager
def held() -> Iterator[None]:
    """Keep records back until `set_up`; where it never comes they are written as they are."""
    root = logging.getLogger()
    holder = MemoryHandler(1000, logging.CRITICAL + 1, logging.lastResort)
    root.addHandler(holder)
    try:
        yield
    finally:
        root.removeHandler(holder)
        holder.close()


def set_up(log_format: LogFormat) -> None:
    """Write all records from INFO on to standard error in a format, those of libraries and warnings too."""
    handler = logging.StreamHandler()
    handler.addFilter(Repeats())
    handler.setFormatter(JsonFormatter() if log_format == "json" else TextFormatter())
    root = logging.getLogger()
    for each in root.handlers:
        if isinstance(each, MemoryHandler):
            each.setTarget(handler)
            each.flush()
            each.setLevel(logging.CRITICAL + 1)  # what comes from now on is not its affair
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.captureWarnings(True)
    # A record that cannot be formatted would be printed with its values.
    logging.raiseExceptions = False
    # They tell of every request.
    for noisy in ("httpx2", "httpcore2"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
