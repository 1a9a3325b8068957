"""Ids in, ids out: what the relay has accepted against what came to Pinterest's stand-in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from tests.bench.relay import servers
from tests.bench.relay.servers import Running


@dataclass(frozen=True)
class Balance:
    """One stage's events. accepted: by the relay's own count; the others are counts of distinct ids."""

    stage: str
    accepted: int
    delivered: int
    lost: int
    doubled: int

    def row(self) -> tuple[str, ...]:
        """As the table shows it."""
        counts = (self.accepted, self.delivered, self.lost, self.doubled)
        return (self.stage, *(f"{count:,}" for count in counts))


class Books:
    """Balances stage by stage; only one stage is under way at a time."""

    def __init__(self, relay: Running, pinterest: Running) -> None:
        self._relay = relay
        self._pinterest = pinterest
        self._accepted = servers.accepted(relay)
        self.balances: list[Balance] = []

    def close(
        self, stage: str, acknowledged: Collection[str] = (), *, at_least: int = 0, at_most: int = 0
    ) -> float:
        """Wait until everything is delivered, and balance; the seconds waited.

        acknowledged: the ids that the relay has said 202 to, where they are known; else at_least so
        many were acknowledged, and at_most so many were sent (0: unknown).
        """
        waited = servers.drain(self._relay)
        total = servers.accepted(self._relay)
        accepted, self._accepted = total - self._accepted, total
        came = servers.delivered(self._pinterest)
        distinct = set(came)
        lost = max(
            len(set(acknowledged) - distinct),
            at_least - len(distinct),
            accepted - len(distinct),
            0,
        )
        doubled = len(came) - len(distinct)
        if at_most:
            doubled += max(0, len(distinct) - at_most)
        self.balances.append(Balance(stage, accepted, len(distinct), lost, doubled))
        return waited
