"""What only the outbox in NATS does; test_outbox.py has what every outbox does."""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import nats as nats_py
import pytest
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StreamConfig

from edgee_py.pinterest.contract import ConversionEvent
from edgee_py.relay.clock import now_ms
from edgee_py.relay.nats_outbox import NatsOutbox
from edgee_py.relay.outbox import Arrival, OutboxFull, OutboxUnavailable, Settlement
from edgee_py.relay.outbox_url import NatsAddress, parse_outbox_url
from tests.nats_server import NatsServer, nats_server
from tests.relay.conftest import event

Work = Callable[[NatsOutbox, JetStreamContext], Awaitable[None]]


def use(server: NatsServer, name: str, work: Work) -> None:
    """Do something with an outbox, and with its streams directly."""

    async def main() -> None:
        outbox = NatsOutbox(NatsAddress((server.url,), name), ack_wait=1.0)
        client = await nats_py.connect(server.url)
        try:
            await work(outbox, client.jetstream())
        finally:
            await outbox.close()
            await client.close()

    asyncio.run(main())


def arrivals(*ids: str, **more: Any) -> list[Arrival]:
    return [Arrival(cast(ConversionEvent, event(each, **more)), "event") for each in ids]


def test_the_server_restarts_and_everything_is_there(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        outbox = NatsOutbox(NatsAddress((server.url,)), ack_wait=1.0)
        await outbox.append(arrivals("a", "b"), now_ms())
        (taken,) = await outbox.lease(1, now_ms(), now_ms() + 60_000)
        server.kill()
        with pytest.raises(OutboxUnavailable):
            await outbox.append(arrivals("c"), now_ms())
        with pytest.raises(OutboxUnavailable):
            await outbox.check()
        server.start()
        done = await again(outbox.append, arrivals("a", "b", "c"), now_ms())
        assert [each.event["event_id"] for each in done.duplicates] == ["a", "b"]
        # What was handed out before is still ours, or comes again; nothing is missing.
        seen = {taken.event_id}
        while len(seen) < 3:
            seen |= {each.event_id for each in await outbox.lease(9, now_ms(), now_ms() + 60_000)}
            await outbox.wait(0.2)
        await outbox.close()

    with nats_server(tmp_path) as server:
        asyncio.run(main())

    said = [each.getMessage() for each in caplog.records if each.name == "edgee.relay"]
    assert any("is lost" in each for each in said)


async def again(work: Callable[..., Awaitable[Any]], *given: Any) -> Any:
    """Do it as soon as it can be done."""
    async with asyncio.timeout(20):
        while True:
            try:
                return await work(*given)
            except OutboxUnavailable:
                await asyncio.sleep(0.05)


def test_a_server_that_is_not_there_is_unavailable_and_named_without_its_password(
    caplog: pytest.LogCaptureFixture,
) -> None:
    address = NatsAddress(("nats://user:secret@127.0.0.1:1",))

    async def main() -> None:
        outbox = NatsOutbox(address)
        with pytest.raises(OutboxUnavailable, match=r"127\.0\.0\.1:1.* does not answer") as error:
            await outbox.append(arrivals("a"), now_ms())
        assert "secret" not in str(error.value)
        assert "is nats-server running there" in str(error.value)
        await outbox.close()

    asyncio.run(main())
    assert caplog.messages == [], "a connection that never was is not lost"


def test_a_server_that_does_not_let_us_in_is_told_from_one_that_is_not_there(
    tmp_path: Path,
) -> None:
    async def main(server: NatsServer) -> None:
        outbox = NatsOutbox(NatsAddress((server.url.replace("//", "//u:wrong@"),)))
        with pytest.raises(OutboxUnavailable, match="check user and password") as error:
            await outbox.append(arrivals("a"), now_ms())
        assert "wrong" not in str(error.value)
        await outbox.close()

    with nats_server(tmp_path, "--user", "u", "--pass", "right") as server:
        asyncio.run(main(server))


@pytest.mark.parametrize(
    ("options", "before"),
    [
        (("--user", "u", "--pass", "p@ss/w%rd"), "u:p%40ss%2Fw%25rd@"),
        (("--auth", "t0ken/x"), "t0ken%2Fx@"),
    ],
    ids=["password", "token"],
)
def test_who_is_let_in_by_one_server_is_let_in_by_all(
    tmp_path: Path, options: tuple[str, str], before: str
) -> None:
    async def main(server: NatsServer) -> None:
        address = parse_outbox_url(f"nats://{before}127.0.0.1:1,{server.url.rpartition('/')[2]}")
        assert isinstance(address, NatsAddress)
        outbox = NatsOutbox(address)
        assert len((await outbox.append(arrivals("a"), now_ms())).accepted) == 1
        await outbox.close()

    with nats_server(tmp_path, *options) as server:
        asyncio.run(main(server))


def test_a_server_without_jetstream_is_told_what_it_lacks(tmp_path: Path) -> None:
    async def main(server: NatsServer) -> None:
        outbox = NatsOutbox(NatsAddress((server.url,)))
        with pytest.raises(OutboxUnavailable, match="start nats-server with --jetstream"):
            await outbox.append(arrivals("a"), now_ms())
        await outbox.close()

    with nats_server(tmp_path, jetstream=False) as server:
        asyncio.run(main(server))


def test_a_stream_that_would_lose_or_double_events_is_refused(nats: NatsServer) -> None:
    async def work(outbox: NatsOutbox, js: JetStreamContext) -> None:
        await js.add_stream(StreamConfig(name="wrong", subjects=["wrong.event"]))
        with pytest.raises(OutboxUnavailable, match="must be a work queue"):
            await outbox.check()

    use(nats, "wrong", work)


def test_a_stream_that_an_operator_has_made_is_used_as_it_is(nats: NatsServer) -> None:
    async def work(outbox: NatsOutbox, js: JetStreamContext) -> None:
        config = StreamConfig(
            name="small",
            subjects=["small.event"],
            retention=RetentionPolicy.WORK_QUEUE,
            discard=DiscardPolicy.NEW,
            duplicate_window=3 * 24 * 3600,
            max_bytes=200_000,
        )
        await js.add_stream(config)
        with pytest.raises(OutboxFull):
            for n in range(20):
                await outbox.append(arrivals(str(n), event_source_url="x" * 30_000), now_ms())
        with pytest.raises(OutboxFull):
            await outbox.check()
        taken = await outbox.lease(99, now_ms(), now_ms() + 60_000)
        assert 0 < len(taken) < 7
        await js.purge_stream("small")
        await outbox.check()

    use(nats, "small", work)


def test_streams_that_are_deleted_are_made_anew(nats: NatsServer) -> None:
    async def work(outbox: NatsOutbox, js: JetStreamContext) -> None:
        await outbox.append(arrivals("a"), now_ms())
        await js.delete_stream("gone")
        with pytest.raises(OutboxUnavailable):
            await outbox.append(arrivals("b"), now_ms())
        await again(outbox.append, arrivals("b"), now_ms())
        assert (await outbox.stats()).queued == 1

    use(nats, "gone", work)


def test_what_others_publish_into_the_stream_is_left_out(
    nats: NatsServer, caplog: pytest.LogCaptureFixture
) -> None:
    async def work(outbox: NatsOutbox, js: JetStreamContext) -> None:
        await outbox.check()
        await js.publish("foreign.event", b"canary")
        await js.publish("foreign.event", json.dumps({"event": {}}).encode())
        await outbox.append(arrivals("a"), now_ms())
        leased = await outbox.lease(9, now_ms(), now_ms() + 60_000)
        assert [each.event_id for each in leased] == ["a"]

    with caplog.at_level(logging.ERROR):
        use(nats, "foreign", work)

    assert "no event of ours" in caplog.text
    assert "canary" not in caplog.text


def test_the_stream_holds_no_more_than_the_event(nats: NatsServer) -> None:
    async def work(outbox: NatsOutbox, js: JetStreamContext) -> None:
        await outbox.append(arrivals("a"), now_ms())
        message = await js.get_msg("plain", 1)
        assert set(json.loads(message.data or b"")) == {
            "route",
            "received_at",
            "event",
            "words",
            "attempts",
        }
        assert "a" not in (message.headers or {}).values()  # an id may be anything

    use(nats, "plain", work)


def test_a_loop_of_its_own_for_each_call_is_enough(nats: NatsServer) -> None:
    outbox = NatsOutbox(NatsAddress((nats.url,), "loops"))
    for n in range(3):
        done = asyncio.run(outbox.append(arrivals(str(n)), now_ms()))
        assert len(done.accepted) == 1
    asyncio.run(outbox.close())


#: By then a server has written down how far its consumer is.
_WRITTEN_DOWN = 4.0


async def until_leased(outbox: NatsOutbox, number: int) -> dict[str, bool]:
    """Ids that are handed out, and whether they may have been sent before."""
    found: dict[str, bool] = {}
    async with asyncio.timeout(30):
        while len(found) < number:
            with suppress(OutboxUnavailable):
                for each in await outbox.lease(99, now_ms(), now_ms() + 60_000):
                    found[each.event_id] = each.abandoned
                await outbox.wait(0.2)
    return found


async def deliver(outbox: NatsOutbox, number: int) -> None:
    leased = await outbox.lease(number, now_ms(), now_ms() + 60_000)
    await outbox.settle([Settlement(each.key, "delivered") for each in leased], now_ms())
    await asyncio.sleep(_WRITTEN_DOWN)


def test_a_stream_that_lost_its_end_in_a_power_cut_hands_out_what_comes_after(
    tmp_path: Path,
) -> None:
    async def main() -> None:
        outbox = NatsOutbox(NatsAddress((server.url,)))
        await outbox.append(arrivals(*(str(n) for n in range(10))), now_ms())
        await deliver(outbox, 10)
        await outbox.close()
        server.kill()
        for block in tmp_path.rglob("streams/edgee/msgs/*"):
            block.unlink()
        server.start()
        outbox = NatsOutbox(NatsAddress((server.url,)))
        await outbox.append(arrivals("after", "that"), now_ms())
        assert set(await until_leased(outbox, 2)) == {"after", "that"}
        await outbox.close()

    with nats_server(tmp_path) as server:
        asyncio.run(main())


def test_a_stream_that_forgot_in_a_power_cut_what_its_consumer_knows_hands_out_what_is_not_delivered(
    tmp_path: Path,
) -> None:
    async def main() -> None:
        outbox = NatsOutbox(NatsAddress((server.url,)))
        await outbox.append(arrivals("a", "b"), now_ms())
        (messages,) = tmp_path.rglob("streams/edgee/msgs")
        shutil.copytree(messages, tmp_path / "before")
        first, second = await outbox.lease(2, now_ms(), now_ms() + 60_000)
        await outbox.settle([Settlement(first.key, "delivered")], now_ms())
        async with outbox._connected() as line:  # and what the consumer only believes to be
            await line.queue.held.pop(second.key).message.ack_sync()
        await asyncio.sleep(_WRITTEN_DOWN)
        await outbox.close()
        server.kill()
        shutil.rmtree(messages)
        shutil.copytree(tmp_path / "before", messages)
        server.start()
        outbox = NatsOutbox(NatsAddress((server.url,)))
        assert (await outbox.stats()).queued == 2
        assert set(await until_leased(outbox, 1)) == {"b"}
        await outbox.close()

    with nats_server(tmp_path) as server:
        asyncio.run(main())


def test_ids_of_delivered_events_are_known_after_a_restart_of_the_server(tmp_path: Path) -> None:
    async def main() -> None:
        outbox = NatsOutbox(NatsAddress((server.url,)))
        await outbox.append(arrivals("web"), now_ms())
        await outbox.append(arrivals("shop", action_source="offline"), now_ms())
        await deliver(outbox, 2)
        server.kill()
        server.start()
        await again(outbox.append, arrivals("web"), now_ms())
        await outbox.append(arrivals("shop", action_source="offline"), now_ms())
        await outbox.append(arrivals("new"), now_ms())
        assert set(await until_leased(outbox, 1)) == {"new"}
        assert (await outbox.stats()).queued == 1
        await outbox.close()

    with nats_server(tmp_path) as server:
        asyncio.run(main())


def test_what_could_not_be_handed_out_is_handed_out_the_next_time(nats: NatsServer) -> None:
    async def work(outbox: NatsOutbox, js: JetStreamContext) -> None:
        await outbox.append(arrivals("a", "b"), now_ms())
        async with outbox._connected() as line:
            read, line.notes.read = line.notes.read, fails  # type: ignore[method-assign]
            with pytest.raises(OutboxUnavailable):
                await outbox.lease(9, now_ms(), now_ms() + 60_000)
            line.notes.read = read  # type: ignore[method-assign]
        leased = await outbox.lease(9, now_ms(), now_ms() + 60_000)
        assert [each.event_id for each in leased] == ["a", "b"]

    use(nats, "unread", work)


async def fails(*_: object) -> Any:
    raise TimeoutError


def test_a_settlement_that_was_broken_off_can_be_done_again(
    nats: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(outbox: NatsOutbox, js: JetStreamContext) -> None:
        await outbox.append(arrivals("a", "b", "c"), now_ms())
        leased = await outbox.lease(9, now_ms(), now_ms() + 60_000)
        settlements = [Settlement(each.key, "delivered") for each in leased]
        with monkeypatch.context() as patch:
            patch.setattr(Msg, "ack_sync", fails)
            with pytest.raises(OutboxUnavailable):
                await outbox.settle(settlements, now_ms())
        await outbox.settle(settlements, now_ms())
        assert (await outbox.stats()).queued == 0

    use(nats, "twice", work)


def test_a_stream_made_anew_parks_what_comes_at_places_it_had_before(tmp_path: Path) -> None:
    async def park(outbox: NatsOutbox, id_: str) -> None:
        await again(outbox.append, arrivals(id_), now_ms())
        (taken,) = await outbox.lease(9, now_ms(), now_ms() + 60_000)
        await outbox.settle([Settlement(taken.key, "parked", "No.")], now_ms())

    async def work(outbox: NatsOutbox, js: JetStreamContext) -> None:
        await park(outbox, "a")
        await js.delete_stream("anew")
        with pytest.raises(OutboxUnavailable):
            await outbox.append(arrivals("b"), now_ms())
        await park(outbox, "b")
        assert {each.event_id for each in await outbox.entries("parked", 9)} == {"a", "b"}

    with nats_server(tmp_path) as server:
        use(server, "anew", work)
