"""The cranks: take what is due, hand it to a stage, set the failed aside, never die."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Hashable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog

from daemon.edge.bell import Bell, Stage
from daemon.edge.log import said
from store.model.facts import Clues
from store.model.message import Envelope

BESIDE_AT_MOST = 100  # in hand and waiting: all come to their end within one lease
BESIDE_AT_ONCE = 3  # for each name

Work = TypeVar("Work")
log = structlog.get_logger()
CROWD = 20  # that ask for hands at one moment; a score of senders is still served best by all hands
CROWD_SECONDS = 0.5  # for which they count as a crowd after that moment


class Hands(Generic[Work]):
    """How much a crank may have in hand, and the way to lay work straight into it, past the queue in the store.

    Hands are promised only while the crank listens, with nothing due that it knows of: what waits in the store goes
    first. Work that is laid into a hand is leased like any other, so a crash on the way loses nothing.

    Where a crowd asks for hands, only a `few` of them work: to take in what comes goes before working it, so that the
    crowd is through soon, and what it brought is worked then, from the store.
    """

    def __init__(
        self, most: int, few: int | None = None, weigh: Callable[[Work], int] = lambda _: 0, room: int = 0
    ) -> None:
        """Have so many hands (few of them in a crowd), for work of so many octets together as `weigh` says."""
        self._most, self._few = most, few or most
        self._weigh, self._whole, self._left = weigh, room, room
        self._asking = 0
        self._crowd_until = 0.0  # by the loop's clock
        self._promised = 0
        self._queued: dict[str, int] = {}  # whose work waits in the store, or is on its way there, with its latest look
        self._arriving: Counter[str] = Counter()  # of these, what is on its way there
        self._looks = 0  # how often the crank began to look for work
        self._offered = False  # the crank listens
        self.tied = False  # nothing may be taken up for now
        self._tasks: dict[asyncio.Task[None], Work] = {}
        self._eased = asyncio.Event()  # something has come to its end
        self.do: Callable[[Work], Coroutine[None, None, None]]  # what is done with work, as the crank says
        self.on_room: Callable[[], None] = lambda: None  # rung when there is room again after there was little

    @property
    def free(self) -> int:
        """How many hands have nothing to do and are promised to nobody; less than none where a crowd has come."""
        crowded = self._crowd_until and asyncio.get_running_loop().time() < self._crowd_until
        return (self._few if crowded else self._most) - len(self._tasks) - self._promised

    @property
    def room(self) -> int:
        """How many octets more may be taken; whatever weighs more than all of it is taken into empty hands alone."""
        return max(self._left, 0)

    @property
    def is_roomy(self) -> bool:
        """Say whether at least half of the room is free."""
        return self._left >= self._whole // 2

    @property
    def full(self) -> tuple[Work, ...]:
        """What is in hand."""
        return tuple(self._tasks.values())

    def take(self, work: Work) -> None:
        """Begin a work in one of the hands."""
        octets = self._weigh(work)
        self._left -= octets
        task = asyncio.create_task(self.do(work))
        self._tasks[task] = work
        task.add_done_callback(lambda task: self._end(task, octets))

    @contextmanager
    def promised(self, wanted: int, whose: str = "", octets: int = 0) -> Iterator[int]:
        """Keep hands free for work of so many octets until this is left; gives their number, which may be none.

        There are none for somebody whose earlier work still waits in the store: nobody's work overtakes their own.
        """
        self._asking += 1
        if self._asking >= CROWD:
            self._crowd_until = asyncio.get_running_loop().time() + CROWD_SECONDS
        offered = self._offered and not self.tied and whose not in self._queued and octets <= self._left
        count = max(0, min(wanted, self.free)) if offered else 0
        self._promised += count
        if whose and not count:
            self._arrives(whose, 1)
        try:
            yield count
        finally:
            self._asking -= 1
            self._promised -= count
            self._eased.set()
            if whose and not count:
                self._arrives(whose, -1)

    def look(self) -> int:
        """Begin to look for work in the store; gives the number of the look."""
        self._looks += 1
        return self._looks

    def found_all(self, look: int) -> None:
        """All that was in the store when this look began has been taken up: nobody has to wait for it."""
        self._queued = {
            whose: latest for whose, latest in self._queued.items() if latest >= look or self._arriving[whose]
        }

    def _arrives(self, whose: str, change: int) -> None:
        self._queued[whose] = self._looks
        self._arriving[whose] += change
        if not self._arriving[whose]:
            del self._arriving[whose]

    @contextmanager
    def offered(self) -> Iterator[None]:
        """Let hands be promised until this is left."""
        self._offered = True
        try:
            yield
        finally:
            self._offered = False

    async def one_free(self) -> None:
        """Wait until a hand is free."""
        while self.free <= 0:
            await self._ease()

    async def all_free(self) -> None:
        """Wait until nothing is in hand any more, nor promised."""
        while self._tasks or self._promised:
            await self._ease()

    async def _ease(self) -> None:
        self._eased.clear()
        await self._eased.wait()

    def _end(self, task: "asyncio.Task[None]", octets: int) -> None:
        del self._tasks[task]
        was_full = not self.is_roomy
        self._left += octets
        self._eased.set()
        if was_full and octets:
            self.on_room()


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

    @asynccontextmanager
    async def of_sender(self, envelope: Envelope) -> AsyncIterator[None]:
        """Hold the envelope's sender: what one hand writes is read, proven and decided in the order of its coming."""
        async with self._hold({("from", envelope.mail_from.lower())} if envelope.mail_from else set()):
            yield

    @asynccontextmanager
    async def hold(self, clues: Clues) -> AsyncIterator[None]:
        """Hold every identifier that a message names, once all that came before it and name one of them have ended."""
        names = {clues.message_id or "", clues.sender, *clues.reply_marks, *clues.own_marks, *clues.foreign_ids} - {""}
        async with self._hold(names):
            yield

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
