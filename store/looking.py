"""What is asked of the store without a hurry: by threads beside the event loop, and nothing is changed."""

from asyncio import get_running_loop
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from store.database import READERS
from store.model.figures import DayCounts, WeekCounts
from store.model.message import RawMessage
from store.model.ticket import Ticket
from store.model.views import AsideLine, OutboxLine, Status, Story
from store.reader import Reader

Answer = TypeVar("Answer")


class Looking:
    """Questions, each answered from one moment of the store."""

    def __init__(self, url: str) -> None:
        self._reader = Reader(url)
        self._readers = ThreadPoolExecutor(READERS - 1, thread_name_prefix="store-reader")

    async def next_due(self) -> float | None:
        """Return when the next message or mail may be taken up (a lease counts by its end), None for never."""
        return await self._thread(self._reader.next_due)

    async def day(self, since: float, until: float, now: float, most: int, team: str | None = None) -> DayCounts:
        """Count what a day needs, and list what is open at `now`, oldest first: so many at most in each section."""
        return await self._thread(lambda: self._reader.day(since, until, now, most, team))

    async def week(self, bounds: Sequence[float], team: str | None = None) -> WeekCounts:
        """Count what the last of several weeks needs; `bounds` are the beginnings of all, and the end of the last."""
        return await self._thread(lambda: self._reader.week(bounds, team))

    async def status(self, now: float) -> Status:
        """Return the desk in figures."""
        return await self._thread(lambda: self._reader.status(now))

    async def ticket(self, number: int) -> Story | None:
        """Return a ticket with its history, None if there is no such ticket."""
        return await self._thread(lambda: self._reader.ticket(number))

    async def tickets(self, ended: bool) -> tuple[Ticket, ...]:
        """Return the open tickets in the order of their numbers, or all of them with the ended ones."""
        return await self._thread(lambda: self._reader.tickets(ended))

    async def aside(self) -> tuple[AsideLine, ...]:
        """Return what was set aside, oldest first."""
        return await self._thread(self._reader.aside)

    async def aside_raw(self, identifier: int) -> RawMessage | None:
        """Return a message that was set aside, with its bytes; None if there is none of that id."""
        return await self._thread(lambda: self._reader.aside_raw(identifier))

    async def outbox(self, everything: bool) -> tuple[OutboxLine, ...]:
        """Return the outgoing mails, oldest first: those not yet sent, or everything."""
        return await self._thread(lambda: self._reader.outbox(everything))

    async def _thread(self, question: Callable[[], Answer]) -> Answer:
        return await get_running_loop().run_in_executor(self._readers, question)
