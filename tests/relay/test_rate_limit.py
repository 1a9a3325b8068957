from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from throttled import utils

from edgee_py.relay import rate_limit
from edgee_py.relay.rate_limit import RateLimit, client_key

At = Callable[[float], None]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> At:
    """Sets the time that the limit knows, in seconds."""

    def set_time(seconds: float) -> None:
        monkeypatch.setattr(utils, "now_mono_f", lambda: 1000.0 + seconds)

    set_time(0)
    return set_time


def test_so_many_at_once_then_one_at_a_time(at: At) -> None:
    limit = RateLimit(60)

    assert [limit.take("a") for _ in range(61)] == [0] * 60 + [1]
    at(1)
    assert limit.take("a") == 0
    assert limit.take("a") == 1


def test_a_refused_request_costs_nothing(at: At) -> None:
    limit = RateLimit(1)
    limit.take("a")

    at(0.5)
    assert [limit.take("a") for _ in range(5)] == [60] * 5
    at(60)
    assert limit.take("a") == 0


def test_clients_do_not_share(at: At) -> None:
    limit = RateLimit(1)

    assert [limit.take(client) for client in ("a", "b", "")] == [0] * 3
    assert [limit.take(client) for client in ("a", "b", "")] == [60] * 3


@pytest.mark.parametrize("per_minute", [1, 3, 7, 59, 600, 9973])
def test_any_limit_is_met_exactly(per_minute: int) -> None:
    limit = RateLimit(per_minute)
    began = time.monotonic()

    taken = [limit.take("a") == 0 for _ in range(per_minute + 5)]

    # On a clock that runs, by which the allowance grows meanwhile.
    assert all(taken[:per_minute])
    assert sum(taken) <= per_minute * (1 + (time.monotonic() - began) / 60)


def test_so_many_clients_are_remembered_and_no_more(
    at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limit, "_CLIENTS", 3)
    limit = RateLimit(1)

    assert [limit.take(client) for client in ("a", "b", "a", "c", "a", "d")] == [0, 0, 60, 0, 60, 0]
    assert limit.take("a") == 60  # it was never quiet
    assert limit.take("b") == 0


def test_an_ipv6_subscriber_is_one_client() -> None:
    assert client_key("2001:db8:1:2::1") == client_key("2001:db8:1:2:ffff::9")
    assert client_key("2001:db8:1:2::1") != client_key("2001:db8:1:3::1")
    assert client_key("203.0.113.7") == "203.0.113.7"
    assert client_key("") == ""


def test_a_cost_is_taken_whole_or_not_at_all(at: At) -> None:
    limit = RateLimit(60)

    assert limit.take("a", 50) == 0
    assert limit.take("a", 20) == 10
    assert limit.take("a", 10) == 0


def test_a_cost_beyond_the_allowance_is_the_allowance(at: At) -> None:
    limit = RateLimit(60)

    assert limit.take("a", 1000) == 0
    assert limit.take("a", 1000) == 60
    at(60)
    assert limit.take("a", 1000) == 0


def test_who_takes_in_two_steps_may_take_both_after_the_wait(at: At) -> None:
    limit = RateLimit(60)
    limit.take("a", 30)
    assert limit.take("a", 20) == 0

    wait = limit.take("a", 30, taken=20)

    at(wait)
    assert wait == 40
    assert limit.take("a", 20) == 0
    assert limit.take("a", 30, taken=20) == 0


def test_what_is_left_can_be_asked_without_taking_it(at: At) -> None:
    limit = RateLimit(2)

    assert [limit.left("a") for _ in range(3)] == [0] * 3
    limit.take("a", 2)
    assert limit.left("a") == 30
    at(30)
    assert limit.left("a") == 0
