"""The outbox's tables, and each thing that is done to them as one function of a connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from edgee_py.relay.outbox import (
    DEDUPE_MS,
    PARKED_MS,
    Entry,
    Exported,
    Leased,
    OutboxUnusable,
    Settlement,
    State,
    Stats,
)
from edgee_py.relay.owner import NOBODY

#: A Leased's fields but for its body, which stands before the last.
_Due = tuple[int, str, str, str, int, int, int, int]

#: Raised with every change of the tables; kept in SQLite's user_version.
SCHEMA_VERSION = 2
#: Expired rows of one state deleted in one go, so that no lease waits long for it.
_EXPIRE_ROWS = 2000
#: No pause and no lease is longer (ms). What is due later was written while the clock was ahead.
_LONGEST_WAIT_MS = 3600_000
#: As many bytes as a post may hold are written to see whether one would fit.
_TRIAL_BYTES = 1 << 20
#: Events read in one go for an export: 64 KiB each at the most.
_EXPORT_ROWS = 100

#: SQLite uses an index of some rows only where a query names its condition word for word.
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
    UNIQUE (event_id, event_name)
) STRICT;
CREATE INDEX event_due ON event (next_at, received_at) WHERE state = 'queued';
CREATE INDEX event_settled ON event (state, settled_at) WHERE state <> 'queued';
CREATE TABLE probe (id INTEGER PRIMARY KEY, turn INTEGER NOT NULL) STRICT;
"""
#: Apart from what is kept for longer, so that whole pages are free again once events are delivered.
_BODIES = """
CREATE TABLE body (key INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
CREATE TRIGGER event_deleted AFTER DELETE ON event
    BEGIN DELETE FROM body WHERE key = old.key; END;
"""
_FROM_VERSION_1 = """
INSERT INTO body SELECT key, body FROM event WHERE body IS NOT NULL;
ALTER TABLE event DROP COLUMN body
"""
#: Each statement does all of its work in one step, and gets it as one JSON array of arrays: a step lets
#: other threads run, and may have to wait long for its turn. What may hold any character is not in the JSON
#: (SQLite ends a text there at U+0000) but in one run of bytes, ?2, of which a row has places and lengths.
_INSERT = """
INSERT INTO arrival
SELECT
    key,
    CAST(substr(?2, json_extract(value, '$[0]'), json_extract(value, '$[1]')) AS TEXT),
    json_extract(value, '$[4]'),
    json_extract(value, '$[5]'),
    json_extract(value, '$[6]'),
    json_extract(value, '$[7]'),
    substr(?2, json_extract(value, '$[2]'), json_extract(value, '$[3]'))
FROM json_each(?1)
"""
#: What an arrival becomes: an event with its body, or a note that it was there already. Within a trigger,
#: changes() tells of the statement before.
_ARRIVALS = """
PRAGMA temp_store = MEMORY;
CREATE TEMP TABLE duplicate (place INTEGER NOT NULL);
CREATE TEMP VIEW arrival AS SELECT
    0 AS place, '' AS event_id, '' AS event_name, '' AS route, 0 AS event_time, 0 AS received_at, x'' AS body;
CREATE TEMP TRIGGER arrival_kept INSTEAD OF INSERT ON arrival BEGIN
    INSERT INTO event (event_id, event_name, route, event_time, received_at, next_at) VALUES
        (NEW.event_id, NEW.event_name, NEW.route, NEW.event_time, NEW.received_at, NEW.received_at)
        ON CONFLICT (event_id, event_name) DO NOTHING;
    INSERT INTO duplicate SELECT NEW.place WHERE changes() = 0;
    INSERT INTO body SELECT last_insert_rowid(), NEW.body WHERE changes() = 0;
END;
"""
_LEASE = """
UPDATE event SET next_at = ?1, leased = ?2 WHERE key IN (SELECT value FROM json_each(?3))
"""
#: The bodies are JSON and hold no line breaks.
_DUE = """
SELECT
    CAST(json_group_array(
        json_array(
            key, event_id, event_name, route, event_time, received_at, attempts, leased <> 0
        )
    ) AS BLOB),
    CAST(group_concat(CAST(body AS TEXT), char(10)) AS BLOB)
FROM (
    SELECT * FROM event JOIN body USING (key) WHERE state = 'queued' AND next_at <= ?1
    ORDER BY next_at, received_at, key LIMIT ?2
)
"""
_SETTLE = """
UPDATE event SET
    state = json_extract(each.value, '$[1]'),
    words = json_extract(each.value, '$[2]'),
    attempts = attempts + json_extract(each.value, '$[3]'),
    next_at = json_extract(each.value, '$[4]'),
    settled_at = json_extract(each.value, '$[5]'),
    leased = 0
FROM json_each(?1) AS each WHERE event.key = json_extract(each.value, '$[0]')
"""
#: Which rows are parked, in the words of an index's condition.
_PARKED = "state <> 'queued' AND state = 'parked'"
#: The few that are not delivered are not looked for among the millions that are.
_IN_STATE: dict[State | None, str] = {
    "queued": "INDEXED BY event_due WHERE state = 'queued'",
    "parked": f"INDEXED BY event_settled WHERE {_PARKED}",
    "delivered": "WHERE state = 'delivered'",
    None: "",
}
_DELETE_BODIES = "DELETE FROM body WHERE key IN (SELECT value FROM json_each(?))"
_PROBE = "INSERT INTO probe VALUES (1, 0) ON CONFLICT (id) DO UPDATE SET turn = 1 - turn"
#: No event has an empty id; a trial left behind by a crash expires at once.
_TRIAL = """
INSERT INTO event (event_id, event_name, route, event_time, received_at, next_at, state, settled_at)
VALUES ('', '', '', 0, 0, 0, 'delivered', 0)
"""


def prepare(connection: sqlite3.Connection, busy_ms: int) -> None:
    """Set the connection up, and make the tables where there are none.

    Raises:
        OutboxUnusable: where the file is none of ours, or a newer version's; it is not touched.
        sqlite3.DatabaseError: where it cannot be used otherwise.
    """
    connection.execute(f"PRAGMA busy_timeout = {busy_ms:d}")
    _check_owner(connection)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = FAST")
    connection.execute("PRAGMA journal_size_limit = 16000000")
    connection.execute("BEGIN IMMEDIATE")
    version: int = _value(connection, "PRAGMA user_version")
    if version < SCHEMA_VERSION:
        steps = _SCHEMA + _BODIES if version == 0 else _BODIES + _FROM_VERSION_1
        for statement in steps.split(";\n"):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION:d}")
    connection.execute("COMMIT")
    connection.executescript(_ARRIVALS)


def _check_owner(connection: sqlite3.Connection) -> None:
    version: int = _value(connection, "PRAGMA user_version")
    if version > SCHEMA_VERSION:
        raise OutboxUnusable(
            f"written by a newer version of edgee-py (schema {version}, this one knows"
            f" {SCHEMA_VERSION}): install that version again, or name another file as outbox"
        )
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
    if tables and ("probe" not in tables or version < 1):
        raise OutboxUnusable("the database of something else: name another file as outbox")


class NewEvent(NamedTuple):
    """An event to write; times are Unix seconds and Unix ms."""

    event_id: str
    event_name: str
    route: str
    event_time: int
    received_at: int
    body: bytes


def insert(connection: sqlite3.Connection, events: Sequence[NewEvent]) -> list[bool]:
    """Write new events, all or none, in the transaction that is open or in one of their own; which were new."""
    content: list[bytes] = []
    rows = []
    at = 1
    for event_id, *rest, body in events:
        id_bytes = event_id.encode()
        id_length, body_length = len(id_bytes), len(body)
        content += (id_bytes, body)
        rows.append((at, id_length, at + id_length, body_length, *rest))
        at += id_length + body_length
    before = connection.total_changes
    connection.execute(_INSERT, (_json(rows), b"".join(content)))
    if connection.total_changes - before == 2 * len(events):
        return [True] * len(events)
    query = "SELECT json_group_array(place) FROM duplicate"
    known = set(msgspec.json.decode(_value(connection, query), type=list[int]))
    connection.execute("DELETE FROM duplicate")
    return [place not in known for place in range(len(events))]


def lease(
    connection: sqlite3.Connection, limit: int, now: int, until: int, owner: int
) -> list[Leased]:
    """Take due events; a row that is due and still leased was never settled."""
    connection.execute(
        "UPDATE event SET next_at = 0 WHERE state = 'queued' AND next_at > ?",
        (now + _LONGEST_WAIT_MS,),
    )
    due, bodies = connection.execute(_DUE, (now, limit)).fetchone()
    rows = msgspec.json.decode(due, type=list[_Due])
    if not rows:
        return []
    connection.execute(_LEASE, (until, owner, _json([row[0] for row in rows])))
    return [
        Leased(*row[:-1], body, bool(row[-1]))
        for row, body in zip(rows, bodies.split(b"\n"), strict=True)
    ]


def settle(connection: sqlite3.Connection, settlements: Sequence[Settlement], now: int) -> None:
    """Record results; a delivered event's body is not needed any more."""
    rows = [
        (
            each.key,
            each.state,
            each.words,
            int(each.attempted),
            each.next_at,
            None if each.state == "queued" else now,
        )
        for each in settlements
    ]
    connection.execute(_SETTLE, (_json(rows),))
    delivered = [each.key for each in settlements if each.state == "delivered"]
    if delivered:
        connection.execute(_DELETE_BODIES, (_json(delivered),))


def owners(connection: sqlite3.Connection) -> list[int]:
    """Who holds leases."""
    rows = connection.execute(
        "SELECT DISTINCT leased FROM event WHERE state = 'queued' AND leased <> 0"
    )
    return [row[0] for row in rows]


def disown(connection: sqlite3.Connection, owner: int) -> None:
    """Make an owner's leases due at once, marked as abandoned."""
    connection.execute(
        "UPDATE event SET next_at = 0, leased = ? WHERE state = 'queued' AND leased = ?",
        (NOBODY, owner),
    )


def expire(connection: sqlite3.Connection, now: int) -> bool:
    """Delete some of what has expired; whether there may be more."""
    more = False
    for state, age in (("delivered", DEDUPE_MS), ("parked", PARKED_MS)):
        done = connection.execute(
            "DELETE FROM event WHERE key IN (SELECT key FROM event"
            " WHERE state <> 'queued' AND state = ? AND settled_at < ? LIMIT ?)",
            (state, now - age, _EXPIRE_ROWS),
        )
        more = more or done.rowcount >= _EXPIRE_ROWS
    return more


def requeue(connection: sqlite3.Connection, event_ids: Sequence[str], now: int) -> int:
    """Queue parked events again: these, or all."""
    query = "UPDATE event SET state = 'queued', next_at = ?, settled_at = NULL, words = ''"
    return connection.execute(query + _parked(event_ids), [now, *event_ids]).rowcount


def purge(connection: sqlite3.Connection, event_ids: Sequence[str]) -> int:
    """Delete parked events: these, or all."""
    query = "DELETE FROM event"
    return connection.execute(query + _parked(event_ids), event_ids).rowcount


def _parked(event_ids: Sequence[str]) -> str:
    """Which rows are meant: those parked with these ids, or all that are parked."""
    which = f" WHERE {_PARKED}"
    return which + (f" AND event_id IN ({', '.join('?' * len(event_ids))})" if event_ids else "")


def next_due(connection: sqlite3.Connection) -> int | None:
    """The earliest due time of a queued event."""
    due: int | None = _value(connection, "SELECT min(next_at) FROM event WHERE state = 'queued'")
    return due


def stats(connection: sqlite3.Connection) -> Stats:
    """Counts by state."""
    queued, oldest = connection.execute(
        "SELECT count(*), min(received_at) FROM event WHERE state = 'queued'"
    ).fetchone()
    query = "SELECT count(*) FROM event"
    parked = _value(connection, query + _parked(()))
    return Stats(queued, parked, oldest)


def entries(connection: sqlite3.Connection, state: State | None, limit: int) -> list[Entry]:
    """The newest events."""
    query = "SELECT event_id, event_name, state, attempts, received_at, words FROM event "
    query += _IN_STATE[state] + " ORDER BY key DESC LIMIT ?"
    rows = connection.execute(query, (limit,))
    return [Entry(*row) for row in rows]


def last_key(connection: sqlite3.Connection) -> int:
    """The newest event's key, 0 where there is none."""
    key: int | None
    try:
        key = _value(connection, "SELECT max(key) FROM event")
    except sqlite3.DatabaseError:  # damaged, perhaps there only
        key = _value(connection, "SELECT max(key) FROM body")
    return key or 0


def export(
    connection: sqlite3.Connection, state: State | None, after: int, last: int
) -> tuple[list[Exported], int]:
    """The next events with their content beyond a key, and the key to go on from: `last` at the end."""
    rows = connection.execute(
        "SELECT event_id, event_name, state, route, attempts, received_at, settled_at, words, body, key"
        " FROM body JOIN event USING (key)"
        " WHERE key > ?2 AND key <= ?3 AND (?1 IS NULL OR state = ?1) ORDER BY key LIMIT ?4",
        (state, after, last, _EXPORT_ROWS),
    ).fetchall()
    return [Exported(*row[:-1]) for row in rows], rows[-1][-1] if rows else last


def probe(connection: sqlite3.Connection) -> None:
    """Turn a switch that means nothing."""
    connection.execute(_PROBE)


def try_to_insert(connection: sqlite3.Connection) -> None:
    """Write as much as a large post; `undo_trial` in a transaction of its own takes it back."""
    undo_trial(connection)
    key = connection.execute(_TRIAL).lastrowid
    connection.execute("INSERT INTO body VALUES (?, zeroblob(?))", (key, _TRIAL_BYTES))


def undo_trial(connection: sqlite3.Connection) -> None:
    """Take the trial back."""
    connection.execute("DELETE FROM event WHERE event_id = ''")


def write_back(connection: sqlite3.Connection) -> None:
    """Write the log into the file and begin it anew, in its own space: cut off, the space were anybody's."""
    connection.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()


def sizes(connection: sqlite3.Connection) -> tuple[int, int]:
    """Bytes in use and bytes free within the file."""
    page, pages, free = (
        _value(connection, f"PRAGMA {name}")
        for name in ("page_size", "page_count", "freelist_count")
    )
    return page * (pages - free), page * free


def _value(connection: sqlite3.Connection, query: str, *given: object) -> Any:
    return connection.execute(query, given).fetchone()[0]


def _json(rows: object) -> str:
    return msgspec.json.encode(rows).decode()
