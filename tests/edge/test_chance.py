"""Random octets drawn many at a time are as many as asked for, and none is given twice."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from daemon.edge.chance import DRAWN, Chance


@pytest.mark.parametrize("count", [0, 1, 10, DRAWN, DRAWN + 1])
def test_there_are_as_many_octets_as_were_asked_for(count: int) -> None:
    chance = Chance()
    assert [len(chance(count)) for _ in range(3)] == [count] * 3


def test_what_is_left_of_a_draw_and_too_little_is_not_given() -> None:
    chance = Chance()
    chance(DRAWN - 4)
    assert len(chance(10)) == 10


def test_nothing_is_given_twice_whichever_threads_ask() -> None:
    chance = Chance()
    with ThreadPoolExecutor(8) as threads:
        marks = list(threads.map(lambda _: chance(10), range(20 * DRAWN // 10)))
    assert len(set(marks)) == len(marks)
