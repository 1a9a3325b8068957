"""The end of a task that loses a cancellation."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from edgee_py.relay.tasks import end


def test_a_task_ends_though_it_has_lost_a_cancellation() -> None:
    async def deaf_once() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(3600)
        await asyncio.sleep(3600)

    async def main() -> None:
        task = asyncio.create_task(deaf_once())
        await asyncio.sleep(0)
        async with asyncio.timeout(10):
            await end(task)
        assert task.cancelled()

    asyncio.run(main())


def test_what_a_task_has_raised_stays_with_it() -> None:
    async def main() -> None:
        task = asyncio.create_task(asyncio.sleep(0, result=1))
        await asyncio.sleep(0.01)
        await end(task)
        assert task.result() == 1

    asyncio.run(main())
