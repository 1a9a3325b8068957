"""From a real outbox to a Pinterest that misbehaves in every way the real one is known to."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from edgee_py.pinterest.contract import ConversionEvent
from edgee_py.pinterest.settings import InvalidSettings
from edgee_py.relay import forwarder
from edgee_py.relay.clock import now_ms
from edgee_py.relay.feed import Feed
from edgee_py.relay.forwarder import Forwarder, Health
from edgee_py.relay.metrics import Metrics
from edgee_py.relay.outbox import (
    Arrival,
    Entry,
    Leased,
    Outbox,
    OutboxUnavailable,
    Settlement,
    Stats,
)
from edgee_py.relay.pinterest_api import PinterestApi
from edgee_py.relay.secret import Secret
from edgee_py.relay.sqlite_outbox import SqliteOutbox
from edgee_py.relay.tasks import end
from tests.relay.conftest import FakePinterest, Reply, event, processed

#: What the log says wherever an event is parked.
SEE_PARKED = "What does not go out is parked: `edgee outbox list` shows why"

Script = Callable[["Play"], Any]


class Watched:
    """An outbox that tells what it was asked, for one that keeps nothing of delivered events."""

    def __init__(self, outbox: Outbox) -> None:
        self.leases = 0
        self.delivered: list[Entry] = []
        self._outbox = outbox
        self._leased: dict[int, Leased] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._outbox, name)

    async def lease(self, limit: int, now: int, until: int) -> list[Leased]:
        batch = await self._outbox.lease(limit, now, until)
        self._leased |= {each.key: each for each in batch}
        self.leases += 1
        return batch

    async def settle(self, settlements: Sequence[Settlement], now: int) -> None:
        await self._outbox.settle(settlements, now)
        for each in settlements:
            if each.state == "delivered":
                one = self._leased[each.key]
                told = (one.attempts + each.attempted, one.received_at, each.words)
                self.delivered.append(Entry(one.event_id, one.event_name, each.state, *told))


class Play:
    """A forwarder at work, for a test to watch."""

    def __init__(self, outbox: Outbox, pinterest: FakePinterest, **given: Any) -> None:
        self.pinterest = pinterest
        self.token = Secret("t")
        self.outbox = Watched(outbox)
        self.feed = Feed(on=True)
        self.metrics = Metrics()
        api = PinterestApi(pinterest.base, "1", is_test=False)
        self.forwarder = Forwarder(
            cast(Outbox, self.outbox),
            api,
            lambda: self.token,
            self.feed,
            self.metrics,
            **{"first_pause": 0.01, "probe_every": 0.01, "gather": 0.0, **given},
        )

    async def append(self, *events: dict[str, Any]) -> None:
        arrivals = [Arrival(cast(ConversionEvent, each), "pinterest_capi") for each in events]
        await self.outbox.append(arrivals, now_ms())

    async def until(self, met: Callable[[], Any]) -> None:
        async with asyncio.timeout(30):
            while True:
                result = met()
                if await result if asyncio.iscoroutine(result) else result:
                    return
                await asyncio.sleep(0.005)

    async def entries(self) -> list[Entry]:
        """All events by id."""
        kept = [
            *await self.outbox.entries("queued", 10_000),
            *await self.outbox.entries("parked", 10_000),
        ]
        return sorted([*kept, *self.outbox.delivered], key=lambda each: each.event_id)

    async def settled(self, count: int) -> list[Entry]:
        """Wait until so many events are delivered or parked; all of them by id."""

        async def enough() -> bool:
            return len(self.outbox.delivered) + (await self.outbox.stats()).parked >= count

        await self.until(enough)
        return await self.entries()

    def told(self) -> list[tuple[str, str]]:
        messages = [json.loads(each.message) for each in self.feed._kept]
        return [(each["event_id"], each["state"]) for each in messages if "state" in each]


@pytest.fixture
def play(
    open_outbox: Callable[[], Outbox], pinterest: FakePinterest
) -> Iterator[Callable[..., None]]:
    def run(script: Script, **given: Any) -> None:
        async def main() -> None:
            stage = Play(open_outbox(), pinterest, **given)
            task = asyncio.create_task(stage.forwarder.run())
            try:
                await script(stage)
            finally:
                await end(task)
                await stage.outbox.close()
            assert stage.forwarder.health is Health.STOPPED

        asyncio.run(main())

    yield run


Run = Callable[..., None]


def test_events_that_wait_share_a_request(play: Run, pinterest: FakePinterest) -> None:
    async def script(stage: Play) -> None:
        await stage.append(*(event(f"{n:04}") for n in range(1500)))
        await stage.settled(1500)

    play(script)

    assert sorted(len(request.events) for request in pinterest.requests) == [500, 1000]


def test_events_that_come_shortly_after_one_another_share_a_request(
    play: Run, pinterest: FakePinterest
) -> None:
    async def script(stage: Play) -> None:
        await stage.until(lambda: stage.outbox.leases)  # it has looked, and waits for the bell
        for n in range(5):
            await stage.append(event(str(n)))
        await stage.settled(5)

    play(script, gather=2.0)

    assert len(pinterest.requests) == 1


def test_each_event_gets_its_own_result(
    play: Run, pinterest: FakePinterest, caplog: pytest.LogCaptureFixture
) -> None:
    def answer(events: list[dict[str, Any]]) -> Reply:
        results = [
            {"status": "failed", "error_message": "Unknown currency.", "warning_message": ""}
            if each["event_id"] == "b"
            else {"status": "processed", "error_message": "", "warning_message": "No em."}
            for each in events
        ]
        return 200, {}, {"events": results}

    async def script(stage: Play) -> None:
        await stage.append(event("a"), event("b"), event("c"))
        entries = await stage.settled(3)
        assert [(each.state, each.words) for each in entries] == [
            ("delivered", "No em."),
            ("parked", "Unknown currency."),
            ("delivered", "No em."),
        ]
        assert stage.told() == [("a", "delivered"), ("b", "parked"), ("c", "delivered")]

    pinterest.answer = answer
    play(script)

    assert f"Pinterest refused 1 of 3 events. {SEE_PARKED}" in caplog.messages


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_culprit_is_found_and_parked_with_pinterests_words(
    play: Run, pinterest: FakePinterest, status: int
) -> None:
    words = "Invalid request: Additional properties are not allowed ('x' was unexpected)"

    def answer(events: list[dict[str, Any]]) -> Reply:
        if any(each["event_id"] in ("07", "23") for each in events):
            return status, {}, {"code": 4196, "message": words}
        return processed(events)

    async def script(stage: Play) -> None:
        await stage.append(*(event(f"{n:02}") for n in range(40)))
        entries = await stage.settled(40)
        parked = [each for each in entries if each.state == "parked"]
        assert [(each.event_id, each.words) for each in parked] == [("07", words), ("23", words)]
        assert stage.forwarder.health is Health.FORWARDING

    pinterest.answer = answer
    play(script)

    assert len(pinterest.requests) <= 2 * 2 * 7  # by halves, not one by one
    taken = [request for request in pinterest.requests if len(request.events) > 1]
    assert taken


@pytest.mark.parametrize("status", [429, 500, 502, 503, 0])
def test_a_failure_is_tried_again_until_it_works(
    play: Run, pinterest: FakePinterest, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    def answer(events: list[dict[str, Any]]) -> Reply:
        return processed(events) if len(pinterest.requests) >= 3 else (status, {}, {"code": 8})

    async def script(stage: Play) -> None:
        await stage.append(event("a"))
        await stage.until(lambda: stage.forwarder.health is Health.WAITING)
        (entry,) = await stage.settled(1)
        assert (entry.state, entry.attempts) == ("delivered", 4)
        assert stage.forwarder.health is Health.FORWARDING

    pinterest.answer = answer
    play(script)

    assert {each["event_id"] for each in pinterest.events} == {"a"}
    said = "does not answer" if status == 0 else f"asks to wait or fails (HTTP {status})"
    assert said in caplog.text


def test_an_event_that_pinterest_stumbles_over_holds_up_no_other(
    play: Run, pinterest: FakePinterest
) -> None:
    def answer(events: list[dict[str, Any]]) -> Reply:
        if any(each["event_id"] == "05" for each in events):
            return 500, {}, b"Internal Server Error"
        return processed(events)

    async def script(stage: Play) -> None:
        await stage.append(*(event(f"{n:02}") for n in range(12)))
        entries = await stage.settled(11)
        assert [each.event_id for each in entries if each.state == "queued"] == ["05"]

    pinterest.answer = answer
    play(script)


def test_retry_after_is_honoured(play: Run, pinterest: FakePinterest) -> None:
    times: list[float] = []

    def answer(events: list[dict[str, Any]]) -> Reply:
        times.append(time.monotonic())
        if len(times) > 1:
            return processed(events)
        return 429, {"retry-after": "1"}, {"code": 8, "message": "Slow down."}

    async def script(stage: Play) -> None:
        await stage.append(event("a"))
        await stage.settled(1)

    pinterest.answer = answer
    play(script)

    assert 0.95 < times[1] - times[0] < 3


def test_pauses_double_with_jitter(tmp_path: Path, pinterest: FakePinterest) -> None:
    async def pauses(chance: float) -> list[float]:
        outbox = SqliteOutbox.open(tmp_path / "o.db")
        stage = Play(outbox, pinterest, first_pause=1.0, chance=lambda: chance)
        found = [stage.forwarder._pause() for _ in range(10)]
        await stage.outbox.close()
        return found

    assert asyncio.run(pauses(1.0)) == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]
    assert asyncio.run(pauses(0.0)) == [0.5, 1, 2, 4, 8, 16, 30, 30, 30, 30]


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refused_token_stops_everything_loses_nothing_and_is_tried_with_one_event(
    play: Run, pinterest: FakePinterest, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    async def script(stage: Play) -> None:
        await stage.append(*(event(f"{n:02}") for n in range(20)))
        await stage.until(lambda: len(pinterest.requests) >= 3)
        assert stage.forwarder.health is Health.UNAUTHORISED
        assert (await stage.outbox.stats()).queued == 20
        stage.token = Secret("new")
        pinterest.answer = processed
        entries = await stage.settled(20)
        assert {each.state for each in entries} == {"delivered"}
        assert stage.forwarder.health is Health.FORWARDING

    pinterest.answer = lambda events: (status, {}, {"code": 2, "message": "Authentication failed."})
    play(script)

    assert len(pinterest.requests[0].events) == 20
    assert {len(request.events) for request in pinterest.requests[1:3]} == {1}
    assert pinterest.requests[-1].headers["authorization"] == "Bearer new"
    said = [record for record in caplog.records if "access token" in record.getMessage()]
    assert [record.levelname for record in said] == ["ERROR"]


def test_trouble_that_lasts_is_told_again_until_it_is_over(
    pinterest: FakePinterest, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def told() -> list[str]:
        return [each for each in caplog.messages if each.startswith("still, after 0 minutes: ")]

    async def main() -> None:
        stage = Play(SqliteOutbox.open(tmp_path / "o.db"), pinterest, remind_every=0.05)
        task = asyncio.create_task(stage.forwarder.run())
        await stage.append(event("a"))
        await stage.until(lambda: len(told()) >= 2)
        assert set(told()) == {f"still, after 0 minutes: {Health.UNAUTHORISED.value}"}
        pinterest.answer = processed
        await stage.settled(1)
        count = len(told())
        await stage.append(event("b"))
        await stage.settled(2)
        assert len(told()) == count
        stage.forwarder.stop()
        await task
        await stage.outbox.close()

    pinterest.answer = lambda events: (401, {}, {"code": 2, "message": "Authentication failed."})
    asyncio.run(main())


def test_an_unreadable_token_file_stops_it_until_it_can_be_read(
    play: Run, pinterest: FakePinterest
) -> None:
    async def script(stage: Play) -> None:
        def unreadable() -> Secret:
            raise InvalidSettings("PINTEREST_ACCESS_TOKEN_FILE: /run/token cannot be read")

        stage.forwarder._read_token = unreadable
        await stage.append(event("a"))
        await stage.until(lambda: stage.forwarder.health is Health.UNAUTHORISED)
        stage.forwarder._read_token = lambda: Secret("t")
        await stage.settled(1)

    play(script)


def test_a_lost_answer_is_asked_for_again_but_not_for_offline_events(
    play: Run, pinterest: FakePinterest, caplog: pytest.LogCaptureFixture
) -> None:
    def answer(events: list[dict[str, Any]]) -> Reply:
        return processed(events) if pinterest.requests else (502, {}, b"")

    async def script(stage: Play) -> None:
        await stage.append(event("web"), event("shop", action_source="offline"))
        entries = await stage.settled(2)
        assert [(each.event_id, each.state) for each in entries] == [
            ("shop", "parked"),
            ("web", "delivered"),
        ]

    pinterest.answer = answer
    play(script)

    assert [len(request.events) for request in pinterest.requests] == [2, 1]
    assert (
        f"Offline events to which Pinterest's answer was lost: 1. {SEE_PARKED}" in caplog.messages
    )


def test_offline_events_go_out_once_where_not_all_were_taken(
    play: Run, pinterest: FakePinterest
) -> None:
    def answer(events: list[dict[str, Any]]) -> Reply:
        results = [
            {"status": "failed", "error_message": "Bad."}
            if each["event_id"] == "bad"
            else {"status": "processed"}
            for each in events
        ]
        details = {"events": results}
        return 422, {}, {"code": 0, "message": "Not all events were processed.", "details": details}

    async def script(stage: Play) -> None:
        ids = ("a", "b", "bad")
        await stage.append(*(event(each, action_source="offline") for each in ids))
        entries = await stage.settled(3)
        assert [(each.state, each.words) for each in entries] == [
            ("delivered", ""),
            ("delivered", ""),
            ("parked", "Bad."),
        ]

    pinterest.answer = answer
    play(script)

    assert len(pinterest.requests) == 1


def test_offline_events_are_not_sent_again_where_nobody_says_which_were_taken(
    play: Run, pinterest: FakePinterest
) -> None:
    def answer(events: list[dict[str, Any]]) -> Reply:
        if len(pinterest.requests) == 0:
            return 422, {}, {"code": 0, "message": "Not all events were processed."}
        return processed(events)

    async def script(stage: Play) -> None:
        await stage.append(event("shop", action_source="offline"), event("web"))
        entries = await stage.settled(2)
        assert [(each.event_id, each.state) for each in entries] == [
            ("shop", "parked"),
            ("web", "delivered"),
        ]
        assert "answer was lost" in entries[0].words

    pinterest.answer = answer
    play(script)

    assert [len(request.events) for request in pinterest.requests] == [2, 1]


def test_what_a_crash_left_leased_goes_out_again_but_not_offline_events(
    open_outbox: Callable[[], Outbox], play: Run, pinterest: FakePinterest
) -> None:
    async def crash() -> None:
        outbox = open_outbox()
        now = now_ms()
        events = [event("shop", action_source="offline"), event("web")]
        await outbox.append([Arrival(cast(ConversionEvent, each), "event") for each in events], now)
        await outbox.lease(9, now, now + 600_000)
        await outbox.close()

    async def script(stage: Play) -> None:
        entries = await stage.settled(2)
        assert [(each.event_id, each.state) for each in entries] == [
            ("shop", "parked"),
            ("web", "delivered"),
        ]
        assert "answer was lost" in entries[0].words

    asyncio.run(crash())
    play(script)

    assert [each["event_id"] for each in pinterest.events] == ["web"]


def test_a_stop_waits_for_the_answer_under_way(play: Run, pinterest: FakePinterest) -> None:
    asked = threading.Event()

    def answer(events: list[dict[str, Any]]) -> Reply:
        asked.set()
        time.sleep(0.3)
        return processed(events)

    async def script(stage: Play) -> None:
        await stage.append(event("a", action_source="offline"))
        await stage.until(asked.is_set)
        stage.forwarder.stop()
        await stage.until(lambda: stage.forwarder.health is Health.STOPPED)
        (entry,) = await stage.entries()
        assert entry.state == "delivered"

    pinterest.answer = answer
    play(script)


def test_a_refusal_from_something_on_the_way_parks_nothing(
    play: Run, pinterest: FakePinterest
) -> None:
    def answer(events: list[dict[str, Any]]) -> Reply:
        if len(pinterest.requests) < 5:
            return 400, {}, b"<html>The plain HTTP request was sent to HTTPS port</html>"
        return processed(events)

    async def script(stage: Play) -> None:
        await stage.append(
            *(event(f"{n:02}") for n in range(8)), event("x", action_source="offline")
        )
        entries = await stage.settled(9)
        assert {each.state for each in entries} == {"delivered"}

    pinterest.answer = answer
    play(script)


def test_many_refusals_in_a_row_stop_the_parking_until_one_event_is_taken(
    play: Run, pinterest: FakePinterest, caplog: pytest.LogCaptureFixture
) -> None:
    async def script(stage: Play) -> None:
        await stage.append(*(event(f"{n:03}") for n in range(100)))
        await stage.until(lambda: stage.forwarder.health is Health.REFUSING)
        sent = len(pinterest.requests)
        await stage.until(lambda: len(pinterest.requests) >= sent + 3)
        assert {len(request.events) for request in pinterest.requests[sent + 1 :]} == {1}
        assert (await stage.outbox.stats()).parked == 20
        pinterest.answer = processed
        await stage.until(lambda: stage.forwarder.health is Health.FORWARDING)
        entries = await stage.settled(90)
        assert sum(each.state == "parked" for each in entries) == 20

    pinterest.answer = lambda events: (400, {}, {"code": 4196, "message": "Invalid request"})
    play(script)

    said = [each for each in caplog.records if "one after another" in each.getMessage()]
    assert [each.levelname for each in said] == ["ERROR"]


def test_one_visitors_refused_events_hold_up_nobody_elses(
    play: Run, pinterest: FakePinterest
) -> None:
    """However many: old and new events of others go out while they are still in the queue."""

    def answer(events: list[dict[str, Any]]) -> Reply:
        if any(each["event_id"].startswith("bad") for each in events):
            return 400, {}, {"code": 4196, "message": "Invalid request"}
        return processed(events)

    def of(address: str, id_: str) -> dict[str, Any]:
        return event(id_, user_data={"client_ip_address": address})

    async def script(stage: Play) -> None:
        bad = [of("192.0.2.6", f"bad-{n}") for n in range(600)]
        good = [of(f"198.51.100.{n}", f"good-{n}") for n in range(6)]
        await stage.append(*bad, *good)
        await stage.until(lambda: len(stage.outbox.delivered) == len(good))
        assert (await stage.outbox.stats()).queued > 100

    pinterest.answer = answer
    play(script)


def test_an_answer_that_cannot_be_recorded_is_recorded_before_anything_else_is_sent(
    play: Run, pinterest: FakePinterest
) -> None:
    async def script(stage: Play) -> None:
        right = stage.outbox.settle
        refused = 0

        async def settle(*given: Any) -> None:
            nonlocal refused
            refused += 1
            if refused <= 3:
                raise OutboxUnavailable("full")
            await right(*given)

        stage.outbox.settle = settle
        await stage.append(event("a", action_source="offline"))
        await stage.until(lambda: stage.forwarder.health is Health.BLOCKED)
        (entry,) = await stage.settled(1)
        assert entry.state == "delivered"
        await stage.until(lambda: stage.forwarder.health is Health.FORWARDING)

    play(script)

    assert len(pinterest.requests) == 1


def test_what_grew_too_old_is_parked_and_not_sent(
    play: Run, pinterest: FakePinterest, caplog: pytest.LogCaptureFixture
) -> None:
    async def script(stage: Play) -> None:
        old = int(time.time()) - 7 * 24 * 3600 - 10
        await stage.append(event("old", event_time=old), event("new"))
        entries = await stage.settled(2)
        assert [(each.event_id, each.state, each.attempts) for each in entries] == [
            ("new", "delivered", 1),
            ("old", "parked", 0),
        ]
        assert "seven days" in entries[1].words

    play(script)

    assert [each["event_id"] for each in pinterest.events] == ["new"]
    [said] = caplog.messages
    assert said == (
        f"Events that have grown older than the seven days Pinterest takes: 1. {SEE_PARKED}"
    )


def test_a_captive_portals_success_is_none(
    play: Run, pinterest: FakePinterest, caplog: pytest.LogCaptureFixture
) -> None:
    def answer(events: list[dict[str, Any]]) -> Reply:
        return processed(events) if pinterest.requests else (200, {}, b"<html>Welcome</html>")

    async def script(stage: Play) -> None:
        await stage.append(event("a"))
        (entry,) = await stage.settled(1)
        assert (entry.state, entry.attempts) == ("delivered", 2)

    pinterest.answer = answer
    play(script)
    assert "HTTP 200 without results is no answer of Pinterest's: check the proxy" in caplog.text


def test_a_clock_that_is_wrong_by_pinterests_is_told_of_once(
    play: Run,
    pinterest: FakePinterest,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def script(stage: Play) -> None:
        monkeypatch.setattr(forwarder, "now_ms", lambda: now_ms() + 600_000)
        for id_ in "ab":
            await stage.append(event(id_))
            await stage.settled(ord(id_) - ord("a") + 1)
        text = stage.metrics.text(Stats(), now_ms()).decode()
        [behind] = re.findall(r"^edgee_clock_behind_seconds (\S+)$", text, re.MULTILINE)
        assert float(behind) == pytest.approx(-600, abs=30)
        monkeypatch.undo()
        await stage.append(event("c"))
        await stage.settled(3)

    caplog.set_level(logging.INFO)
    play(script)
    said = [each.getMessage() for each in caplog.records if "clock" in each.getMessage()]
    assert [("seconds fast" in each, "agrees" in each) for each in said] == [
        (True, False),
        (False, True),
    ]


def test_an_unforeseen_error_ends_nothing_and_prints_no_value(
    play: Run, pinterest: FakePinterest, caplog: pytest.LogCaptureFixture
) -> None:
    async def script(stage: Play) -> None:
        right = stage.outbox.lease
        calls = 0

        async def lease(*given: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == 1:
                raise RuntimeError("jane@example.com")
            return await right(*given)

        stage.outbox.lease = lease
        await stage.append(event("a"))
        await stage.settled(1)

    play(script)

    assert "RuntimeError" in caplog.text
    assert "jane" not in caplog.text
