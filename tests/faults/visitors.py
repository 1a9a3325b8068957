"""Those who post until they are answered, as the browser's journal does, and keep count."""

from __future__ import annotations

import asyncio
import itertools
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2

from tests.relay.conftest import BROWSER

#: Of so many events one is an offline one, which Pinterest does not deduplicate.
_OFFLINE_EVERY = 15
#: And one is something that Pinterest refuses a whole request over.
_POISON_EVERY = 397
#: Seconds between the posts of one visitor, on average: what piles up must go out in the end.
_PAUSE = 0.05


class Visitors:
    """They post events to relays, each batch again and again with the same ids until it is answered."""

    def __init__(self, relays: list[str], *, poison: bool = False, contents: int = 1) -> None:
        self.acknowledged: set[str] = set()
        self.unavailable = 0
        self._relays = relays
        self._poison = poison
        self._contents = contents
        self._numbers = itertools.count()
        self._over = threading.Event()

    @contextmanager
    def posting(self, number: int = 4, *, seed: int = 0) -> Iterator[None]:
        """Post while the block runs, and after it until everything begun is answered."""
        threads = [
            threading.Thread(target=lambda n=n: asyncio.run(self._post_on(seed + n)), daemon=True)
            for n in range(number)
        ]
        for each in threads:
            each.start()
        try:
            yield
        finally:
            self._over.set()
            for each in threads:
                each.join(60)
        assert not any(each.is_alive() for each in threads), "somebody still waits for an answer"

    async def _post_on(self, seed: int) -> None:
        chance = random.Random(seed)
        async with httpx2.AsyncClient(headers={"user-agent": BROWSER}, timeout=2) as client:
            while not self._over.is_set():
                batch = [self._event(next(self._numbers)) for _ in range(chance.randint(1, 5))]
                await self._until_answered(client, batch, chance)
                await asyncio.sleep(_PAUSE * 2 * chance.random())

    async def _until_answered(
        self, client: httpx2.AsyncClient, batch: list[dict[str, Any]], chance: random.Random
    ) -> None:
        end = time.monotonic() + 120
        while time.monotonic() < end:
            url = f"{chance.choice(self._relays)}/pinterest_capi"
            try:
                answer = await client.post(url, json={"data": batch})
            except httpx2.TransportError:
                await asyncio.sleep(0.02)
                continue
            if answer.status_code == 202:
                said = answer.json()
                assert said["accepted"] + said["duplicates"] == len(batch), said
                self.acknowledged |= {each["event_id"] for each in batch}
                return
            assert answer.status_code == 503, answer.text
            self.unavailable += 1
            await asyncio.sleep(0.05)
        raise AssertionError("no answer for two minutes")

    def _event(self, number: int) -> dict[str, Any]:
        offline = number % _OFFLINE_EVERY == 0
        name = f"offline-{number}" if offline else f"web-{number}"
        if self._poison and number % _POISON_EVERY == 0:
            name = f"poison-{number}"
        return {
            "event_name": "checkout",
            "action_source": "offline" if name.startswith("offline") else "web",
            "event_time": int(time.time()),
            "event_id": name,
            "user_data": {"em": ["a" * 64]},
            "custom_data": {
                "value": "59.90",
                "currency": "EUR",
                "order_id": name,
                "contents": [{"item_name": "Dune" * 50, "quantity": 1}] * self._contents,
            },
        }
