"""A disk that is full, and an outbox file that is damaged."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.faults.ledger import check, wait_until_empty
from tests.faults.pinterest import CountingPinterest
from tests.faults.relays import RelayProcess, running
from tests.faults.visitors import Visitors
from tests.relay.conftest import BROWSER, event


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 16 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("may not mount a file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_disk_that_fills_up_while_pinterest_is_away_and_a_relay_that_is_killed_on_it(
    disk: Path, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    outbox = f"sqlite://{disk}/outbox.db"
    with CountingPinterest(seed=seed).serving() as pinterest:
        pinterest.down = True
        relay = RelayProcess(tmp_path, pinterest.base, outbox)
        visitors = Visitors([relay.url], contents=60)
        with running(relay):
            with visitors.posting(seed=seed):
                end = time.monotonic() + 60
                while visitors.unavailable < 20 and time.monotonic() < end:
                    time.sleep(0.05)
                assert visitors.unavailable >= 20, "the disk did not fill up"
                assert httpx2.get(f"{relay.url}/readyz").status_code == 503
                for _ in range(3):
                    relay.kill()
                    relay.start()
                    time.sleep(chance.random())
                pinterest.down = False
            parked = wait_until_empty(outbox)
    check(visitors, pinterest, parked)


def test_a_damaged_file_takes_nothing_and_says_so(tmp_path: Path) -> None:
    outbox = tmp_path / "outbox.db"
    with CountingPinterest().serving() as pinterest:
        pinterest.down = True
        relay = RelayProcess(tmp_path, pinterest.base, f"sqlite://{outbox}")
        with running(relay):
            for n in range(20):
                assert post(relay, *(f"{n}-{m}" for m in range(20))).status_code == 202
            relay.stop()
            damage(outbox)
            relay.start()
            pinterest.down = False
            answer = post(relay, *(str(n) for n in range(400)))
            assert (answer.status_code, answer.json()["error"]["code"]) == (503, "outbox")
            assert "retry-after" in answer.headers
            ready = httpx2.get(f"{relay.url}/readyz")
            assert ready.status_code == 503
    assert "malformed" in relay.log.read_text()
    assert "move" in relay.log.read_text()  # what to do about it


def post(relay: RelayProcess, *ids: str) -> httpx2.Response:
    return httpx2.post(
        f"{relay.url}/pinterest_capi",
        json={"data": [event(each, user_data={"em": ["a" * 64]}) for each in ids]},
        headers={"user-agent": BROWSER},
        timeout=10,
    )


def damage(file: Path) -> None:
    """Write over everything but the first page."""
    with sqlite3.connect(file) as connection:
        (page,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    size = file.stat().st_size
    assert size > 4 * page
    with file.open("r+b") as content:
        content.seek(page)
        content.write(random.Random(0).randbytes(size - page))
