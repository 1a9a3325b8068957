"""Whoever asks together shares a look."""

from __future__ import annotations

import asyncio

from edgee_py.relay.shared_look import SharedLook


class Scene:
    """Something to look at: each look takes so many seconds and sees its own number."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.looks = 0
        self.seconds = seconds

    async def look(self) -> int:
        self.looks += 1
        await asyncio.sleep(self.seconds)
        return self.looks


def test_those_who_ask_together_share_a_look() -> None:
    async def ask() -> list[int]:
        shared = SharedLook(Scene(0.01).look)
        return await asyncio.gather(*(shared.get() for _ in range(50)))

    assert asyncio.run(ask()) == [1] * 50


def test_who_asks_after_a_look_gets_one_anew() -> None:
    async def ask() -> list[int]:
        shared = SharedLook(Scene().look)
        return [await shared.get(), await shared.get()]

    assert asyncio.run(ask()) == [1, 2]


def test_one_who_goes_away_leaves_the_look_to_the_others() -> None:
    async def ask() -> int:
        shared = SharedLook(Scene(0.01).look)
        leaver, stayer = asyncio.create_task(shared.get()), asyncio.create_task(shared.get())
        await asyncio.sleep(0)
        leaver.cancel()
        return await stayer

    assert asyncio.run(ask()) == 1


def test_what_fails_is_told_to_all() -> None:
    async def fail() -> None:
        raise OSError("no")

    async def ask() -> list[BaseException | None]:
        shared = SharedLook(fail)
        return await asyncio.gather(shared.get(), shared.get(), return_exceptions=True)

    assert [str(each) for each in asyncio.run(ask())] == ["no", "no"]


def test_a_look_of_a_loop_that_has_ended_is_nobodys() -> None:
    async def leave(shared: SharedLook[int]) -> None:
        task = asyncio.create_task(shared.get())
        await asyncio.sleep(0)
        task.cancel()

    scene = Scene(60)
    shared = SharedLook(scene.look)
    asyncio.run(leave(shared))
    scene.seconds = 0
    assert asyncio.run(shared.get()) == 2
