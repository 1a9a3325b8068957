"""The visitor's address and the relay's own origin, seen through proxies that can be trusted.

A proxy appends the address it was called from; whatever stands left of what a trusted proxy wrote can
be made up. Chains are therefore read from the right, and only as far as trusted proxies reach.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from socket import AF_INET, inet_ntoa, inet_pton
from typing import NamedTuple

from edgee_py.relay.origins import InvalidOrigin, normalise_origin

logger = logging.getLogger("edgee.relay")

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

#: Loopback, private use (RFC 1918, RFC 4193), link local, and the shared space of carriers' NAT.
PRIVATE = (
    "127.0.0.0/8",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "100.64.0.0/10",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
)

#: What proxies write where they write no chain; looked at in this order. X-Real-IP comes first: a
#: proxy that writes it alone, as nginx is often told to, hands on the others as the visitor made them up.
EDGE_HEADERS = (
    "x-real-ip",
    "cf-connecting-ip",
    "true-client-ip",
    "fastly-client-ip",
    "x-client-ip",
)

#: No honest chain is longer.
_MAX_HOPS = 32
#: No site has more.
_MOST_PROXIES = 1024


def parse_networks(given: str | Sequence[str]) -> tuple[Network, ...]:
    """Networks from CIDR notations, single addresses, and the words "private" and "none".

    Raises:
        ValueError: naming what cannot be read.
    """
    words = given.replace(",", " ").split() if isinstance(given, str) else given
    networks: list[Network] = []
    for word in words:
        if word == "none":
            continue
        for notation in PRIVATE if word == "private" else (word,):
            try:
                networks.append(ip_network(notation, strict=False))
            except ValueError:
                raise ValueError(
                    f'{word[:60]!r} is no network; write 10.0.0.0/8, "private" or "none"'
                ) from None
    return tuple(networks)


_PRIVATE_NETWORKS = parse_networks(PRIVATE)


def parse_address(text: str) -> Address | None:
    """One address as proxies write it: with a port, in brackets, quoted, with a zone, IPv4 in IPv6."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


class Seen(NamedTuple):
    """An address as text ("" for none), and whether it is a trusted proxy's."""

    address: str
    trusted: bool


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxies that are believed."""

    networks: tuple[Network, ...]
    _known: dict[str, Seen] = field(default_factory=dict, init=False, repr=False, compare=False)
    #: Mask and network of those of IPv4, as numbers: to ask ipaddress takes several times as long.
    _masks: list[tuple[int, int]] = field(
        default_factory=list, init=False, repr=False, compare=False
    )
    _told: list[str] = field(default_factory=list, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Prepare what every request needs."""
        for each in self.networks:
            if isinstance(each, IPv4Network):
                self._masks.append((int(each.netmask), int(each.network_address)))

    def trusts(self, address: Address | None) -> bool:
        """Whether an address is a trusted proxy's; no address is a local (Unix socket) caller."""
        if address is None:
            return bool(self.networks)
        return any(address in network for network in self.networks)

    def client_of(self, peer: str | None, headers: Mapping[str, str]) -> str:
        """The visitor's address as text, or "" where nobody knows it.

        peer is the address of the connection, headers are the request's (lower-case names; several
        lines of one name joined by commas).
        """
        seen = self._peer(peer or "")
        if not seen.trusted:
            if "x-forwarded-for" in headers:
                self._warn_of(seen)
            return seen.address
        forwarded_for = headers.get("x-forwarded-for", "")
        if "," not in forwarded_for and forwarded_for.strip():  # one proxy, as mostly
            return self._look(forwarded_for).address or seen.address
        chain = _chain(headers)
        if not chain:
            chain = [headers[name] for name in EDGE_HEADERS if name in headers][:1]
        for hop in reversed(chain[-_MAX_HOPS:]):
            nearer, seen = seen, self._look(hop)
            if not seen.address:
                return nearer.address
            if not seen.trusted:
                break
        return seen.address

    def _warn_of(self, peer: Seen) -> None:
        """Say once that a proxy is not believed: who calls from a private network with such a header is one."""
        if self._told:
            return
        address = parse_address(peer.address)
        if address and any(address in each for each in _PRIVATE_NETWORKS):
            self._told.append(peer.address)
            logger.warning(
                "X-Forwarded-For from a private address that trusted_proxies does not name is not"
                " believed: all visitors count as one, with that address. If it is your proxy's, add"
                ' it, or "private", to trusted_proxies.'
            )

    def _look(self, text: str) -> Seen:
        try:
            packed = inet_pton(AF_INET, text)  # nearly always, and quicker than what follows
        except (OSError, ValueError):
            pass
        else:
            number = int.from_bytes(packed)
            for mask, network in self._masks:
                if number & mask == network:
                    return Seen(inet_ntoa(packed), True)
            return Seen(inet_ntoa(packed), False)
        address = parse_address(text)
        return Seen(str(address) if address else "", self.trusts(address))

    def _peer(self, text: str) -> Seen:
        """As `_look`; the few proxies that call are known."""
        seen = self._known.get(text)
        if seen is None:
            seen = self._look(text)
            if seen.trusted and len(self._known) < _MOST_PROXIES:
                self._known[text] = seen
        return seen

    def own_origin(self, scheme: str, peer: str | None, headers: Mapping[str, str]) -> str:
        """The relay's origin as the visitor's browser sees it; "" where the Host header is absurd."""
        host = headers.get("host", "")
        if self._peer(peer or "").trusted:
            scheme = _first(headers.get("x-forwarded-proto", "")) or scheme
            host = _first(headers.get("x-forwarded-host", "")) or host
        try:
            return normalise_origin(f"{scheme}://{host}")
        except InvalidOrigin:
            return ""


def _chain(headers: Mapping[str, str]) -> list[str]:
    """The hops, nearest last.

    X-Forwarded-For is what proxies really write; a Forwarded header beside it is more likely the
    visitor's own and is not looked at.
    """
    forwarded_for = headers.get("x-forwarded-for")
    if forwarded_for is not None:
        return [hop for hop in forwarded_for.split(",") if hop.strip()]
    return [
        value
        for element in headers.get("forwarded", "").split(",")
        for pair in element.split(";")
        for name, _, value in [pair.partition("=")]
        if name.strip().lower() == "for"
    ]


def _first(text: str) -> str:
    return text.partition(",")[0].strip().lower()
