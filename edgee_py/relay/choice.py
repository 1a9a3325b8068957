"""Which event is tried where Pinterest refuses one after another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from edgee_py.relay.outbox import Leased

Each = TypeVar("Each")


class _UserData(msgspec.Struct):
    client_ip_address: str = ""


class _Sender(msgspec.Struct):
    user_data: _UserData


_SENDER = msgspec.json.Decoder(_Sender)


def choose(batch: Sequence[Leased], chance: Callable[[], float]) -> tuple[Leased, list[Leased]]:
    """An event of any visitor, each as likely as the other, and the rest of the batch.

    Whoever posts thousands of events that Pinterest refuses would otherwise have all of them tried, one by
    one, before anybody else's.

    Args:
        batch: one event at least.
        chance: a random number from 0 to 1.
    """
    visitors: dict[str, list[Leased]] = {}
    for each in batch:
        address = _SENDER.decode(each.body).user_data.client_ip_address
        visitors.setdefault(address, []).append(each)
    one = _any(_any(list(visitors.values()), chance), chance)
    return one, [each for each in batch if each is not one]


def _any(among: Sequence[Each], chance: Callable[[], float]) -> Each:
    return among[min(int(chance() * len(among)), len(among) - 1)]
