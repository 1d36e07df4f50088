"""A bell wakes who has hands free, here and elsewhere; without Redis it wakes at least its own process."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from daemon.edge.bell import Bell, Here, Stage, open_bell, try_bell
from tests.ports import free_port
from tests.redis import RedisServer

LONG, SHORT = 10.0, 0.3  # seconds
Opened = Callable[[], Bell]


@pytest.fixture
def server() -> Iterator[RedisServer]:
    started = RedisServer(free_port())
    started.start()
    yield started
    started.stop()


@pytest.fixture
async def another(server: RedisServer) -> AsyncIterator[Opened]:
    """Opens one more bell of the same desk, as another process would."""
    opened: list[Bell] = []

    def bell(desk: str = "desk@hd.test") -> Bell:
        opened.append(open_bell(server.url, desk))
        return opened[-1]

    yield bell
    for one in opened:
        await one.close()


async def waited(bell: Bell, stage: Stage = Stage.PROCESS, most: float = LONG) -> float:
    """Listen, and return for how many seconds."""
    begun = time.monotonic()
    await bell.listen(stage, most)
    return time.monotonic() - begun


async def hears(bell: Bell, ringer: Bell, stage: Stage = Stage.PROCESS) -> float:
    """Ring until it is heard; returns how long the last listening took."""
    for _ in range(40):
        listening = asyncio.create_task(waited(bell, stage, 1.0))
        await asyncio.sleep(0.05)
        ringer.ring(stage)
        if (seconds := await listening) < 0.95:
            return seconds
    raise AssertionError("never heard")


async def test_one_process_needs_no_redis() -> None:
    bell = open_bell(None, "desk@hd.test")
    assert isinstance(bell, Here)
    bell.ring(Stage.PROCESS)
    assert await waited(bell) < 1
    assert await waited(bell, most=SHORT) >= SHORT - 0.05


async def test_a_ring_is_heard_in_another_process(another: Opened) -> None:
    here, there = another(), another()
    assert await hears(there, here) < 1
    assert await waited(there, Stage.DELIVER, SHORT) >= SHORT - 0.05


async def test_a_ring_wakes_its_own_process_whatever_becomes_of_redis(another: Opened, server: RedisServer) -> None:
    bell = another()
    server.stop()
    bell.ring(Stage.DELIVER)
    assert await waited(bell, Stage.DELIVER) < 1


async def test_each_ring_from_outside_wakes_one_of_those_who_listen(another: Opened) -> None:
    ringer, workers = another(), [another() for _ in range(3)]
    for worker in workers:
        await hears(worker, ringer)
    listening = [asyncio.create_task(waited(worker, most=1.0)) for worker in workers]
    await asyncio.sleep(0.2)
    ringer.ring(Stage.PROCESS)
    assert sum([await one < 0.9 for one in listening]) == 1


async def test_rings_that_come_together_are_few_tokens_and_never_more_than_some(
    another: Opened, server: RedisServer
) -> None:
    bell = another()
    for _ in range(300):
        bell.ring(Stage.PROCESS)
        await asyncio.sleep(0.001)
    length = int(server.say("LLEN triaged:bell:desk@hd.test:process").strip().removeprefix(b":"))
    assert 1 <= length <= 64


async def test_desks_that_share_a_redis_do_not_wake_each_other(another: Callable[[str], Bell]) -> None:
    ours, theirs = another("a@hd.test"), another("b@hd.test")
    theirs.ring(Stage.PROCESS)
    assert await waited(ours, most=SHORT) >= SHORT - 0.05


async def test_who_has_no_hands_free_leaves_the_ring_to_others(another: Opened) -> None:
    ringer, busy, idle = another(), another(), another()
    await hears(busy, ringer)  # from now on it waits for a token, and does not listen
    ringer.ring(Stage.PROCESS)
    assert await waited(idle, most=3.0) < 2.5


async def test_a_redis_that_is_emptied_stopped_or_frozen_is_taken_up_again(
    another: Opened, server: RedisServer
) -> None:
    here, there = another(), another()
    await hears(there, here)
    server.say("FLUSHALL")
    await hears(there, here)
    server.stop()
    here.ring(Stage.PROCESS)
    server.start()
    await hears(there, here)
    server.freeze()
    begun = time.monotonic()
    for _ in range(100):
        here.ring(Stage.PROCESS)  # never waits
    assert time.monotonic() - begun < 0.5
    await asyncio.sleep(0.1)
    server.thaw()
    await hears(there, here)


async def test_a_redis_that_is_away_at_the_start_is_found_when_it_comes() -> None:
    server = RedisServer(free_port())
    here, there = open_bell(server.url, "d@hd.test"), open_bell(server.url, "d@hd.test")
    try:
        assert await waited(there, most=SHORT) < 2 * SHORT
        server.start()
        await hears(there, here)
    finally:
        server.stop()
        await here.close()
        await there.close()


def test_a_check_says_what_is_wrong(server: RedisServer) -> None:
    try_bell(server.url, 2.0)
    with pytest.raises(OSError, match="refused"):
        try_bell(f"redis://127.0.0.1:{free_port()}/0", 2.0)
    with pytest.raises(OSError, match="invalid username"):
        try_bell(server.url.replace("redis://", "redis://user:wrong@"), 2.0)
