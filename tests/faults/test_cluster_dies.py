"""Relays, forwarders and the server between them, each killed at random, with NATS as the outbox."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

from tests.faults.ledger import check, wait_until_empty
from tests.faults.link import Weather, link, storm
from tests.faults.pinterest import CountingPinterest
from tests.faults.relays import RelayProcess, running
from tests.faults.visitors import Visitors
from tests.nats_server import nats_cluster, nats_server


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


def test_the_servers_of_a_cluster_are_killed_one_at_a_time(tmp_path: Path, seed: int) -> None:
    """Each event is on two of three servers before it is acknowledged: any one may be lost."""
    chance = random.Random(seed)
    with (
        CountingPinterest(seed=seed).serving() as pinterest,
        nats_cluster(tmp_path) as servers,
    ):
        url = f"nats://{','.join(f'127.0.0.1:{each.port}' for each in servers)}/?replicas=3"
        relays = [
            RelayProcess(tmp_path, pinterest.base, url, EDGEE_FORWARD="false") for _ in range(2)
        ]
        forwarders = [RelayProcess(tmp_path, pinterest.base, url) for _ in range(2)]
        visitors = Visitors([each.url for each in relays], poison=True)
        with running(*relays, *forwarders):
            with visitors.posting(seed=seed):
                for server in chance.sample(servers, 3):
                    time.sleep(2 * chance.random())
                    before = len(visitors.acknowledged)
                    server.kill()
                    wait_for(lambda before=before: len(visitors.acknowledged) > before + 20)  # type: ignore[misc]
                    server.start()
                    wait_for(server.is_in_step)
            parked = wait_until_empty(url)
    check(visitors, pinterest, parked)


def wait_for(is_so: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
