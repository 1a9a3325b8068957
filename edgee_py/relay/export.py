"""The outbox as JSON Lines: one event a line, for other programs and for keeping."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

from edgee_py.relay.outbox import Exported, Outbox, OutboxUnusable, State


async def export(outbox: Outbox, state: State | None, write: Callable[[str], object]) -> int:
    """Write events line by line, oldest first; return how many.

    Raises:
        OutboxUnavailable: where the outbox cannot be read (any further).
        OutboxUnusable: where some of it is damaged, once all else is written.
    """
    count = unreadable = 0
    async for each in outbox.export(state):
        try:
            text = line(each)
        except (ValueError, TypeError, OverflowError):
            unreadable += 1
            continue
        write(text)
        count += 1
    if unreadable:
        raise OutboxUnusable(f"left out of the export, for they are damaged: {unreadable} events")
    return count


def line(each: Exported) -> str:
    """One event as a line of JSON, in ASCII: a terminal that shows it acts on nothing in it."""
    record = {
        "event_id": each.event_id,
        "event_name": each.event_name,
        "state": each.state,
        "route": each.route,
        "attempts": each.attempts,
        "received_at": _moment(each.received_at),
        "settled_at": None if each.settled_at is None else _moment(each.settled_at),
        "words": each.words,
        "event": json.loads(each.body),
    }
    return json.dumps(record).replace("\x7f", r"\u007f") + "\n"


def _moment(at: int) -> str:
    """Unix ms as RFC 3339."""
    moment = datetime.fromtimestamp(at / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
