from __future__ import annotations

from edgee_py.relay import rate_limit
from edgee_py.relay.rate_limit import RateLimit, client_key


def at(seconds: float) -> int:
    return int(seconds * 1e9)


def test_so_many_at_once_then_one_at_a_time() -> None:
    limit = RateLimit(60)

    assert [limit.wait("a", at(100.0)) for _ in range(61)] == [0] * 60 + [1]
    assert limit.wait("a", at(101.0)) == 0
    assert limit.wait("a", at(101.0)) == 1


def test_a_refused_request_costs_nothing() -> None:
    limit = RateLimit(1)
    limit.wait("a", at(0.0))

    assert [limit.wait("a", at(0.5)) for _ in range(5)] == [60] * 5
    assert limit.wait("a", at(60.0)) == 0


def test_clients_do_not_share() -> None:
    limit = RateLimit(1)

    assert limit.wait("a", at(0.0)) == 0
    assert limit.wait("b", at(0.0)) == 0
    assert limit.wait("a", at(0.0)) == 60


def test_any_limit_is_met_exactly() -> None:
    for per_minute in (1, 3, 7, 59, 600, 9973):
        limit = RateLimit(per_minute)
        taken = sum(limit.wait("a", at(1e9)) == 0 for _ in range(per_minute + 5))
        assert taken == per_minute


def test_memory_is_given_back() -> None:
    limit = RateLimit(60)
    for client in range(rate_limit._SWEEP_AT):
        limit.wait(str(client), at(0))

    limit.wait("late", at(120))

    assert len(limit._whole_at) == 1


def test_an_ipv6_subscriber_is_one_client() -> None:
    assert client_key("2001:db8:1:2::1") == client_key("2001:db8:1:2:ffff::9")
    assert client_key("2001:db8:1:2::1") != client_key("2001:db8:1:3::1")
    assert client_key("203.0.113.7") == "203.0.113.7"
    assert client_key("") == ""


def test_what_is_charged_has_to_be_waited_for() -> None:
    limit = RateLimit(60)
    limit.charge("a", 90, at(0.0))

    assert limit.left("a", at(0.0)) == 31
    assert limit.wait("a", at(31.0)) == 0
    assert limit.wait("a", at(31.0)) == 1
