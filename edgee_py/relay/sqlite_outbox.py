"""The outbox in one SQLite file.

One connection on a thread of its own. Work that arrives while a transaction is being synced to disk
waits and then shares the next one (group commit): under load one fsync serves many requests, and alone
a request waits for nobody. WAL with synchronous=FULL: what was committed survives a power cut.

A full disk stops what fills it and not what empties it: see `_alone` and `Reserve`.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Self, TypeVar

import msgspec

from edgee_py.relay import sqlite_queries as queries
from edgee_py.relay.clock import now_ms
from edgee_py.relay.outbox import (
    Appended,
    Arrival,
    Entry,
    Exported,
    Leased,
    OutboxFull,
    OutboxUnavailable,
    OutboxUnusable,
    Settlement,
    State,
    Stats,
)
from edgee_py.relay.owner import Owner, clear_away, is_gone
from edgee_py.relay.reserve import LEAST_ROOM, SIZE, Reserve
from edgee_py.relay.sqlite_jobs import (
    DISK_FULL,
    Insert,
    Job,
    Kind,
    is_full,
    tell,
    transact,
    unavailable,
)
from edgee_py.relay.sqlite_queries import SCHEMA_VERSION, NewEvent

__all__ = ["SCHEMA_VERSION", "SqliteOutbox"]

logger = logging.getLogger("edgee.relay")

Result = TypeVar("Result")
_encode = msgspec.json.Encoder().encode
#: At most so many pieces of work share a transaction, and no more join it beyond so many bytes.
_GROUP = 256
_GROUP_BYTES = 1 << 20
#: Another process (`edgee outbox …`) may hold the file this long.
_BUSY_MS = 5000
#: So many places that cannot be read are looked at before an export gives the rest up.
_MOST_DAMAGE = 50_000
_EXPIRE_EVERY_MS = 10 * 60_000


class SqliteOutbox:
    """An Outbox in a file; see there for what the methods mean."""

    def __init__(self, connection: sqlite3.Connection, path: Path, reserve: Reserve) -> None:
        self._connection = connection
        self._path = path
        self._file = _identity(path)
        self._log = path.with_name(f"{path.name}-wal")
        self._reserve = reserve
        self._owner: Owner | None = None
        #: Whether the last append did; None: there was none yet.
        self._append_works: bool | None = None
        #: What an event loop hands over at the end of its turn, once for all requests of that turn.
        self._asked: dict[asyncio.AbstractEventLoop, list[Job]] = {}
        self._jobs: SimpleQueue[list[Job] | None] = SimpleQueue()
        self._taken: deque[Job] = deque()
        self._closed = False
        self._door = Lock()
        self._ended: Future[None] = Future()
        self._expire_at = 0
        self._bell = asyncio.Event()
        self._thread = Thread(target=self._run, name="edgee-outbox", daemon=True)
        self._thread.start()

    @classmethod
    def open(cls, path: Path | str, *, busy_ms: int = _BUSY_MS) -> Self:
        """Open or create the file, readable by its owner only.

        Raises:
            OutboxUnavailable: where that cannot be done, or a newer version has written the file.
        """
        path = Path(path)
        reserve = Reserve(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            try:
                connection = _connect(path, busy_ms)
            except sqlite3.Error as error:
                # SQLite's shared memory needs a little room even where nothing is written.
                if not (is_full(error) and reserve.spend()):
                    raise
                connection = _connect(path, busy_ms)
        except OSError as error:
            raise OutboxUnavailable(
                f"{path.absolute()}: {error.strerror}; let the relay's user write there, or name another"
                " place as outbox"
            ) from None
        except (sqlite3.Error, OutboxUnavailable) as error:
            known = unavailable(error)
            raise type(known)(f"{path}: {known}") from None
        if not reserve.held:
            reserve.take()
        return cls(connection, path, reserve)

    async def append(self, arrivals: Sequence[Arrival], now: int) -> Appended:
        """Keep events; those whose (event_id, event_name) is known are duplicates."""
        events = [
            NewEvent(
                event["event_id"],
                event["event_name"],
                route,
                event["event_time"],
                now,
                _encode(event),
            )
            for event, route in arrivals
        ]
        inserted: list[bool] = await self._do(Insert(events), "append")
        self._bell.set()
        if False not in inserted:
            return Appended(list(arrivals), [])
        pairs = list(zip(arrivals, inserted, strict=True))
        return Appended([a for a, new in pairs if new], [a for a, new in pairs if not new])

    async def lease(self, limit: int, now: int, until: int) -> list[Leased]:
        """Take due events, fewer where the disk has no room for more; what has expired is deleted."""
        while True:
            take = partial(self._lease, limit=limit, now=now, until=until)
            try:
                return await self._do(take, "send")
            except OutboxFull:
                if limit <= 1:
                    raise
                limit //= 10

    def _lease(
        self, connection: sqlite3.Connection, limit: int, now: int, until: int
    ) -> list[Leased]:
        if self._owner is None:
            self._owner = Owner(self._path)
        if now >= self._expire_at:
            self._expire_at = now + _EXPIRE_EVERY_MS
            if queries.expire(connection, now):
                self._expire_at = now  # the next lease goes on
        return queries.lease(connection, limit, now, until, self._owner.id)

    async def settle(self, settlements: Sequence[Settlement], now: int) -> None:
        """Record results, in small pieces where the disk has no room for large ones."""
        try:
            await self._do(partial(queries.settle, settlements=settlements, now=now), "send")
        except OutboxFull:
            if len(settlements) <= 1:
                raise
            middle = len(settlements) // 2
            await self.settle(settlements[:middle], now)
            await self.settle(settlements[middle:], now)

    async def release(self) -> None:
        """Make due what a process that is gone has leased."""
        for owner in await self._do(queries.owners, "send"):
            own = self._owner is not None and self._owner.id == owner
            if not own and is_gone(self._path, owner):
                await self._do(partial(queries.disown, owner=owner), "send")
        await asyncio.to_thread(clear_away, self._path)

    async def wait(self, seconds: float) -> bool:
        """Wait for an append in this process, or until the earliest due time of a queued event."""
        bell = self._bell = asyncio.Event()
        due = await self._do(queries.next_due)
        wait = seconds if due is None else min(seconds, (due - now_ms()) / 1000)
        try:
            async with asyncio.timeout(max(0.0, wait)):
                return await bell.wait()
        except TimeoutError:
            return False

    async def stats(self) -> Stats:
        """Counts by state."""
        return await self._do(queries.stats)

    async def check(self) -> None:
        """Write something small, or as much as a post unless the last append has worked."""
        await self._do(self._probe)
        if not self._append_works:
            await self._do(queries.try_to_insert, "append")
            await self._do(queries.undo_trial, "send")

    def _probe(self, connection: sqlite3.Connection) -> None:
        if problem := self._misplaced():
            raise problem
        queries.probe(connection)

    async def entries(self, state: State | None, limit: int) -> list[Entry]:
        """The newest events, in one state or in any."""
        return await self._do(partial(queries.entries, state=state, limit=limit))

    async def export(self, state: State | None) -> AsyncIterator[Exported]:
        """Pages of events, each read in a moment of its own: a relay goes on writing in between.

        What is damaged is gone around: all that can be read comes before the error that says so.
        """
        damage: OutboxUnusable | None = None
        failures = 0
        ranges = [(0, await self._do(queries.last_key))]
        while ranges and failures < _MOST_DAMAGE:
            after, last = ranges.pop()
            read = partial(queries.export, state=state, after=after, last=last)
            try:
                page, reached = await self._do(read)
            except OutboxUnusable as error:
                damage = error
                failures += 1
                if last - after > 1:
                    middle = (after + last) // 2
                    ranges += [(middle, last), (after, middle)]
                continue
            for each in page:
                yield each
            if reached < last:
                ranges.append((reached, last))
        if damage:
            raise damage

    async def requeue(self, event_ids: Sequence[str], now: int) -> int:
        """Queue parked events again."""
        return await self._do(partial(queries.requeue, event_ids=list(event_ids), now=now))

    async def purge(self, event_ids: Sequence[str]) -> int:
        """Delete parked events."""
        return await self._do(partial(queries.purge, event_ids=list(event_ids)), "send")

    async def close(self) -> None:
        """Commit what waits, then close the file."""
        with self._door:
            if not self._closed:
                self._closed = True
                for jobs in self._asked.values():
                    self._jobs.put(jobs)
                self._asked.clear()
                self._jobs.put(None)
        await asyncio.wrap_future(self._ended)

    async def _do(
        self, work: Callable[[sqlite3.Connection], Result], kind: Kind = "look"
    ) -> Result:
        loop = asyncio.get_running_loop()
        job = Job(work, kind, loop.create_future())
        with self._door:
            if self._closed:
                raise OutboxUnavailable("the outbox is closed")
            if loop in self._asked:
                self._asked[loop].append(job)
            else:
                self._asked[loop] = [job]
                loop.call_soon(self._hand_over, loop)
        try:
            result: Result = await job.future
        except OutboxUnavailable as error:
            raise type(error)(f"{self._path}: {error}") from None
        return result

    def _hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        with self._door:
            if jobs := self._asked.pop(loop, None):
                self._jobs.put(jobs)

    # On the thread

    def _run(self) -> None:
        open_ = True
        while open_:
            group, open_ = self._gather()
            try:
                if group:
                    self._commit(group)
            except Exception as error:  # whatever it was: nobody may wait for ever
                tell([(job, error) for job in group])
        self._connection.close()
        if self._owner is not None:
            self._owner.leave()
        self._ended.set_result(None)

    def _gather(self) -> tuple[list[Job], bool]:
        """The work that waits (at least one piece), and whether more may come."""
        group: list[Job] = []
        size = 0
        while self._taken or not (group and self._jobs.empty()):
            if not self._taken:
                jobs = self._jobs.get()
                if jobs is None:
                    return group, False
                self._taken.extend(jobs)
            job = self._taken.popleft()
            if not job.future.cancelled():
                group.append(job)
                size += job.size
            if len(group) >= _GROUP or size > _GROUP_BYTES:
                break
        return group, True

    def _commit(self, group: Sequence[Job]) -> None:
        """Do a group's work in one transaction and tell each only after the commit."""
        if any(job.kind == "append" for job in group) and (problem := self._no_room()):
            group = self._refuse(group, problem)
        error = transact(self._connection, group)
        ended: list[tuple[Job, Exception | None]] = []
        for job in group:
            if job.kind != "append" and is_full(error or job.error):
                ended.append((job, self._alone(job)))
                continue
            if job.kind == "append":
                self._note_append(works=not (error or job.error))
            ended.append((job, error))
        tell(ended)

    def _note_append(self, *, works: bool) -> None:
        if works and self._append_works is False:
            logger.info("outbox: %s takes events again", self._path)
        self._append_works = works

    def _refuse(self, group: Sequence[Job], problem: Exception) -> list[Job]:
        """Take nothing new; the rest of the group."""
        self._note_append(works=False)
        tell((job, problem) for job in group if job.kind == "append")
        return [job for job in group if job.kind != "append"]

    def _alone(self, job: Job) -> Exception | None:
        """Do a piece again whose group found the disk full; for sending at the reserve's expense."""
        error = transact(self._connection, [job])
        if job.kind != "send":
            return error
        # Written back, the log begins anew, and its own space is room enough to send in.
        for all_else_failed in (False, True):
            if not is_full(error):
                break
            if all_else_failed:
                self._reserve.spend()
            with suppress(sqlite3.Error):
                queries.write_back(self._connection)
            error = transact(self._connection, [job])
        return error

    def _no_room(self) -> Exception | None:
        """Why nothing new may be written, if so."""
        if problem := self._misplaced():
            return problem
        if self._reserve.held or self._reserve.take():
            return self._long_log()
        _, free = queries.sizes(self._connection)
        if free >= LEAST_ROOM:  # emptied by sending, while others keep the disk full
            return None
        return OutboxFull(f"what room is left is for sending; {DISK_FULL}")

    def _long_log(self) -> Exception | None:
        """Whether somebody who reads has kept the log from being written back for too long."""
        try:
            size = self._log.stat().st_size
            if size <= SIZE or size <= self._reserve.free:
                return None
        except OSError:
            return None
        return OutboxFull("the disk has no room to write SQLite's log back; is a backup running?")

    def _misplaced(self) -> Exception | None:
        """Whether the file at the path is still the one that is open."""
        if _identity(self._path) == self._file:
            return None
        return OutboxUnavailable("deleted or replaced while the relay ran; restart the relay")


def _connect(path: Path, busy_ms: int) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        queries.prepare(connection, busy_ms)
    except (sqlite3.Error, OutboxUnavailable):
        connection.close()
        raise
    return connection


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
