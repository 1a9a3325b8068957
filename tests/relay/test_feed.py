from __future__ import annotations

import asyncio

from edgee_py.relay import feed as feed_module
from edgee_py.relay.feed import KEPT, Feed


def tell(feed: Feed, event_id: str) -> None:
    feed.tell(1, event_id, "lead", "queued", "event", message="", reason="x")


def test_only_the_latest_are_kept() -> None:
    async def work() -> None:
        feed = Feed(on=True)
        for n in range(KEPT + 5):
            tell(feed, str(n))
        first = await anext(feed.watch())
        assert first is not None
        assert (first.number, first.message["event_id"]) == (6, "5")
        assert first.message["reason"] == "x"
        assert "message" not in first.message  # what says nothing is left out

    asyncio.run(work())


def test_switched_off_it_keeps_nothing() -> None:
    async def work() -> None:
        feed = Feed(on=False)
        tell(feed, "a")
        assert await anext(feed.watch(pause=0.01)) is None

    asyncio.run(work())


def test_a_quiet_feed_says_so_and_goes_on() -> None:
    async def work() -> None:
        feed = Feed(on=True)
        watch = feed.watch(pause=0.01)
        assert await anext(watch) is None
        tell(feed, "a")
        numbered = await anext(watch)
        assert numbered is not None
        assert numbered.message["event_id"] == "a"

    asyncio.run(work())


def test_a_watcher_who_does_not_read_is_let_go() -> None:
    async def work() -> None:
        feed = Feed(on=True)
        watch = feed.watch()
        tell(feed, "first")
        await anext(watch)
        for n in range(feed_module._BACKLOG + 10):
            tell(feed, str(n))
        assert feed._subscribers == set()

    asyncio.run(work())


def test_a_closed_feed_tells_what_it_has_and_ends() -> None:
    async def work() -> None:
        feed = Feed(on=True)
        tell(feed, "a")
        feed.close()
        assert [each.message["event_id"] async for each in feed.watch() if each] == ["a"]

    asyncio.run(work())
