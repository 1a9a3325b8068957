from __future__ import annotations

import asyncio
import json
from typing import Any, cast

import pytest

from edgee_py.pinterest.contract import ConversionEvent
from edgee_py.relay import feed as feed_module
from edgee_py.relay.feed import KEPT, Feed, Numbered


def read(numbered: Numbered | None) -> dict[str, Any]:
    assert numbered is not None
    message: dict[str, Any] = json.loads(numbered.message)
    return message


def tell(feed: Feed, event_id: str) -> None:
    feed.tell(1, event_id, "lead", "queued", "event", message="", reason="x")


def test_only_the_latest_are_kept() -> None:
    async def work() -> None:
        feed = Feed(on=True)
        for n in range(KEPT + 5):
            tell(feed, str(n))
        first = await anext(feed.watch())
        assert first is not None
        assert (first.number, read(first)["event_id"]) == (6, "5")
        assert read(first)["reason"] == "x"
        assert "message" not in read(first)  # what says nothing is left out

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
        assert read(await anext(watch))["event_id"] == "a"

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
        assert [read(each)["event_id"] async for each in feed.watch() if each] == ["a"]

    asyncio.run(work())


def test_what_is_kept_is_bounded_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "KEPT_BYTES", 10_000)

    async def work() -> None:
        feed = Feed(on=True)
        for n in range(100):
            feed.tell_call(1, {"id": str(n), "arguments": ["x" * 1000]})
        feed.close()
        kept = [each async for each in feed.watch() if each]
        assert 5 < len(kept) < 10
        assert sum(len(each.message) for each in kept) <= 10_000
        assert read(kept[-1])["call"]["id"] == "99"

    asyncio.run(work())


def test_an_events_quality_comes_with_its_content() -> None:
    async def work() -> None:
        feed = Feed(on=True)
        event = {"event_name": "checkout", "event_id": "a", "user_data": {"em": ["0" * 64]}}
        feed.tell(1, "a", "checkout", "received", "event", event=cast(ConversionEvent, event))
        quality = read(await anext(feed.watch()))["quality"]
        assert quality["carried"] == ["external_event_id", "hashed_email"]
        assert {"order_id", "order_value", "product_id"} < set(quality["lacking"])

    asyncio.run(work())


def test_those_who_come_later_hear_how_forwarding_stands() -> None:
    async def work() -> None:
        feed = Feed(on=True)
        feed.tell_health(1, "waiting", ok=False)
        tell(feed, "a")
        assert read(await anext(feed.watch(after=2)))["health"] == "waiting"

    asyncio.run(work())
