"""A disk that is really full: what was taken still goes out, and then there is room again."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from edgee_py.pinterest.contract import ConversionEvent
from edgee_py.relay.forwarder import Health
from edgee_py.relay.outbox import Arrival, OutboxFull, OutboxUnavailable
from edgee_py.relay.reserve import Reserve
from edgee_py.relay.sqlite_jobs import DISK_FULL
from edgee_py.relay.sqlite_outbox import SqliteOutbox
from tests.cli.edgee_command import edgee
from tests.relay.conftest import FakePinterest, event, processed
from tests.relay.test_forwarder import Play


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 24 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip("may not mount a file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


async def fill(outbox: SqliteOutbox) -> int:
    """Append until there is no room; how many events were taken."""
    taken = 0
    while True:
        arrivals = [
            Arrival(
                cast(ConversionEvent, event(f"{taken + n}", custom_data={"np": "x" * 900})), "event"
            )
            for n in range(20)
        ]
        try:
            await outbox.append(arrivals, time.time_ns() // 1_000_000)
        except OutboxFull:
            return taken
        taken += len(arrivals)


def stuff(folder: Path) -> None:
    """Take what room is left, as a neighbour on the disk would."""
    with (folder / "neighbour").open("wb", buffering=0) as file:
        while True:
            try:
                file.write(b"x" * 4096)
            except OSError:
                return


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize("neighbour", [False, True])
def test_a_full_disk_is_emptied_by_sending(
    disk: Path, pinterest: FakePinterest, restart: bool, neighbour: bool
) -> None:
    pinterest.answer = lambda events: (503, {}, {"code": 4197, "message": "m"})

    async def main() -> None:
        outbox = SqliteOutbox.open(disk / "outbox.db")
        play = Play(outbox, pinterest)
        task: asyncio.Task[Any] | None = None
        if not neighbour:
            task = asyncio.create_task(play.forwarder.run())
        taken = await fill(outbox)
        assert taken > 3000
        if neighbour:
            # Only now does sending begin: a neighbour that takes the reserve in the moment it is given up
            # is beyond what can be promised.
            stuff(disk)
            with pytest.raises(OutboxUnavailable):
                await outbox.check()
        if restart:
            play.forwarder.stop()
            if task:
                await task
            await outbox.close()
            play = Play(SqliteOutbox.open(disk / "outbox.db"), pinterest)
            task = None
        task = task or asyncio.create_task(play.forwarder.run())
        pinterest.answer = processed

        async def sent() -> bool:
            return (await play.outbox.stats()).queued == 0

        await play.until(sent)
        assert play.forwarder.health is Health.FORWARDING
        await play.append(event("new"))
        await play.outbox.check()
        play.forwarder.stop()
        await task
        await play.outbox.close()
        assert {each["event_id"] for each in pinterest.events} >= {str(n) for n in range(taken)}

    asyncio.run(main())


def test_check_finds_a_disk_that_posts_find_full(disk: Path) -> None:
    async def main() -> None:
        outbox = SqliteOutbox.open(disk / "outbox.db")
        await fill(outbox)
        await outbox.close()

    asyncio.run(main())
    stuff(disk)
    ran = edgee("check", "--json", cwd=disk.parent, EDGEE_OUTBOX=f"sqlite://{disk}/outbox.db")
    [found] = [each for each in ran.json["findings"] if each["about"] == "outbox"]
    assert found["mark"] == "bad"
    assert f"{disk}/outbox.db: " in found["says"]
    assert DISK_FULL in found["says"]
    assert found["mend"] == ""


def test_a_full_disk_is_named_and_so_is_its_end(
    disk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    arrival = Arrival(cast(ConversionEvent, event("a", custom_data={"np": "x" * 9000})), "event")

    async def main() -> None:
        outbox = SqliteOutbox.open(disk / "outbox.db")
        stuff(disk)
        with pytest.raises(OutboxFull, match=f"{disk}/outbox.db: .*{DISK_FULL}"):
            await outbox.append([arrival], 1)
        (disk / "neighbour").unlink()
        await outbox.append([arrival], 1)
        await outbox.append([arrival], 2)
        await outbox.close()

    asyncio.run(main())
    assert caplog.messages == [f"outbox: {disk}/outbox.db takes events again"]


def test_what_is_given_up_for_sending_is_not_filled_by_new_events(tmp_path: Path) -> None:
    async def main() -> None:
        outbox = SqliteOutbox.open(tmp_path / "outbox.db")
        reserve = Reserve(tmp_path / "outbox.db")
        assert reserve.held
        arrival = Arrival(cast(ConversionEvent, event("a")), "event")
        reserve.spend()
        outbox._reserve.take = lambda: False  # type: ignore[method-assign]
        with pytest.raises(OutboxFull):
            await outbox.append([arrival], 1)
        with pytest.raises(OutboxFull):
            await outbox.check()
        del outbox._reserve.take
        await outbox.check()
        assert len((await outbox.append([arrival], 1)).accepted) == 1
        assert reserve.held
        await outbox.close()

    asyncio.run(main())
