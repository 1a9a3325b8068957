"""So many requests a minute for one client, by the generic cell rate algorithm.

One number a client: the time at which its allowance is whole again. That is exact, tells Retry-After,
and costs a dictionary look-up; counting stores sweep all clients or keep a list for each.
"""

from __future__ import annotations

from ipaddress import IPv6Network

from edgee_py.relay.client_address import parse_address

_SECOND = 1_000_000_000
_WINDOW = 60 * _SECOND
#: More clients than this are swept for those whose allowance is whole.
_SWEEP_AT = 50_000


class RateLimit:
    """A limit for each client; `per_minute` requests may come at once."""

    def __init__(self, per_minute: int) -> None:
        self._interval = _WINDOW // per_minute
        self._whole_at: dict[str, int] = {}
        self._sweep_at = _SWEEP_AT

    def wait(self, client: str, now: int) -> int:
        """Count a request at `now` (nanoseconds of a steady clock): 0, or the whole seconds to wait."""
        seconds = self.left(client, now) if client in self._whole_at else 0
        if not seconds:
            self.charge(client, 1, now)
        return seconds

    def left(self, client: str, now: int) -> int:
        """The whole seconds to wait before a request, which is not counted."""
        whole_at = max(self._whole_at.get(client, now), now)
        over = whole_at + self._interval - now - _WINDOW
        return -(-over // _SECOND) if over > 0 else 0

    def charge(self, client: str, requests: float, now: int) -> None:
        """Count so many requests, be they allowed or not."""
        if client not in self._whole_at and len(self._whole_at) >= self._sweep_at:
            self._sweep(now)
        whole_at = max(self._whole_at.get(client, now), now)
        self._whole_at[client] = whole_at + int(requests * self._interval)

    def _sweep(self, now: int) -> None:
        self._whole_at = {client: at for client, at in self._whole_at.items() if at > now}
        self._sweep_at = max(_SWEEP_AT, 2 * len(self._whole_at))


def client_key(address: str) -> str:
    """What one client is: an IPv4 address, or the /64 that one IPv6 subscriber has to himself."""
    if ":" not in address:
        return address
    parsed = parse_address(address)
    if parsed is None or parsed.version == 4:
        return address
    return str(IPv6Network((parsed, 64), strict=False))
