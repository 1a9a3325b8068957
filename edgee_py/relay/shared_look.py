"""A look at something that costs whoever is looked at, shared by all who ask meanwhile.

Strangers may ask as often as they like, and there is still one look at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

Seen = TypeVar("Seen")


class SharedLook(Generic[Seen]):
    """What `look` returns or raises. It must not take long, for who joins a look sees what was before he asked."""

    def __init__(self, look: Callable[[], Coroutine[Any, Any, Seen]]) -> None:
        self._look = look
        self._task: asyncio.Task[Seen] | None = None

    async def get(self) -> Seen:
        """What there is to see."""
        loop, task = asyncio.get_running_loop(), self._task
        if task is None or task.done() or task.get_loop() is not loop:
            task = self._task = loop.create_task(self._look())
        # Whoever goes away does not take it from the others.
        return await asyncio.shield(task)
