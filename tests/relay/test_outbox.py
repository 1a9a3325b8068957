"""What every outbox keeps to, asked of each of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest

from edgee_py.pinterest.contract import ConversionEvent
from edgee_py.relay.clock import now_ms
from edgee_py.relay.outbox import Arrival, Leased, Outbox, OutboxUnavailable, Settlement
from tests.relay.conftest import ACK_WAIT, event

Open = Callable[[], Outbox]
Work = Callable[[Open], Awaitable[None]]
Do = Callable[[Work], None]

MINUTE = 60_000


@pytest.fixture
def do(open_outbox: Open) -> Do:
    """Does a piece of work with one place for events, which may be opened more than once."""

    def run(work: Work) -> None:
        async def main() -> None:
            opened: list[Outbox] = []

            def open_() -> Outbox:
                opened.append(open_outbox())
                return opened[-1]

            try:
                async with asyncio.timeout(30):
                    await work(open_)
            finally:
                for each in opened:
                    await each.close()

        asyncio.run(main())

    return run


def arrival(event_id: str, **more: Any) -> Arrival:
    return Arrival(cast(ConversionEvent, event(event_id, **more)), "pinterest_capi")


async def append(outbox: Outbox, *ids: str, **more: Any) -> tuple[int, int]:
    done = await outbox.append([arrival(each, **more) for each in ids], now_ms())
    return len(done.accepted), len(done.duplicates)


async def lease(outbox: Outbox, limit: int = 100, ms: int = MINUTE) -> list[Leased]:
    now = now_ms()
    return await outbox.lease(limit, now, now + ms)


async def leased(outbox: Outbox, number: int) -> list[Leased]:
    """Wait until so many can be leased."""
    got: list[Leased] = []
    while len(got) < number:
        got += await lease(outbox, number - len(got))
        if len(got) < number:
            await outbox.wait(0.1)
    return got


async def settle(outbox: Outbox, state: Any, *events: Leased, **more: Any) -> None:
    await outbox.settle([Settlement(each.key, state, **more) for each in events], now_ms())


def ids(events: list[Leased]) -> list[str]:
    return [each.event_id for each in events]


def test_what_was_appended_is_there_after_opening_again(do: Do) -> None:
    async def work(open_: Open) -> None:
        first = open_()
        assert await append(first, "a", "b") == (2, 0)
        await first.close()
        got = await lease(open_())
        assert [(each.event_id, each.event_name, each.route) for each in got] == [
            ("a", "page_visit", "pinterest_capi"),
            ("b", "page_visit", "pinterest_capi"),
        ]
        assert b'"event_id":"a"' in got[0].body
        assert abs(got[0].event_time - time.time()) < 60
        assert [each.abandoned for each in got] == [False, False]

    do(work)


def test_one_id_and_name_is_one_event_whoever_appends_it(do: Do) -> None:
    async def work(open_: Open) -> None:
        one, other = open_(), open_()
        assert await append(one, "a", "a", "b") == (2, 1)
        assert await append(other, "b", "é\n ") == (1, 1)
        assert await append(other, "b", event_name="lead") == (1, 0)
        assert len(await lease(one)) == 4

    do(work)


def test_a_delivered_event_stays_known(do: Do) -> None:
    async def work(open_: Open) -> None:
        outbox = open_()
        await append(outbox, "a")
        await settle(outbox, "delivered", *await lease(outbox))
        assert await append(outbox, "a") == (0, 1)
        assert await lease(outbox) == []
        assert (await outbox.stats()).queued == 0

    do(work)


def test_what_is_leased_is_nobody_elses(do: Do) -> None:
    async def work(open_: Open) -> None:
        one, other = open_(), open_()
        await append(one, "a", "b", "c")
        assert ids(await lease(one, 2)) == ["a", "b"]
        assert ids(await lease(other, 2)) == ["c"]
        assert await lease(one) == await lease(other) == []
        await asyncio.sleep(1.5 * ACK_WAIT)
        await one.release()
        await other.release()
        assert await lease(one) == await lease(other) == []

    do(work)


def test_a_lease_that_has_run_out_is_abandoned_and_a_returned_one_is_not(do: Do) -> None:
    async def work(open_: Open) -> None:
        one, other = open_(), open_()
        await append(one, "lost", action_source="offline")
        await append(one, "back", action_source="offline")
        lost, back = await lease(one, 2, ms=200)
        assert not lost.abandoned
        await settle(one, "queued", back, next_at=now_ms())
        got = {each.event_id: each.abandoned for each in await leased(other, 2)}
        assert got == {"lost": True, "back": False}

    do(work)


def test_a_result_that_comes_after_the_lease_counts_all_the_same(do: Do) -> None:
    async def work(open_: Open) -> None:
        one, other = open_(), open_()
        await append(one, "a")
        (first,) = await lease(one, ms=100)
        (again,) = await leased(other, 1)
        await settle(one, "delivered", first)
        await settle(other, "delivered", again)
        assert (await outbox_is_empty(one)) and await append(other, "a") == (0, 1)

    do(work)


async def outbox_is_empty(outbox: Outbox) -> bool:
    stats = await outbox.stats()
    return (stats.queued, stats.parked) == (0, 0)


def test_a_returned_event_waits_for_its_time(do: Do) -> None:
    async def work(open_: Open) -> None:
        one, other = open_(), open_()
        await append(one, "a")
        due = now_ms() + 700
        await settle(one, "queued", *await lease(one), next_at=due)
        # Whoever looks, and however often: it comes once, and not before.
        while not (again := [*await lease(one), *await lease(other)]):
            await other.wait(0.1)
        assert now_ms() >= due - 50
        assert [each.attempts for each in again] == [1]

    do(work)


def test_a_wait_ends_with_news(do: Do) -> None:
    async def work(open_: Open) -> None:
        outbox = open_()
        assert await lease(outbox) == []
        started = time.monotonic()
        assert not await outbox.wait(0.2)
        assert time.monotonic() - started > 0.15
        waiting = asyncio.create_task(outbox.wait(10))
        await asyncio.sleep(0.1)
        await append(outbox, "a")
        assert await waiting
        assert ids(await lease(outbox)) == ["a"]

    do(work)


def test_a_wait_that_is_broken_off_loses_nothing(do: Do) -> None:
    async def work(open_: Open) -> None:
        outbox = open_()
        waiting = asyncio.create_task(outbox.wait(10))
        await asyncio.sleep(0.1)
        waiting.cancel()
        await append(outbox, "a", "b")
        assert sorted(ids(await leased(outbox, 2))) == ["a", "b"]

    do(work)


def test_what_is_handed_out_when_an_outbox_closes_comes_again(do: Do) -> None:
    async def work(open_: Open) -> None:
        one, other = open_(), open_()
        await append(one, "a")
        await lease(one)
        await one.close()
        await other.release()
        (again,) = await leased(other, 1)
        assert again.abandoned

    do(work)


def test_thousands_come_out_in_order(do: Do) -> None:
    async def work(open_: Open) -> None:
        outbox = open_()
        await append(outbox, *(f"{n:04}" for n in range(2500)))
        got = []
        for expected in (1000, 1000, 500, 0):
            batch = await lease(outbox, 1000)
            assert len(batch) == expected
            await settle(outbox, "delivered", *batch)
            got += ids(batch)
        assert got == sorted(got)
        assert await outbox_is_empty(outbox)

    do(work)


def test_counts_entries_retry_and_purge(do: Do) -> None:
    async def work(open_: Open) -> None:
        outbox = open_()
        assert (await outbox.stats()).oldest_queued_at is None
        before = now_ms()
        await append(outbox, "a", "b", "c")
        await settle(outbox, "parked", *await lease(outbox, 2), words="No.")
        stats = await outbox.stats()
        assert (stats.queued, stats.parked) == (1, 2)
        assert before <= (stats.oldest_queued_at or 0) <= now_ms()
        parked = await outbox.entries("parked", 10)
        assert {(e.event_id, e.state, e.words, e.attempts) for e in parked} == {
            ("a", "parked", "No.", 1),
            ("b", "parked", "No.", 1),
        }
        assert [each.event_id for each in await outbox.entries("queued", 10)] == ["c"]
        assert len(await outbox.entries(None, 2)) == 2
        assert await outbox.requeue(["a", "c"], now_ms()) == 1
        assert await outbox.purge(["a", "c"]) == 0
        assert await outbox.purge([]) == 1
        assert sorted(ids(await leased(outbox, 2))) == ["a", "c"]

    do(work)


def test_one_parked_event_can_be_deleted_and_the_others_stay(do: Do) -> None:
    async def work(open_: Open) -> None:
        outbox = open_()
        await append(outbox, "a", "b", "c")
        await settle(outbox, "parked", *await lease(outbox, 3), words="No.")
        assert await outbox.purge(["b", "nobody"]) == 1
        assert sorted(each.event_id for each in await outbox.entries("parked", 9)) == ["a", "c"]
        assert (await outbox.stats()).parked == 2

    do(work)


def test_an_event_may_be_parked_and_tried_again_any_number_of_times(do: Do) -> None:
    async def work(open_: Open) -> None:
        outbox = open_()
        await append(outbox, "a", "b")
        for _ in range(3):
            await settle(outbox, "parked", *await leased(outbox, 2), words="No.")
            assert [each.event_id for each in await outbox.entries("parked", 9)] in (
                ["a", "b"],
                ["b", "a"],
            )
            assert await append(outbox, "a") == (0, 1)
            assert await outbox.requeue([], now_ms()) == 2
        await settle(outbox, "delivered", *await leased(outbox, 2))
        assert await outbox_is_empty(outbox)

    do(work)


def test_a_check_writes_and_leaves_nothing_behind(do: Do) -> None:
    async def work(open_: Open) -> None:
        outbox = open_()
        for _ in range(3):
            await outbox.check()
        assert await outbox_is_empty(outbox)
        assert await lease(outbox) == []
        assert await outbox.entries(None, 10) == []

    do(work)


def test_after_closing_nothing_is_taken(do: Do) -> None:
    async def work(open_: Open) -> None:
        outbox = open_()
        await outbox.check()
        await outbox.close()
        await outbox.close()
        with pytest.raises(OutboxUnavailable, match="closed"):
            await append(outbox, "a")

    do(work)


def test_many_at_once_are_each_answered(do: Do) -> None:
    async def work(open_: Open) -> None:
        outbox = open_()
        answers = await asyncio.gather(*(append(outbox, str(n % 150)) for n in range(200)))
        assert sum(accepted for accepted, _ in answers) == 150
        assert sum(duplicates for _, duplicates in answers) == 50

    do(work)


def test_an_export_is_what_still_has_its_content_oldest_first(do: Do) -> None:
    async def work(open_: Open) -> None:
        outbox = open_()
        before = now_ms()
        await append(outbox, *(f"{n:03}" for n in range(250)), language="pt")
        one, two = await lease(outbox, 2)
        await settle(outbox, "delivered", one)
        await settle(outbox, "parked", two, words="Bad.")
        [parked] = [each async for each in outbox.export("parked")]
        assert (parked.event_id, parked.event_name, parked.route, parked.words) == (
            "001",
            "page_visit",
            "pinterest_capi",
            "Bad.",
        )
        assert before <= parked.received_at <= (parked.settled_at or 0) <= now_ms()
        assert parked.attempts == 1
        assert b'"language":"pt"' in parked.body
        queued = [each async for each in outbox.export("queued")]
        assert [each.event_id for each in queued] == [f"{n:03}" for n in range(2, 250)]
        assert {each.settled_at for each in queued} == {None}
        everything = [each.event_id async for each in outbox.export(None)]
        assert everything == [f"{n:03}" for n in range(1, 250)]

    do(work)
