"""What only the outbox in a file does; test_outbox.py has what every outbox does."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sqlite3
import stat
import subprocess
import sys
import tracemalloc
from collections.abc import Awaitable, Callable
from itertools import groupby
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest

from edgee_py.pinterest.contract import ConversionEvent
from edgee_py.relay import sqlite_queries
from edgee_py.relay.export import export
from edgee_py.relay.outbox import (
    DEDUPE_MS,
    PARKED_MS,
    Arrival,
    OutboxUnavailable,
    OutboxUnusable,
    Settlement,
    State,
)
from edgee_py.relay.sqlite_outbox import SCHEMA_VERSION, SqliteOutbox
from tests.bench.relay.visitors import conversion_event
from tests.readme import SENTENCES
from tests.relay.conftest import BROWSER, event

NOW = 1_800_000_000_000


def arrival(event_id: str, **more: Any) -> Arrival:
    return Arrival(cast(ConversionEvent, event(event_id, **more)), "pinterest_capi")


def use(path: Path, work: Callable[[SqliteOutbox], Awaitable[Any]], **given: Any) -> Any:
    """Open the outbox, do something with it, close it."""

    async def run() -> Any:
        outbox = SqliteOutbox.open(path, **given)
        try:
            return await work(outbox)
        finally:
            await outbox.close()

    return asyncio.run(run())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "outbox.db"


def test_a_delivered_event_stays_known_and_loses_its_body(path: Path) -> None:
    async def work(outbox: SqliteOutbox) -> None:
        await outbox.append([arrival("a")], NOW)
        (leased,) = await outbox.lease(1, NOW, NOW + 1000)
        await outbox.settle([Settlement(leased.key, "delivered")], NOW)
        again = await outbox.append([arrival("a")], NOW + DEDUPE_MS - 1)
        assert (len(again.accepted), len(again.duplicates)) == (0, 1)

    use(path, work)
    assert rows(path, "SELECT state, attempts FROM event") == [("delivered", 1)]
    assert rows(path, "SELECT * FROM body") == []


@pytest.mark.parametrize(("state", "age"), [("delivered", DEDUPE_MS), ("parked", PARKED_MS)])
def test_settled_events_are_forgotten_in_time(path: Path, state: State, age: int) -> None:
    async def work(outbox: SqliteOutbox) -> None:
        await outbox.append([arrival("a")], NOW)
        (leased,) = await outbox.lease(1, NOW, NOW + 1000)
        await outbox.settle([Settlement(leased.key, state)], NOW)
        await outbox.lease(1, NOW + age - 1, NOW + age)
        assert len(await outbox.entries(None, 10)) == 1
        await outbox.lease(1, NOW + age + 3_600_000, NOW + age)
        assert await outbox.entries(None, 10) == []

    use(path, work)


def test_keys_are_kept_for_longer_than_any_journal_replays() -> None:
    assert DEDUPE_MS > 7 * 24 * 3600 * 1000


def test_what_is_leased_is_nobody_elses_until_the_lease_ends(path: Path) -> None:
    async def work(outbox: SqliteOutbox) -> None:
        await outbox.append([arrival("a"), arrival("b"), arrival("c")], NOW)
        assert [each.event_id for each in await outbox.lease(2, NOW, NOW + 500)] == ["a", "b"]
        assert [each.event_id for each in await outbox.lease(2, NOW, NOW + 500)] == ["c"]
        assert await outbox.lease(2, NOW, NOW + 500) == []
        assert len(await outbox.lease(9, NOW + 500, NOW + 900)) == 3

    use(path, work)


def test_a_crashed_forwarders_leases_are_released(path: Path) -> None:
    async def crash(outbox: SqliteOutbox) -> None:
        await outbox.append([arrival("a")], NOW)
        await outbox.lease(1, NOW, NOW + 600_000)

    async def restart(outbox: SqliteOutbox) -> None:
        assert await outbox.lease(1, NOW, NOW + 1) == []
        await outbox.release()
        assert len(await outbox.lease(1, NOW, NOW + 1)) == 1

    use(path, crash)
    use(path, restart)


def test_an_export_ends_though_events_go_on_arriving(path: Path) -> None:
    async def work(outbox: SqliteOutbox) -> int:
        await outbox.append([arrival(str(n)) for n in range(150)], NOW)
        seen = 0
        async for _ in outbox.export(None):
            await outbox.append([arrival(f"new-{seen}")], NOW)
            seen += 1
        return seen

    assert use(path, work) == 150
    assert use(path.with_name("empty.db"), lambda outbox: anext(outbox.export(None), None)) is None


def test_an_export_holds_a_few_events_at_a_time(path: Path) -> None:
    text = "x" * 10_000

    async def work(outbox: SqliteOutbox) -> int:
        for batch in range(20):
            events = [arrival(f"{batch}-{n}", language=text) for n in range(100)]
            await outbox.append(events, NOW)
        tracemalloc.start()
        total = 0
        async for each in outbox.export(None):
            total += len(each.body)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert total > 20_000_000
        return peak

    assert use(path, work) < 5_000_000


def test_appends_that_arrive_together_share_a_transaction(path: Path) -> None:
    async def work(outbox: SqliteOutbox) -> list[str]:
        statements: list[str] = []
        outbox._connection.set_trace_callback(statements.append)
        await asyncio.gather(*(outbox.append([arrival(str(n))], NOW) for n in range(200)))
        return statements

    statements = use(path, work)

    commits = statements.count("COMMIT")
    assert commits < 100
    assert len(rows(path, "SELECT key FROM event")) == 200


def test_a_transaction_is_as_few_calls_for_many_posts_as_for_one(path: Path) -> None:
    async def work(outbox: SqliteOutbox) -> list[str]:
        statements: list[str] = []
        outbox._connection.set_trace_callback(statements.append)
        await asyncio.gather(
            *(outbox.append([arrival(f"{n}-{m}") for m in range(3)], NOW) for n in range(100))
        )
        leased = await outbox.lease(1000, NOW, NOW + 1000)
        assert len(leased) == 300
        await outbox.settle([Settlement(each.key, "delivered") for each in leased], NOW)
        return statements

    statements = use(path, work)

    # A trigger's statements are traced as the one that set it off.
    calls = [statement for statement, _ in groupby(statements)]
    groups = calls.count("COMMIT") + sum("INTO arrival" in each for each in calls)
    assert groups < 50
    assert len(calls) <= 6 * groups


@pytest.mark.parametrize("together", [False, True])
def test_ids_of_any_characters_are_kept_apart(path: Path, together: bool) -> None:
    ids = ["a", "a\0", "a\0b", "a\nb", 'a"b', "a\\b", "ä", "日本", "\U0001f600", "'; --", "\x7f"]

    async def work(outbox: SqliteOutbox) -> None:
        for _ in range(2):
            posts = [ids] if together else [[each] for each in ids]
            await asyncio.gather(
                *(outbox.append([arrival(each) for each in post], NOW) for post in posts)
            )
        leased = await outbox.lease(100, NOW, NOW + 1000)
        assert [each.event_id for each in leased] == ids
        assert [json.loads(each.body)["event_id"] for each in leased] == ids

    use(path, work)


def test_one_id_in_posts_that_arrive_together_is_accepted_once(path: Path) -> None:
    async def work(outbox: SqliteOutbox) -> None:
        posts = [[arrival("a"), arrival(str(n)), arrival("a")] for n in range(20)]
        appended = await asyncio.gather(*(outbox.append(post, NOW) for post in posts))
        accepted = [each.event["event_id"] for one in appended for each in one.accepted]
        assert sorted(accepted) == sorted(["a", *map(str, range(20))])
        assert sum(len(one.duplicates) for one in appended) == 39

    use(path, work)


def test_one_failure_in_a_group_is_its_own(path: Path) -> None:
    async def work(outbox: SqliteOutbox) -> list[Any]:
        good, bad = arrival("good"), arrival("bad", event_time="no number")
        return await asyncio.gather(
            *(outbox.append([each], NOW) for each in (good, bad, arrival("too"))),
            return_exceptions=True,
        )

    results = use(path, work)

    assert [isinstance(each, OutboxUnavailable) for each in results] == [False, True, False]
    assert rows(path, "SELECT event_id FROM event ORDER BY key") == [("good",), ("too",)]


def test_a_file_that_another_holds_is_unavailable_then_available(path: Path) -> None:
    async def work(outbox: SqliteOutbox) -> None:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(OutboxUnavailable, match="locked"):
            await outbox.append([arrival("a")], NOW)
        with pytest.raises(OutboxUnavailable, match="locked"):
            await outbox.check()
        other.execute("ROLLBACK")
        other.close()
        await outbox.check()
        assert len((await outbox.append([arrival("a")], NOW)).accepted) == 1

    use(path, work, busy_ms=10)


def test_a_full_disk_is_unavailable_and_keeps_what_was_there(path: Path) -> None:
    async def work(outbox: SqliteOutbox) -> None:
        await outbox.append([arrival("a")], NOW)
        (pages,) = outbox._connection.execute("PRAGMA page_count").fetchone()
        outbox._connection.execute(f"PRAGMA max_page_count = {pages}")
        filler = "x" * 60_000
        results = await asyncio.gather(
            *(
                outbox.append([arrival(f"{n}{filler[:200]}", event_source_url=filler)], NOW)
                for n in range(5)
            ),
            return_exceptions=True,
        )
        assert all(isinstance(each, OutboxUnavailable) for each in results)
        assert (await outbox.stats()).queued == 1

    use(path, work)


def test_closing_finishes_what_was_begun(path: Path) -> None:
    async def work(outbox: SqliteOutbox) -> None:
        appends = [asyncio.create_task(outbox.append([arrival(str(n))], NOW)) for n in range(50)]
        await asyncio.sleep(0)
        await outbox.close()
        assert [len(each.accepted) for each in await asyncio.gather(*appends)] == [1] * 50

    use(path, work)


def test_the_file_is_its_owners_alone_and_synced_at_each_commit(path: Path) -> None:
    async def work(outbox: SqliteOutbox) -> tuple[Any, Any]:
        await outbox.append([arrival("a")], NOW)
        query = outbox._connection.execute
        return query("PRAGMA journal_mode").fetchone(), query("PRAGMA synchronous").fetchone()

    assert use(path, work) == (("wal",), (2,))
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_newer_file_is_left_alone(path: Path) -> None:
    use(path, lambda outbox: outbox.check())
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")

    with pytest.raises(OutboxUnusable, match=r"newer version .* install that version again"):
        SqliteOutbox.open(path)


@pytest.mark.parametrize("table", ["event", "customer"])
def test_the_database_of_something_else_is_left_as_it_is(tmp_path: Path, table: str) -> None:
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as connection:
        connection.execute(f"CREATE TABLE {table} (a)")
    connection.close()
    before = path.read_bytes()

    with pytest.raises(OutboxUnusable, match="name another file"):
        SqliteOutbox.open(path)
    assert path.read_bytes() == before


def test_an_earlier_versions_file_is_brought_up_to_date(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as connection:
        for statement in (*sqlite_queries._SCHEMA.split(";"), "PRAGMA user_version = 1"):
            connection.execute(statement)
        connection.execute("ALTER TABLE event ADD COLUMN body BLOB")
        connection.executemany(
            "INSERT INTO event (event_id, event_name, route, event_time, received_at, next_at, state,"
            " body) VALUES (?, 'lead', 'event', 0, 0, 0, ?, ?)",
            [("waits", "queued", b"{}"), ("done", "delivered", None)],
        )
    connection.close()

    (leased,) = use(path, lambda outbox: outbox.lease(9, NOW, NOW + 1))

    assert (leased.event_id, leased.body) == ("waits", b"{}")
    assert len(use(path, lambda outbox: outbox.entries(None, 9))) == 2


def test_delivered_events_give_their_room_back(path: Path) -> None:
    async def work(outbox: SqliteOutbox) -> None:
        filler = {"np": "x" * 900}
        await outbox.append([arrival(str(n), custom_data=filler) for n in range(5000)], NOW)
        used, _ = sqlite_queries.sizes(outbox._connection)
        leased = await outbox.lease(5000, NOW, NOW + 1)
        await outbox.settle([Settlement(each.key, "delivered") for each in leased], NOW)
        left, free = sqlite_queries.sizes(outbox._connection)
        assert left < used / 4
        assert free > used / 2

    use(path, work)


def test_a_lease_of_a_process_that_lives_is_left_alone(path: Path) -> None:
    async def work(one: SqliteOutbox) -> None:
        await one.append([arrival("a"), arrival("b")], NOW)
        (leased,) = await one.lease(1, NOW, NOW + 600_000)
        two = SqliteOutbox.open(path)
        await two.release()
        assert [each.event_id for each in await two.lease(9, NOW, NOW + 600_000)] == ["b"]
        await one.close()  # with its lease
        await two.release()
        (again,) = await two.lease(9, NOW, NOW + 600_000)
        assert (again.key, again.abandoned, leased.abandoned) == (leased.key, True, False)
        await two.close()

    use(path, work)
    assert not list(path.parent.glob("*-owner-*"))


def test_what_processes_leave_behind_that_end_without_a_close_is_cleared_away(path: Path) -> None:
    """A site's server that is told to stop ends a mounted relay so, and crashes do."""
    script = f"""if True:
        import asyncio, os
        from edgee_py.relay.sqlite_outbox import SqliteOutbox
        async def lease():
            await SqliteOutbox.open({str(path)!r}).lease(1, {NOW}, {NOW})
            os._exit(0)
        asyncio.run(lease())"""
    for _ in range(2):
        subprocess.run([sys.executable, "-c", script], check=True)
    assert len(list(path.parent.glob("*-owner-*"))) == 2
    (path.parent / f"{path.name}-owner-is-a-book").touch()

    async def work(outbox: SqliteOutbox) -> None:
        await outbox.lease(1, NOW, NOW)
        await outbox.release()
        mine, book = sorted(path.parent.glob("*-owner-*"))
        assert book.name.endswith("-book")
        assert mine.name.endswith(f"-{outbox._owner.id:x}")  # type: ignore[union-attr]

    use(path, work)


def test_what_was_put_off_while_the_clock_was_ahead_is_due(path: Path) -> None:
    year = 365 * 24 * 3600 * 1000

    async def work(outbox: SqliteOutbox) -> None:
        await outbox.append([arrival("ahead"), arrival("leased")], NOW + year)
        await outbox.lease(1, NOW + year, NOW + year + 600_000)
        leased = await outbox.lease(9, NOW, NOW + 600_000)
        assert {each.event_id for each in leased} == {"ahead", "leased"}

    use(path, work)


def test_expiry_keeps_up_in_small_steps(path: Path) -> None:
    async def work(outbox: SqliteOutbox) -> None:
        for start in range(0, 5000, 1000):
            await outbox.append([arrival(str(start + n)) for n in range(1000)], NOW)
        leased = await outbox.lease(5000, NOW, NOW + 1)
        await outbox.settle([Settlement(each.key, "delivered") for each in leased], NOW)
        later, left = NOW + DEDUPE_MS + 3_600_000, []
        for second in range(4):
            await outbox.lease(1, later + second * 1000, later)
            left.append(len(await outbox.entries(None, 10_000)))
        assert left == [3000, 1000, 0, 0]

    use(path, work)


def test_a_file_that_is_deleted_or_replaced_takes_nothing(path: Path) -> None:
    async def work(outbox: SqliteOutbox) -> None:
        await outbox.append([arrival("a")], NOW)
        path.unlink()
        for replaced in (False, True):
            if replaced:
                path.touch()
            with pytest.raises(OutboxUnavailable, match="deleted or replaced"):
                await outbox.check()
            with pytest.raises(OutboxUnavailable, match="deleted or replaced"):
                await outbox.append([arrival("b")], NOW)
        assert len(await outbox.lease(9, NOW, NOW + 1)) == 1  # what was there still goes out

    use(path, work)


def test_after_a_failed_append_a_check_writes_as_much_as_a_post(path: Path) -> None:
    async def work(outbox: SqliteOutbox) -> None:
        (pages,) = outbox._connection.execute("PRAGMA page_count").fetchone()
        outbox._connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(OutboxUnavailable):
            await outbox.append([arrival("a", event_source_url="x" * 60_000)], NOW)
        with pytest.raises(OutboxUnavailable, match="full"):
            await outbox.check()
        outbox._connection.execute("PRAGMA max_page_count = 1000000")
        await outbox.check()
        assert await outbox.entries(None, 10) == []

    use(path, work)


def test_what_is_no_database_is_unavailable(tmp_path: Path) -> None:
    text = tmp_path / "text.db"
    text.write_text("This is no database. " * 100)

    with pytest.raises(OutboxUnusable, match=r"not a database.* move the file away"):
        SqliteOutbox.open(text)
    with pytest.raises(OutboxUnavailable):
        SqliteOutbox.open(text / "below" / "a" / "file.db")


def test_an_export_goes_around_what_is_damaged_and_says_so_at_the_end(path: Path) -> None:
    async def fill(outbox: SqliteOutbox) -> None:
        await outbox.append([arrival(str(n)) for n in range(2000)], NOW)

    async def export_(outbox: SqliteOutbox) -> list[str]:
        lines: list[str] = []
        with pytest.raises(OutboxUnusable, match="damaged"):
            await export(outbox, None, lines.append)
        return lines

    use(path, fill)
    page = 4096
    whole = path.read_bytes()
    [leaf] = [
        n
        for n in range(len(whole) // page)
        if whole[n * page :].find(b'"event_id":"300"') in range(page)
    ]
    with path.open("r+b") as file:
        for number in (leaf, leaf + 40):
            file.seek(number * page)
            file.write(b"\xa5" * page)
    saved = [json.loads(each)["event_id"] for each in use(path, export_)]
    assert len(saved) == len(set(saved)) > 1900
    assert {"0", "1999"} <= set(saved)
    assert "300" not in saved


def test_an_event_that_has_become_nonsense_keeps_no_other_out_of_an_export(path: Path) -> None:
    async def work(outbox: SqliteOutbox) -> list[str]:
        await outbox.append([arrival(each) for each in ("a", "b", "c")], NOW)
        outbox._connection.execute("UPDATE body SET body = x'7b' WHERE key = 2")
        lines: list[str] = []
        with pytest.raises(OutboxUnusable, match="damaged: 1 events"):
            await export(outbox, None, lines.append)
        return [json.loads(each)["event_id"] for each in lines]

    assert use(path, work) == ["a", "c"]


def test_what_is_done_all_the_time_takes_no_more_steps_with_many_delivered(path: Path) -> None:
    async def work(outbox: SqliteOutbox) -> int:
        for start in range(0, 5000, 1000):
            await outbox.append([arrival(str(start + n)) for n in range(1000)], NOW)
        leased = await outbox.lease(5000, NOW, NOW + 1)
        await outbox.settle([Settlement(each.key, "delivered") for each in leased], NOW)
        hundreds: list[None] = []
        outbox._connection.set_progress_handler(lambda: hundreds.append(None), 100)
        await outbox.stats()
        await outbox.lease(10, NOW + 3_600_000, NOW)  # and what has expired is looked for
        await outbox.release()
        await outbox.requeue([], NOW)
        await outbox.purge([])
        for state in ("queued", "parked"):
            assert await outbox.entries(state, 51) == []
        return len(hundreds)

    assert use(path, work) < 10  # looking at each row takes 150 and more


def test_what_an_event_takes_is_what_the_manual_says_and_vacuum_gives_it_back(path: Path) -> None:
    async def work(outbox: SqliteOutbox) -> None:
        await outbox.append([browsers_checkout(n) for n in range(2000)], NOW)

    async def deliver(outbox: SqliteOutbox) -> None:
        leased = await outbox.lease(2000, NOW, NOW + 1)
        await outbox.settle([Settlement(each.key, "delivered") for each in leased], NOW)

    async def again(outbox: SqliteOutbox) -> int:
        return len((await outbox.append([browsers_checkout(7)], NOW)).duplicates)

    use(path, work)
    waiting = path.stat().st_size / 2000
    use(path, deliver)
    subprocess.run([sys.executable, "-c", VACUUM, str(path)], check=True)
    delivered = path.stat().st_size / 2000
    for size, told in zip((waiting, delivered), figures_of_the_manual(), strict=True):
        assert size == pytest.approx(told * 1000, rel=0.2)
    assert use(path, again) == 1


VACUUM = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('VACUUM')"


def browsers_checkout(number: int) -> Arrival:
    made = cast(Any, conversion_event())
    user_data = {
        **made["user_data"],
        "client_ip_address": "198.51.100.123",
        "client_user_agent": BROWSER,
    }
    return Arrival(
        {
            **made,
            "event_id": str(UUID(int=number * 997 << 64)),
            "event_time": 1,
            "user_data": user_data,
        },
        "pinterest_capi",
    )


def figures_of_the_manual() -> list[float]:
    """kB that an event takes while it waits, and then."""
    [found] = re.findall(
        r"An event that waits takes about ([\d.]+) kB of disk, one that was delivered ([\d.]+) kB",
        SENTENCES,
    )
    return [float(each) for each in found]


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(path) as connection:
        return connection.execute(query).fetchall()


def test_an_unforeseen_error_on_the_thread_leaves_nobody_waiting(path: Path) -> None:
    async def work(outbox: SqliteOutbox) -> None:
        def broken(_: object) -> None:
            raise RuntimeError("unforeseen")

        outbox._commit = broken  # type: ignore[method-assign,assignment]
        with pytest.raises(OutboxUnavailable, match="RuntimeError"):
            await outbox.append([arrival("a")], NOW)
        del outbox._commit
        assert len((await outbox.append([arrival("a")], NOW)).accepted) == 1

    use(path, work)
