"""The outbox in one SQLite file.

One connection on a thread of its own. Work that arrives while a transaction is being synced to disk
waits and then shares the next one (group commit): under load one fsync serves many requests, and alone
a request waits for nobody. WAL with synchronous=FULL: what was committed survives a power cut.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, Self, TypeVar

import msgspec

from edgee_py.relay.outbox import (
    DEDUPE_MS,
    PARKED_MS,
    Appended,
    Arrival,
    Entry,
    Leased,
    OutboxUnavailable,
    Settlement,
    State,
    Stats,
)

Result = TypeVar("Result")
Work = Callable[[sqlite3.Connection], Any]

#: Raised with every change of the tables; kept in SQLite's user_version.
SCHEMA_VERSION = 1
#: At most so many pieces of work share a transaction.
_GROUP = 256
#: Another process (`edgee outbox …`) may hold the file this long.
_BUSY_MS = 5000
#: Expired rows deleted in one go, so that no lease waits long for it.
_EXPIRE_ROWS = 5000
_EXPIRE_EVERY_MS = 10 * 60_000

_SCHEMA = """
CREATE TABLE event (
    key INTEGER PRIMARY KEY,
    event_id TEXT NOT NULL,
    event_name TEXT NOT NULL,
    route TEXT NOT NULL,
    event_time INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'delivered', 'parked')),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER NOT NULL,
    leased INTEGER NOT NULL DEFAULT 0,
    settled_at INTEGER,
    words TEXT NOT NULL DEFAULT '',
    body BLOB,
    UNIQUE (event_id, event_name)
) STRICT;
CREATE INDEX event_due ON event (next_at, received_at) WHERE state = 'queued';
CREATE INDEX event_settled ON event (state, settled_at) WHERE state <> 'queued';
CREATE TABLE probe (id INTEGER PRIMARY KEY, turn INTEGER NOT NULL) STRICT;
"""


@dataclass(slots=True)
class _Job:
    work: Work
    future: Future[Any]
    outcome: Any = None
    error: Exception | None = None


class SqliteOutbox:
    """An Outbox in a file; see there for what the methods mean."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._closed = False
        self._door = Lock()
        self._ended: Future[None] = Future()
        self._expired_at = 0
        self._thread = Thread(target=self._run, name="edgee-outbox", daemon=True)
        self._thread.start()

    @classmethod
    def open(cls, path: Path | str, *, busy_ms: int = _BUSY_MS) -> Self:
        """Open or create the file, readable by its owner only.

        Raises:
            OutboxUnavailable: where that cannot be done, or a newer version has written the file.
        """
        path = Path(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        except (OSError, sqlite3.Error) as error:
            raise OutboxUnavailable(f"{path}: {error}") from None
        try:
            _prepare(connection, busy_ms)
        except sqlite3.Error as error:
            connection.close()
            raise OutboxUnavailable(f"{path}: {error}") from None
        return cls(connection)

    async def append(self, arrivals: Sequence[Arrival], now: int) -> Appended:
        """Keep events; those whose (event_id, event_name) is known are duplicates."""
        rows = [
            (
                arrival.event["event_id"],
                arrival.event["event_name"],
                arrival.route,
                arrival.event["event_time"],
                now,
                now,
                msgspec.json.encode(arrival.event),
            )
            for arrival in arrivals
        ]
        inserted: list[bool] = await self._do(lambda connection: _insert(connection, rows))
        pairs = list(zip(arrivals, inserted, strict=True))
        return Appended([a for a, new in pairs if new], [a for a, new in pairs if not new])

    async def lease(self, limit: int, now: int, until: int) -> list[Leased]:
        """Take due events; what has expired is deleted now and then."""
        expire = now - self._expired_at >= _EXPIRE_EVERY_MS
        if expire:
            self._expired_at = now

        def work(connection: sqlite3.Connection) -> list[Leased]:
            if expire:
                _expire(connection, now)
            return _lease(connection, limit, now, until)

        return await self._do(work)

    async def settle(self, settlements: Sequence[Settlement], now: int) -> None:
        """Record results; a delivered event's body is not needed any more and is deleted."""
        rows = [
            (
                each.state,
                each.words,
                int(each.attempted),
                each.next_at,
                None if each.state == "queued" else now,
                each.state,
                each.key,
            )
            for each in settlements
        ]
        await self._do(lambda connection: _each(connection, _SETTLE, rows))

    async def release(self) -> None:
        """Make leased events due at once."""
        await self._do(lambda connection: _each(connection, _RELEASE, [()]))

    async def next_due(self) -> int | None:
        """The earliest due time of a queued event."""
        return await self._do(
            lambda connection: _value(
                connection, "SELECT min(next_at) FROM event WHERE state = 'queued'"
            )
        )

    async def stats(self) -> Stats:
        """Counts by state."""
        return await self._do(_stats)

    async def check(self) -> None:
        """Turn a switch that means nothing."""
        await self._do(lambda connection: _each(connection, _PROBE, [()]))

    async def entries(self, state: State | None, limit: int) -> list[Entry]:
        """The newest events, in one state or in any."""
        return await self._do(lambda connection: _entries(connection, state, limit))

    async def requeue(self, event_ids: Sequence[str], now: int) -> int:
        """Queue parked events again."""
        query = "UPDATE event SET state = 'queued', next_at = ?, settled_at = NULL, words = '' WHERE state = 'parked'"
        ids = list(event_ids)
        if ids:
            query += f" AND event_id IN ({', '.join('?' * len(ids))})"
        return await self._do(lambda connection: connection.execute(query, [now, *ids]).rowcount)

    async def purge(self) -> int:
        """Delete parked events."""
        return await self._do(
            lambda connection: (
                connection.execute("DELETE FROM event WHERE state = 'parked'").rowcount
            )
        )

    async def close(self) -> None:
        """Commit what waits, then close the file."""
        with self._door:
            if not self._closed:
                self._closed = True
                self._jobs.put(None)
        await asyncio.wrap_future(self._ended)

    async def _do(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        job = _Job(work, Future())
        with self._door:
            if self._closed:
                raise OutboxUnavailable("the outbox is closed")
            self._jobs.put(job)
        result: Result = await asyncio.wrap_future(job.future)
        return result

    def _run(self) -> None:
        open_ = True
        while open_:
            group, open_ = self._gather()
            if group:
                _commit(self._connection, group)
        self._connection.close()
        self._ended.set_result(None)

    def _gather(self) -> tuple[list[_Job], bool]:
        """The work that waits (at least one piece), and whether more may come."""
        group: list[_Job] = []
        job = self._jobs.get()
        while job is not None:
            if job.future.set_running_or_notify_cancel():
                group.append(job)
            if len(group) >= _GROUP or self._jobs.empty():
                return group, True
            job = self._jobs.get()
        return group, False


def _prepare(connection: sqlite3.Connection, busy_ms: int) -> None:
    connection.execute(f"PRAGMA busy_timeout = {busy_ms:d}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = FAST")
    connection.execute("BEGIN IMMEDIATE")
    version: int = _value(connection, "PRAGMA user_version")
    if version > SCHEMA_VERSION:
        raise sqlite3.DatabaseError(f"written by a newer version (schema {version})")
    if version == 0:
        for statement in _SCHEMA.split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION:d}")
    connection.execute("COMMIT")


def _commit(connection: sqlite3.Connection, group: Sequence[_Job]) -> None:
    """Do a group's work in one transaction and tell each only after the commit."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        for job in group:
            _attempt(connection, job)
        connection.execute("COMMIT")
    except Exception as error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        for job in group:
            job.future.set_exception(_unavailable(error))
        return
    for job in group:
        if job.error is None:
            job.future.set_result(job.outcome)
        else:
            job.future.set_exception(_unavailable(job.error))


def _attempt(connection: sqlite3.Connection, job: _Job) -> None:
    """Do one piece; its failure undoes itself and nobody else's work."""
    connection.execute("SAVEPOINT job")
    try:
        job.outcome = job.work(connection)
    except Exception as error:
        if not connection.in_transaction:  # a full disk ends the whole transaction
            raise
        connection.execute("ROLLBACK TO job")
        job.error = error
    connection.execute("RELEASE job")


def _unavailable(error: Exception) -> OutboxUnavailable:
    """SQLite's words name no values; those of other errors might."""
    words = str(error) if isinstance(error, sqlite3.Error) else ""
    return OutboxUnavailable(f"{type(error).__name__} {words}".strip())


_INSERT = """
INSERT INTO event (event_id, event_name, route, event_time, received_at, next_at, body)
VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (event_id, event_name) DO NOTHING
"""
_SETTLE = """
UPDATE event SET state = ?, words = ?, attempts = attempts + ?, next_at = ?, settled_at = ?,
    leased = 0, body = CASE ? WHEN 'delivered' THEN NULL ELSE body END
WHERE key = ?
"""
_RELEASE = "UPDATE event SET next_at = 0, leased = 0 WHERE state = 'queued' AND leased = 1"
_PROBE = "INSERT INTO probe VALUES (1, 0) ON CONFLICT (id) DO UPDATE SET turn = 1 - turn"


def _each(connection: sqlite3.Connection, query: str, rows: Sequence[tuple[Any, ...]]) -> None:
    connection.executemany(query, rows)


def _insert(connection: sqlite3.Connection, rows: Sequence[tuple[Any, ...]]) -> list[bool]:
    return [connection.execute(_INSERT, row).rowcount == 1 for row in rows]


def _lease(connection: sqlite3.Connection, limit: int, now: int, until: int) -> list[Leased]:
    rows = connection.execute(
        "SELECT key, event_id, event_name, route, event_time, attempts, body FROM event"
        " WHERE state = 'queued' AND next_at <= ? ORDER BY next_at, received_at, key LIMIT ?",
        (now, limit),
    ).fetchall()
    connection.executemany(
        "UPDATE event SET next_at = ?, leased = 1 WHERE key = ?", [(until, row[0]) for row in rows]
    )
    return [Leased(*row) for row in rows]


def _expire(connection: sqlite3.Connection, now: int) -> None:
    for state, age in (("delivered", DEDUPE_MS), ("parked", PARKED_MS)):
        connection.execute(
            "DELETE FROM event WHERE key IN (SELECT key FROM event"
            " WHERE state = ? AND settled_at < ? LIMIT ?)",
            (state, now - age, _EXPIRE_ROWS),
        )


def _stats(connection: sqlite3.Connection) -> Stats:
    queued, oldest = connection.execute(
        "SELECT count(*), min(received_at) FROM event WHERE state = 'queued'"
    ).fetchone()
    return Stats(
        queued, _value(connection, "SELECT count(*) FROM event WHERE state = 'parked'"), oldest
    )


def _entries(connection: sqlite3.Connection, state: State | None, limit: int) -> list[Entry]:
    rows = connection.execute(
        "SELECT event_id, event_name, state, attempts, received_at, words FROM event"
        " WHERE ?1 IS NULL OR state = ?1 ORDER BY key DESC LIMIT ?2",
        (state, limit),
    )
    return [Entry(*row) for row in rows]


def _value(connection: sqlite3.Connection, query: str) -> Any:
    return connection.execute(query).fetchone()[0]
