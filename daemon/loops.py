"""The cranks: take what is due, hand it to a stage, set the failed aside, never die."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Hashable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog

from daemon.edge.bell import Bell, Stage
from daemon.edge.log import said
from daemon.hands import Hands
from store.model.facts import Clues
from store.model.message import Envelope

BESIDE_AT_MOST = 100  # in hand and waiting: all come to their end within one lease
BESIDE_AT_ONCE = 3  # for each name

Work = TypeVar("Work")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Crank(Generic[Work]):
    """A stage with what turns it."""

    stage: Stage
    lease: Callable[[int], Awaitable[tuple[Work, ...]]]  # at most so many that are due, each for one holder
    work: Callable[[Work], Awaitable[None]]
    fail: Callable[[Work, str], Awaitable[None]]
    hands: Hands[Work]
    alone: Callable[[Work], bool] = lambda _: False  # this must not be in hand beside others
    sweep_seconds: float = 2.0


async def turn(crank: Crank[Work], bell: Bell, stopping: asyncio.Event) -> None:
    """Turn a crank until it is told to stop, then let what is in hand come to its end."""
    hands = crank.hands
    hands.do = lambda work: _one(crank, work)
    hands.on_room = lambda: bell.ring(crank.stage)
    while not stopping.is_set():
        free, look = hands.free, hands.look()
        taken = await _take(crank, free)
        if any(map(crank.alone, taken)):
            await _one_by_one(hands, taken)
            continue
        for work in taken:
            hands.take(work)
        if len(taken) < free:
            if hands.is_roomy:  # else large work may have been left in the store
                hands.found_all(look)
            with hands.offered():
                await bell.listen(crank.stage, crank.sweep_seconds)
        await hands.one_free()
    await hands.all_free()


async def _one_by_one(hands: Hands[Work], works: Iterable[Work]) -> None:
    for work in works:
        await hands.all_free()
        hands.take(work)
    await hands.all_free()


async def every(seconds: float, act: Callable[[], Awaitable[None]], stopping: asyncio.Event) -> None:
    """Do something again and again, after so many seconds, until told to stop; what goes wrong is said."""
    while not await _set_within(seconds, stopping):
        try:
            await act()
        except Exception as error:
            log.error("round failed", error=said(error))


async def whenever(sign: asyncio.Event, act: Callable[[], Awaitable[object]]) -> None:
    """Do something each time a sign is given, for ever; signs given meanwhile are one. What goes wrong is said."""
    while await sign.wait():
        sign.clear()
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
        log.error("cannot look for work", stage=crank.stage, error=said(error))
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
        log.error("cannot set aside; the lease will run out", stage=crank.stage, error=said(second))


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


class Beside:
    """Work that may take long and must hold up nothing else: done in tasks of its own, a few at once for each name."""

    def __init__(self) -> None:
        self._turns: dict[str, asyncio.Semaphore] = {}
        self._begun: set[asyncio.Task[None] | None] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, whose: str, work: Callable[[], Awaitable[None]]) -> bool:
        """Begin a work as soon as it is its turn; False where too much waits already."""
        if len(self._tasks) >= BESIDE_AT_MOST:
            return False
        task = asyncio.create_task(self._do(self._turns.setdefault(whose, asyncio.Semaphore(BESIDE_AT_ONCE)), work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def close(self, seconds: float) -> None:
        """Let what has begun come to its end, for so many seconds; what waits begins no more."""
        for task in self._tasks - self._begun:
            task.cancel()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            for task in late:
                task.cancel()

    async def _do(self, turns: asyncio.Semaphore, work: Callable[[], Awaitable[None]]) -> None:
        async with turns:
            task = asyncio.current_task()
            self._begun.add(task)
            try:
                await work()
            except Exception:
                log.exception("work failed", stage="beside")
            finally:
                self._begun.discard(task)


class Threads:
    """Keeps messages that may belong together in order: two replies of one thread are never decided side by side."""

    def __init__(self) -> None:
        self._queues: dict[Hashable, deque[asyncio.Event]] = {}

    def of_sender(self, envelope: Envelope) -> AbstractAsyncContextManager[None]:
        """Hold the envelope's sender: what one hand writes is read, proven and decided in the order of its coming."""
        return self._hold({("from", envelope.mail_from.lower())} if envelope.mail_from else set())

    def hold(self, clues: Clues) -> AbstractAsyncContextManager[None]:
        """Hold every identifier that a message names, once all that came before it and name one of them have ended."""
        names = {clues.message_id or "", clues.sender, *clues.reply_marks, *clues.own_marks, *clues.foreign_ids} - {""}
        return self._hold(names)

    @asynccontextmanager
    async def _hold(self, names: Collection[Hashable]) -> AsyncIterator[None]:
        """Take a place in all queues at one moment, so that nobody overtakes, and no two wait for each other."""
        turn_come = asyncio.Event()
        queues = [self._queues.setdefault(name, deque()) for name in names]
        for queue in queues:
            queue.append(turn_come)
        try:
            while any(queue[0] is not turn_come for queue in queues):
                turn_come.clear()
                await turn_come.wait()
            yield
        finally:
            self._leave(names, turn_come)

    def _leave(self, names: Collection[Hashable], turn_come: asyncio.Event) -> None:
        for name in names:
            queue = self._queues[name]
            queue.remove(turn_come)
            if queue:
                queue[0].set()
            else:
                del self._queues[name]
