"""What goes wrong once is said; the others are done, and the next time comes."""

import asyncio

from daemon.loops import each, every


async def test_one_that_fails_stops_none_of_the_others() -> None:
    done: list[int] = []

    async def found() -> tuple[int, ...]:
        return (1, 2, 3)

    async def act(number: int) -> None:
        if number == 2:
            raise ValueError("two")
        done.append(number)

    await each(found(), act)
    assert done == [1, 3]


async def test_a_round_comes_again_after_it_failed_and_ends_when_told() -> None:
    stopping = asyncio.Event()
    times: list[int] = []

    async def act() -> None:
        times.append(len(times))
        if len(times) == 3:
            stopping.set()
        raise OSError("the store is away")

    await asyncio.wait_for(every(0.01, act, stopping), 5)
    assert times == [0, 1, 2]


async def test_whoever_is_told_to_stop_before_it_begins_does_nothing() -> None:
    stopping = asyncio.Event()
    stopping.set()

    async def act() -> None:
        raise AssertionError

    await every(0.01, act, stopping)
