"""Ids in and ids out."""

from __future__ import annotations

import asyncio

from edgee_py.relay.outbox import Outbox
from edgee_py.relay.outbox_url import open_outbox
from tests.faults.pinterest import CountingPinterest
from tests.faults.visitors import Visitors


def wait_until_empty(url: str, seconds: float = 120) -> set[str]:
    """Wait until nothing is queued; the ids that are parked."""

    async def look() -> set[str]:
        outbox = open_outbox(url)
        try:
            async with asyncio.timeout(seconds):
                while (await outbox.stats()).queued:
                    await asyncio.sleep(0.1)
            return await parked(outbox)
        finally:
            await outbox.close()

    return asyncio.run(look())


async def parked(outbox: Outbox) -> set[str]:
    """Ids of parked events."""
    return {each.event_id for each in await outbox.entries("parked", 100_000)}


def check(visitors: Visitors, pinterest: CountingPinterest, parked_ids: set[str]) -> None:
    """What was acknowledged was taken or is parked; what came twice came alike; offline events once."""
    came = set(pinterest.taken)
    lost = visitors.acknowledged - came - parked_ids
    assert not lost, f"{len(lost)} of {len(visitors.acknowledged)} lost: {sorted(lost)[:5]}"
    assert not pinterest.different, f"copies differ: {sorted(pinterest.different)[:5]}"
    twice = {id_ for id_, count in pinterest.taken.items() if count > 1}
    assert not {id_ for id_ in twice if id_.startswith("offline")}, (
        "an offline event was sent twice"
    )
    unexplained = {id_ for id_ in parked_ids if not id_.startswith(("offline", "poison"))}
    assert not unexplained, f"parked for no reason: {sorted(unexplained)[:5]}"
    assert visitors.acknowledged, "nobody posted anything"
