"""Relays that are killed at random instants under load."""

from __future__ import annotations

import random
import time
from pathlib import Path

from tests.faults.ledger import check, wait_until_empty
from tests.faults.pinterest import CountingPinterest
from tests.faults.relays import RelayProcess, running
from tests.faults.visitors import Visitors

KILLS = 200


def test_a_relay_that_is_killed_hundreds_of_times(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    outbox = f"sqlite://{tmp_path}/outbox.db"
    with CountingPinterest(seed=seed).serving() as pinterest:
        relay = RelayProcess(tmp_path, pinterest.base, outbox)
        visitors = Visitors([relay.url])
        with running(relay):
            with visitors.posting(seed=seed):
                for _ in range(KILLS):
                    time.sleep(0.1 * chance.random())
                    relay.kill()
                    relay.start()
            parked = wait_until_empty(outbox)
    check(visitors, pinterest, parked)


def test_two_relays_on_one_file_that_are_killed_while_pinterest_is_rude(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    outbox = f"sqlite://{tmp_path}/outbox.db"
    with CountingPinterest(rudeness=0.2, seed=seed).serving() as pinterest:
        relays = [RelayProcess(tmp_path, pinterest.base, outbox) for _ in range(2)]
        visitors = Visitors([each.url for each in relays], poison=True)
        with running(*relays):
            with visitors.posting(seed=seed):
                for _ in range(40):
                    time.sleep(0.2 * chance.random())
                    one = chance.choice(relays)
                    one.kill()
                    one.start()
            pinterest.rudeness = 0.0
            parked = wait_until_empty(outbox)
    check(visitors, pinterest, parked)
    assert {each for each in parked if each.startswith("poison")}
