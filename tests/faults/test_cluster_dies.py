"""Relays, forwarders and the server between them, each killed at random, with NATS as the outbox."""

from __future__ import annotations

import random
import time
from pathlib import Path

from tests.faults.ledger import check, wait_until_empty
from tests.faults.link import Weather, link, storm
from tests.faults.pinterest import CountingPinterest
from tests.faults.relays import RelayProcess, running
from tests.faults.visitors import Visitors
from tests.nats_server import nats_server


def test_relays_forwarders_and_nats_are_killed_again_and_again(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    with (
        CountingPinterest(rudeness=0.1, seed=seed).serving() as pinterest,
        nats_server(tmp_path) as nats,
    ):
        relays = [
            RelayProcess(tmp_path, pinterest.base, nats.url, EDGEE_FORWARD="false")
            for _ in range(2)
        ]
        forwarders = [RelayProcess(tmp_path, pinterest.base, nats.url) for _ in range(2)]
        visitors = Visitors([each.url for each in relays], poison=True)
        with running(*relays, *forwarders):
            with visitors.posting(seed=seed):
                for turn in range(60):
                    time.sleep(0.2 * chance.random())
                    if turn % 10 == 9:
                        nats.kill()
                        time.sleep(0.3 * chance.random())
                        nats.start()
                    else:
                        one = chance.choice([*relays, *forwarders])
                        one.kill()
                        one.start()
            pinterest.rudeness = 0.0
            parked = wait_until_empty(nats.url)
    check(visitors, pinterest, parked)


def test_a_network_that_breaks_on_both_sides_of_nats(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    with (
        CountingPinterest(seed=seed).serving() as pinterest,
        nats_server(tmp_path) as nats,
        link(nats.port) as before,
        link(nats.port) as behind,
    ):
        relay = RelayProcess(
            tmp_path, pinterest.base, f"nats://127.0.0.1:{before.port}", EDGEE_FORWARD="false"
        )
        forwarder = RelayProcess(tmp_path, pinterest.base, f"nats://127.0.0.1:{behind.port}")
        visitors = Visitors([relay.url])
        with running(relay, forwarder):
            with visitors.posting(seed=seed):
                end = time.monotonic() + 15
                while time.monotonic() < end:
                    storm(chance, [before, behind])
                    time.sleep(0.8 * chance.random())
                before.weather = behind.weather = Weather.FAIR
            parked = wait_until_empty(nats.url)
    check(visitors, pinterest, parked)
