"""Pieces of work for the outbox's thread, done together in one transaction.

Each call into SQLite lets Python's other threads run and then waits for its turn again, for milliseconds
while the event loop is busy. A transaction therefore makes few calls, however many pieces share it: the
events of all appends are written at once, by one statement that is the whole transaction where nothing else
is in it, and pieces are kept apart only where one of them fails.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from edgee_py.relay import sqlite_queries as queries
from edgee_py.relay.outbox import OutboxFull, OutboxUnavailable, OutboxUnusable

Work = Callable[[sqlite3.Connection], Any]
#: Appending fills the disk; sending empties it and may use what was set aside for it.
Kind = Literal["append", "send", "look"]

_DAMAGED = (
    ": the file is damaged. Stop the relay, move the file away and start it again;"
    " `edgee outbox export --state all` saves what can still be read of it."
)


_CODES_OF_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

#: What to do about a disk without room.
DISK_FULL = "the disk is full: make room on it. Browsers keep their events, and those taken go on being sent"
#: The same for each of SQLite's primary result codes that somebody can do something about.
_MENDS = {
    sqlite3.SQLITE_FULL: DISK_FULL,
    sqlite3.SQLITE_IOERR: "the disk is full or fails",
    sqlite3.SQLITE_BUSY: "another program keeps the file locked (a backup, a sqlite3 shell): end it",
    sqlite3.SQLITE_READONLY: "the relay's user must be able to write the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "the relay's user must be able to write the file and its folder",
}


@dataclass(frozen=True, slots=True)
class Insert:
    """The work of an append."""

    events: Sequence[queries.NewEvent]

    @property
    def size(self) -> int:
        """Bytes of the events' content."""
        return sum([len(event.body) for event in self.events])

    def __call__(self, connection: sqlite3.Connection) -> list[bool]:
        """Write the events; which of them were new."""
        return queries.insert(connection, self.events)


@dataclass(slots=True, eq=False)
class Job:
    """A piece of work. Its future belongs to an event loop, and is touched there only."""

    work: Work
    kind: Kind
    future: asyncio.Future[Any]
    outcome: Any = None
    error: Exception | None = None

    @property
    def size(self) -> int:
        """Bytes that it writes, about."""
        return self.work.size if isinstance(self.work, Insert) else 0

    def do(self, connection: sqlite3.Connection) -> None:
        """Do it, in a transaction that is open."""
        self.error = None
        self.outcome = self.work(connection)


def transact(connection: sqlite3.Connection, jobs: Sequence[Job]) -> Exception | None:
    """Do jobs in one transaction; what failed all of them. A job's own failure stays with it."""
    error = _transaction(connection, jobs, _together)
    if error is None or isinstance(error, sqlite3.OperationalError) or len(jobs) == 1:
        return error
    return _transaction(connection, jobs, _apart)


def _transaction(
    connection: sqlite3.Connection,
    jobs: Sequence[Job],
    do: Callable[[sqlite3.Connection, Sequence[Job]], None],
) -> Exception | None:
    try:
        if do is _together and all(isinstance(job.work, Insert) for job in jobs):
            do(connection, jobs)
            return None
        connection.execute("BEGIN IMMEDIATE")
        do(connection, jobs)
        connection.execute("COMMIT")
    except Exception as error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        return error
    return None


def _together(connection: sqlite3.Connection, jobs: Sequence[Job]) -> None:
    """Do jobs, all inserts at once."""
    inserts = [(job, job.work.events) for job in jobs if isinstance(job.work, Insert)]
    if inserts:
        new = iter(queries.insert(connection, [each for _, events in inserts for each in events]))
        for job, events in inserts:
            job.error = None
            job.outcome = list(islice(new, len(events)))
    for job in jobs:
        if not isinstance(job.work, Insert):
            job.do(connection)


def _apart(connection: sqlite3.Connection, jobs: Sequence[Job]) -> None:
    """Do jobs; one's failure undoes itself and nobody else's work."""
    for job in jobs:
        connection.execute("SAVEPOINT job")
        try:
            job.do(connection)
        except Exception as error:
            if not connection.in_transaction:  # a full disk ends the whole transaction
                raise
            connection.execute("ROLLBACK TO job")
            job.error = error
        connection.execute("RELEASE job")


def tell(jobs: Iterable[tuple[Job, Exception | None]]) -> None:
    """End jobs, after their transaction has ended; each with what failed it besides itself."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[Job, Exception | None]]] = {}
    for job, error in jobs:
        by_loop.setdefault(job.future.get_loop(), []).append((job, error or job.error))
    for loop, ended in by_loop.items():
        with suppress(RuntimeError):  # the loop was closed: nobody waits any more
            loop.call_soon_threadsafe(_tell, ended)


def _tell(ended: Sequence[tuple[Job, Exception | None]]) -> None:
    for job, error in ended:
        if job.future.done():  # cancelled meanwhile
            continue
        if error is None:
            job.future.set_result(job.outcome)
        else:
            job.future.set_exception(unavailable(error))


def is_full(error: Exception | None) -> bool:
    """Whether there was no room; SQLite's shared memory file says so by an I/O error."""
    return _primary_code(error) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


def _primary_code(error: Exception | None) -> int:
    """SQLite's result code without what it says more exactly; 0 where the error is not SQLite's."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def unavailable(error: Exception) -> OutboxUnavailable:
    """What to raise for it. SQLite's words name no values; those of other errors might."""
    if isinstance(error, OutboxUnavailable):
        return error
    words = str(error) if isinstance(error, sqlite3.Error) else ""
    if _primary_code(error) in _CODES_OF_DAMAGE or words.startswith("Could not decode"):
        return OutboxUnusable(f"{words}{_DAMAGED}")
    kind = OutboxFull if is_full(error) else OutboxUnavailable
    mend = _MENDS.get(_primary_code(error))
    said = f"{type(error).__name__} {words}".strip()
    return kind(f"{said}: {mend}" if mend else said)
