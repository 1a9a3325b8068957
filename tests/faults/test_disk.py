"""An outbox file that is damaged; relay/test_full_disk.py has the disk that is full."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import httpx2

from tests.faults.pinterest import CountingPinterest
from tests.faults.relays import RelayProcess, running
from tests.relay.conftest import BROWSER, event


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
