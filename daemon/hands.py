"""The hands of a crank: how much is worked at once, what is laid straight into them, and who goes first in a crowd."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

CROWD = 20  # that ask for hands at one moment; a score of senders is still served best by all hands
CROWD_SECONDS = 0.5  # for which they count as a crowd after that moment
STRETCH_SECONDS = 2.0  # for which a crowd goes first at most: what it brings in them is worked in some twenty

Work = TypeVar("Work")


class Crowd:
    """Many who ask for hands at one moment. They go first, for one stretch; then what they brought does.

    Without that end, a stream of mail that does not let up would keep the first of its senders waiting for an
    acknowledgement until the last of them had been heard. Times are seconds by the loop's clock.
    """

    def __init__(self) -> None:
        self._asking = 0
        self._until = 0.0
        self._at_most = 0.0  # the end of the stretch, which has begun; 0 if none has

    def comes(self, now: float) -> None:
        """Count somebody who asks."""
        self._asking += 1
        if self._asking >= CROWD:
            self._at_most = self._at_most or now + STRETCH_SECONDS
            self._until = min(now + CROWD_SECONDS, self._at_most)

    def leaves(self) -> None:
        """Count somebody no more."""
        self._asking -= 1

    def goes_first(self, now: float) -> bool:
        """Say whether a crowd has come, and its stretch lasts."""
        return now < self._until

    def is_through(self) -> None:
        """All that was brought has been taken up: whoever comes now may be a crowd again."""
        self._at_most = 0.0


class Hands(Generic[Work]):
    """How much a crank may have in hand, and the way to lay work straight into it, past the queue in the store.

    Hands are promised only while the crank listens, with nothing due that it knows of: what waits in the store goes
    first. Work that is laid into a hand is leased like any other, so a crash on the way loses nothing.

    Where a crowd asks for hands, only a `few` of them work: to take in what comes goes before working it, so that the
    crowd is through soon, and what it brought is worked then, from the store. One that does not end is no crowd for
    longer than its stretch, until nothing waits any more.
    """

    def __init__(
        self,
        most: int,
        few: int | None = None,
        weigh: Callable[[Work], int] = lambda _: 0,
        room: int = 0,
        enough: int = 1,
    ) -> None:
        """Have so many hands (few of them in a crowd), for work of so many octets together as `weigh` says.

        It is not looked into the store for more before `enough` of them are free.
        """
        self._most, self._few, self._enough = most, few or most, enough
        self._weigh, self._whole, self._left = weigh, room, room
        self._crowd = Crowd()
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
        most = self._few if self._crowd.goes_first(_now()) else self._most
        return most - len(self._tasks) - self._promised

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
        self._crowd.comes(_now())
        offered = self._offered and not self.tied and whose not in self._queued and octets <= self._left
        count = max(0, min(wanted, self.free)) if offered else 0
        self._promised += count
        if whose and not count:
            self._arrives(whose, 1)
        try:
            yield count
        finally:
            self._crowd.leaves()
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
        self._crowd.is_through()
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

    async def enough_free(self) -> None:
        """Wait until a look into the store is worth its while."""
        while self.free < self._enough:
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


def _now() -> float:
    return asyncio.get_running_loop().time()
