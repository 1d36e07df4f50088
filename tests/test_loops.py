"""What goes wrong with one piece of work is said, and the others are done."""

from daemon.loops import each


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
