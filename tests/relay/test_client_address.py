from __future__ import annotations

from ipaddress import IPv4Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgee_py.relay.client_address import Proxies, parse_address, parse_networks

PRIVATE = Proxies(parse_networks("private"))
NOBODY = Proxies(parse_networks("none"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7:51234", "203.0.113.7"),
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ('"[2001:db8::1]"', "2001:db8::1"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::1"),
        ("unknown", None),
        ("_hidden", None),
        ("999.1.1.1", None),
        ("", None),
    ],
)
def test_addresses_as_proxies_write_them(text: str, expected: str | None) -> None:
    address = parse_address(text)
    assert (str(address) if address else None) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param({}, "10.0.0.1", id="no proxy spoke"),
        pytest.param({"x-forwarded-for": "203.0.113.7"}, "203.0.113.7", id="one hop"),
        pytest.param(
            {"x-forwarded-for": "6.6.6.6, 203.0.113.7, 10.0.0.9"},
            "203.0.113.7",
            id="what stands left of the first stranger is made up",
        ),
        pytest.param({"x-forwarded-for": "10.0.0.8, 10.0.0.9"}, "10.0.0.8", id="all at home"),
        pytest.param({"x-forwarded-for": "junk, 10.0.0.9"}, "10.0.0.9", id="as far as it reads"),
        pytest.param({"x-forwarded-for": ""}, "10.0.0.1", id="empty"),
        pytest.param(
            {"x-forwarded-for": " ", "x-real-ip": "203.0.113.7"}, "203.0.113.7", id="blank"
        ),
        pytest.param(
            {"forwarded": 'for=6.6.6.6, for="[2001:db8::7]:443";proto=https'},
            "2001:db8::7",
            id="Forwarded, the standard's form",
        ),
        pytest.param(
            {"x-forwarded-for": "203.0.113.7", "forwarded": "for=6.6.6.6"},
            "203.0.113.7",
            id="Forwarded beside X-Forwarded-For is the visitor's own",
        ),
        pytest.param({"cf-connecting-ip": "203.0.113.7"}, "203.0.113.7", id="an edge's header"),
        pytest.param(
            {"cf-connecting-ip": "6.6.6.6", "x-real-ip": "203.0.113.7"},
            "203.0.113.7",
            id="beside nginx's X-Real-IP an edge's header is the visitor's own",
        ),
        pytest.param(
            {"x-forwarded-for": "6.6.6.6, [2001:db8::7]:5123, 10.0.0.9:80"},
            "2001:db8::7",
            id="ports and brackets in a chain",
        ),
        pytest.param(
            {"x-forwarded-for": "6.6.6.6, ::ffff:203.0.113.7, fd00::9, ::ffff:10.0.0.9"},
            "203.0.113.7",
            id="IPv4 in IPv6, and proxies of both kinds",
        ),
        pytest.param(
            {"x-forwarded-for": "127.0.0.1, 203.0.113.7"},
            "203.0.113.7",
            id="a private address left of a stranger is made up",
        ),
        pytest.param(
            {"x-forwarded-for": ", ".join(["6.6.6.6", *["10.0.0.9"] * 100])},
            "10.0.0.9",
            id="a chain without end",
        ),
        pytest.param(
            {"cf-connecting-ip": "6.6.6.6", "x-forwarded-for": "203.0.113.7"},
            "203.0.113.7",
            id="a chain beats an edge's header",
        ),
    ],
)
def test_behind_a_trusted_proxy(headers: dict[str, str], expected: str) -> None:
    assert PRIVATE.client_of("10.0.0.1", headers) == expected


@pytest.mark.parametrize(
    "header", ["x-forwarded-for", "forwarded", "cf-connecting-ip", "x-real-ip"]
)
def test_a_stranger_cannot_claim_an_address(header: str) -> None:
    claim = {header: "for=6.6.6.6" if header == "forwarded" else "6.6.6.6"}

    assert PRIVATE.client_of("203.0.113.7", claim) == "203.0.113.7"
    assert NOBODY.client_of("127.0.0.1", claim) == "127.0.0.1"


def test_a_proxy_that_is_not_believed_is_told_of_once_without_any_address(
    caplog: pytest.LogCaptureFixture,
) -> None:
    proxies = Proxies(parse_networks(["127.0.0.1"]))
    chain = {"x-forwarded-for": "203.0.113.7"}

    proxies.client_of("127.0.0.1", chain)
    proxies.client_of("203.0.113.9", chain)  # a visitor's own header is no news
    proxies.client_of("10.88.0.1", {})
    assert caplog.messages == []

    assert proxies.client_of("10.88.0.1", chain) == "10.88.0.1"
    proxies.client_of("10.88.0.1", chain)
    [said] = caplog.messages
    assert "trusted_proxies" in said
    assert "203.0.113.7" not in said
    assert "10.88.0.1" not in said


def test_a_unix_socket_is_a_local_proxy() -> None:
    chain = {"x-forwarded-for": "203.0.113.7"}

    assert PRIVATE.client_of(None, chain) == "203.0.113.7"
    assert NOBODY.client_of(None, chain) == ""


def test_only_listed_networks_are_trusted() -> None:
    proxies = Proxies(parse_networks(["192.0.2.0/24", "2001:db8::/32"]))
    chain = {"x-forwarded-for": "203.0.113.7"}

    assert proxies.client_of("192.0.2.4", chain) == "203.0.113.7"
    assert proxies.client_of("2001:db8::4", chain) == "203.0.113.7"
    assert proxies.client_of("127.0.0.1", chain) == "127.0.0.1"


@pytest.mark.parametrize(
    ("peer", "headers", "expected"),
    [
        ("203.0.113.7", {"host": "shop.example"}, "http://shop.example"),
        ("203.0.113.7", {"host": "a.example", "x-forwarded-host": "b.example"}, "http://a.example"),
        ("10.0.0.1", {"host": "inner:8787", "x-forwarded-proto": "https"}, "https://inner:8787"),
        (
            "10.0.0.1",
            {
                "host": "inner",
                "x-forwarded-proto": "https,http",
                "x-forwarded-host": "Shop.example",
            },
            "https://shop.example",
        ),
        ("10.0.0.1", {"host": "a b"}, ""),
        ("10.0.0.1", {}, ""),
    ],
)
def test_the_relays_own_origin(peer: str, headers: dict[str, str], expected: str) -> None:
    assert PRIVATE.own_origin("http", peer, headers) == expected


def test_what_is_no_network_is_named() -> None:
    with pytest.raises(ValueError, match=r"'10\.0\.0\.0/99' is no network"):
        parse_networks(["10.0.0.0/99"])


NETWORKS = ("0.0.0.0/0", "10.0.0.0/8", "203.0.113.7/32", "192.168.4.0/22", "fd00::/8", "::/0")


@given(st.lists(st.sampled_from(NETWORKS), max_size=3), st.ip_addresses())
def test_who_is_trusted_is_what_ipaddress_says(networks: list[str], address: object) -> None:
    proxies = Proxies(parse_networks(networks))
    seen = proxies._look(str(address))

    mapped = getattr(ip_address(str(address)), "ipv4_mapped", None) or address
    assert seen.address == str(mapped)
    assert seen.trusted == any(mapped in each for each in parse_networks(networks))


@given(st.integers(0, 2**32 - 1))
def test_an_address_of_ipv4_is_written_as_ipaddress_does(number: int) -> None:
    text = str(IPv4Address(number))
    assert PRIVATE._look(text) == (text, PRIVATE.trusts(IPv4Address(number)))
