"""The end of asyncio's tasks."""

from __future__ import annotations

import asyncio
from typing import Any

#: Seconds for a task to end after it was cancelled.
_PATIENCE = 1.0


async def end(task: asyncio.Task[Any]) -> None:
    """Cancel a task until it has ended; what it raises is not told.

    A cancellation that comes in the same moment as what the task waits for may be lost, in
    `asyncio.wait_for` before Python 3.12 (python/cpython#86296) or in a library.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=_PATIENCE)
    if not task.cancelled():
        task.exception()
