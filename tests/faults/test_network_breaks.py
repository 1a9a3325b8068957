"""A network that is cut, or goes silent, between visitor and relay and between relay and Pinterest."""

from __future__ import annotations

import random
import time
from pathlib import Path

from tests.faults.ledger import check, wait_until_empty
from tests.faults.link import Weather, link, storm
from tests.faults.pinterest import CountingPinterest
from tests.faults.relays import RelayProcess, running
from tests.faults.visitors import Visitors

SECONDS = 12


def test_a_network_that_breaks_between_each_pair_while_pinterest_is_rude(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    outbox = f"sqlite://{tmp_path}/outbox.db"
    with (
        CountingPinterest(rudeness=0.2, seed=seed).serving() as pinterest,
        link(pinterest.port) as behind,
    ):
        relay = RelayProcess(tmp_path, f"http://127.0.0.1:{behind.port}/v5", outbox)
        with running(relay), link(relay.port) as before:
            visitors = Visitors([f"http://127.0.0.1:{before.port}/_edgee"], poison=True)
            with visitors.posting(seed=seed):
                end = time.monotonic() + SECONDS
                while time.monotonic() < end:
                    storm(chance, [before, behind])
                    time.sleep(0.5 * chance.random())
                before.weather = behind.weather = Weather.FAIR
            pinterest.rudeness = 0.0
            parked = wait_until_empty(outbox)
    check(visitors, pinterest, parked)
