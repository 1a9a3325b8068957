"""So much a minute for one client, by the generic cell rate algorithm."""

from __future__ import annotations

import math
from ipaddress import IPv6Network

from throttled import MemoryStore, RateLimiterType, Throttled, per_min

from edgee_py.relay.client_address import parse_address

#: Of more clients than this, those are forgotten who have been quiet the longest; some 20 MB.
_CLIENTS = 50_000
#: All whose address is not known are one client.
_NOBODY = "-"


class RateLimit:
    """An allowance for each client; all of it may be used at once, and comes back within a minute."""

    def __init__(self, per_minute: int) -> None:
        self._allowance = per_minute
        # What is around the limiter (waiting, hooks) costs as much as the limiter itself, and is not used.
        self._limiter = Throttled(
            using=RateLimiterType.GCRA.value,
            quota=per_min(per_minute),
            store=MemoryStore(options={"MAX_SIZE": _CLIENTS}),
        ).limiter

    def take(self, client: str, cost: int = 1, *, taken: int = 0) -> int:
        """Take so much, at most the whole allowance: 0, or the whole seconds until there is enough.

        taken: what the same request has taken before, and will have to take again.
        """
        cost = min(cost, self._allowance - taken)
        if cost <= 0:
            return 0
        result = self._limiter.limit(client or _NOBODY, cost)
        if not result.limited:
            return 0
        return max(1, math.ceil(result.state.retry_after + taken * 60 / self._allowance))

    def left(self, client: str) -> int:
        """The whole seconds until something is left: 0 where it is."""
        state = self._limiter.peek(client or _NOBODY)
        if state.remaining:
            return 0
        # Its retry_after runs until the allowance is used up and no more than that.
        return max(1, math.ceil(state.reset_after - 60 + 60 / self._allowance))


def client_key(address: str) -> str:
    """What one client is: an IPv4 address, or the /64 that one IPv6 subscriber has to himself."""
    if ":" not in address:
        return address
    parsed = parse_address(address)
    if parsed is None or parsed.version == 4:
        return address
    return str(IPv6Network((parsed, 64), strict=False))
