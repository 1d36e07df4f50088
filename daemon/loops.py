"""The cranks: take what is due, hand it to a stage, set the failed aside, never die."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog

from daemon.edge.bell import Bell, Stage
from store.model.facts import Clues

Work = TypeVar("Work")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Crank(Generic[Work]):
    """A stage with what turns it."""

    stage: Stage
    lease: Callable[[int], Awaitable[tuple[Work, ...]]]  # at most so many that are due, each for one holder
    work: Callable[[Work], Awaitable[None]]
    fail: Callable[[Work, str], Awaitable[None]]
    at_once: int
    sweep_seconds: float = 2.0


async def turn(crank: Crank[Work], bell: Bell, stopping: asyncio.Event) -> None:
    """Turn a crank until it is told to stop, then let what is in hand come to its end."""
    running: set[asyncio.Task[None]] = set()
    while not stopping.is_set():
        taken = await _take(crank, crank.at_once - len(running))
        for work in taken:
            task = asyncio.create_task(_one(crank, work))
            running.add(task)
            task.add_done_callback(running.discard)
        if len(running) >= crank.at_once:
            await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        elif not taken:
            await bell.listen(crank.stage, crank.sweep_seconds)
    if running:
        await asyncio.wait(running)


async def every(seconds: float, act: Callable[[], Awaitable[None]], stopping: asyncio.Event) -> None:
    """Do something again and again, after so many seconds, until told to stop; what goes wrong is said."""
    while not await _set_within(seconds, stopping):
        try:
            await act()
        except Exception as error:
            log.error("round failed", error=_words(error))


async def _set_within(seconds: float, event: asyncio.Event) -> bool:
    try:
        return await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False


async def each(found: Awaitable[Iterable[Work]], act: Callable[[Work], Awaitable[None]]) -> None:
    """Do something with everything found, one by one; what goes wrong with one is said, and the others come."""
    for one in await found:
        try:
            await act(one)
        except Exception:
            log.exception("round failed")


async def _take(crank: Crank[Work], free: int) -> tuple[Work, ...]:
    try:
        return await crank.lease(free)
    except Exception as error:
        log.error("cannot look for work", stage=crank.stage, error=_words(error))
        await asyncio.sleep(1)  # a store that is away must not be asked in a circle
        return ()


async def _one(crank: Crank[Work], work: Work) -> None:
    try:
        await crank.work(work)
    except Exception as error:
        log.exception("work failed", stage=crank.stage)
        await _fail(crank, work, _words(error))


async def _fail(crank: Crank[Work], work: Work, error: str) -> None:
    try:
        await crank.fail(work, error)
    except Exception as second:
        log.error("cannot set aside; the lease will run out", stage=crank.stage, error=_words(second))


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


class Threads:
    """Keeps messages that may belong together in order: two replies of one thread are never decided side by side."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}
        self._holders: Counter[str] = Counter()

    @asynccontextmanager
    async def hold(self, clues: Clues) -> AsyncIterator[None]:
        """Hold every identifier that a message names, in one fixed order, so that no two wait for each other."""
        names = sorted({clues.message_id or "", clues.sender, *clues.reply_marks, *clues.own_marks, *clues.foreign_ids})
        for name in names:
            self._holders[name] += 1
            self._locks.setdefault(name, asyncio.Lock())
        held: list[asyncio.Lock] = []
        try:
            for name in names:
                await self._locks[name].acquire()
                held.append(self._locks[name])
            yield
        finally:
            for lock in held:
                lock.release()
            self._forget(names)

    def _forget(self, names: list[str]) -> None:
        for name in names:
            self._holders[name] -= 1
            if not self._holders[name]:
                del self._holders[name], self._locks[name]
