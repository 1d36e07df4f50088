"""One thread works, and all who wait at one moment share one transaction (group commit).

A caller hands over an item and the *bulk* that knows how to do many such items at once, and awaits a future. The thread
takes all that waits, does it in one transaction, and only after the commit are the futures resolved. One who comes
alone is served at once; after a crowd the thread pauses for a moment, so that the next transaction is a large one too.
If anything fails, the transaction is undone and the items are tried one by one: a bad item fails alone.

What is done in one transaction is done in the same order in every process, so that two of them never wait for each
other's rows in a circle; and what locks rows that all of them want comes last, so that they are held shortly.

The connection is kept from one transaction to the next, and let go after a fault or when nothing is to be done, so that
the pool looks at it before it is used again.
"""

from asyncio import AbstractEventLoop, Future, get_running_loop
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from time import sleep
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, RootTransaction
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from store.database import contended, no_room

MOST_AT_ONCE = 200
CROWD = 4  # items in one transaction from which the next one is waited for a moment
GATHERING_SECONDS = 0.003
TRIES = 5  # of one item that others stand in the way of
IDLE_SECONDS = 1.0  # without work, until the connection is let go
FAULTS = (SQLAlchemyError, ArithmeticError, AttributeError, LookupError, MemoryError, OSError, TypeError, ValueError)

Item = TypeVar("Item")
Result = TypeVar("Result")
Bulk = Callable[[Connection, Sequence[Item]], Sequence[Result]]
"""Does many items of one sort within a transaction; one result for each item, in order."""


class Closed(Exception):  # noqa: N818 - it reads as what is the case
    """The store was closed before this could be done; nothing of it was."""


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    bulk: Bulk[Any, Any]
    item: Any
    future: Future[Any]


_Outcome = tuple[_Job, Any, BaseException | None]


class Batches:
    """The thread, and the queue in front of it."""

    def __init__(self, engine: Engine, name: str, crowd: int = CROWD, last: Sequence[Bulk[Any, Any]] = ()) -> None:
        """Start the thread; after so many items at once it pauses for a moment. What is `last` ends a transaction."""
        self._engine = engine
        self._crowd = crowd
        self._last = {bulk: place for place, bulk in enumerate(last, 1)}
        self._waiting: SimpleQueue[_Job | None] = SimpleQueue()
        self._closed = False
        self._connection: Connection | None = None  # used by the thread alone
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    async def do(self, bulk: Bulk[Item, Result], item: Item) -> Result:
        """Do one item together with whatever else waits; returns once it is committed.

        Raises:
            Closed: the store is closed.
            OSError: with ENOSPC, the disk is full.
            Exception: what the database or the bulk said of this very item.

        """
        if self._closed:
            raise Closed
        future: Future[Result] = get_running_loop().create_future()
        self._waiting.put(_Job(bulk, item, future))
        return await future

    def close(self) -> None:
        """Do what waits, then end the thread; blocks until that is done."""
        if not self._closed:
            self._closed = True
            self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        try:
            while batch := self._take():
                _resolve(self._do(batch))
                if len(batch) >= self._crowd:
                    sleep(GATHERING_SECONDS)
        finally:
            self._closed = True
            self._let_go()
            _resolve((job, None, Closed()) for job in self._rest())

    def _take(self) -> list[_Job]:
        """Wait for work and return all of it; an empty list means the end."""
        batch: list[_Job] = []
        try:
            job = self._waiting.get(timeout=IDLE_SECONDS if self._connection else None)
        except Empty:
            self._let_go()
            job = self._waiting.get()
        while job is not None:
            batch.append(job)
            if len(batch) == MOST_AT_ONCE:
                return batch
            try:
                job = self._waiting.get_nowait()
            except Empty:
                return batch
        self._waiting.put(None)  # the end comes after the work that stood before it
        return batch

    def _rest(self) -> Iterable[_Job]:
        while not self._waiting.empty():
            job = self._waiting.get()
            if job is not None:
                yield job

    def _do(self, batch: list[_Job], tries: int = TRIES) -> list[_Outcome]:
        kept = self._connection is not None
        try:
            transaction = self._begin()
        except FAULTS as fault:  # no database, or somebody else's lock: no single item is to blame
            self._let_go()
            return [(job, None, no_room(fault) or fault) for job in batch]
        try:
            with transaction:
                return self._work(transaction.connection, batch)
        except FAULTS as fault:
            self._let_go()
            if kept and isinstance(fault, DBAPIError) and fault.connection_invalidated:
                return self._do(batch, tries)  # it was lost meanwhile: whole once more on a new one, if there is one
            if len(batch) == 1 and not (tries > 1 and contended(fault)):
                return [(batch[0], None, no_room(fault) or fault)]
        return [outcome for job in batch for outcome in self._do([job], tries - 1)]

    def _begin(self) -> RootTransaction:
        self._connection = self._connection or self._engine.connect()
        return self._connection.begin()

    def _work(self, connection: Connection, batch: list[_Job]) -> list[_Outcome]:
        groups: dict[Bulk[Any, Any], list[_Job]] = {}
        for job in batch:
            groups.setdefault(job.bulk, []).append(job)
        outcomes: list[_Outcome] = []
        for bulk, jobs in sorted(groups.items(), key=self._turn):
            results = bulk(connection, [job.item for job in jobs])
            outcomes += [(job, result, None) for job, result in zip(jobs, results, strict=True)]
        return outcomes

    def _turn(self, group: tuple[Bulk[Any, Any], list[_Job]]) -> tuple[int, str]:
        """Return when a group is done: by what it does, never by who came first."""
        bulk, _ = group
        return self._last.get(bulk, 0), f"{bulk.__module__}.{getattr(bulk, '__qualname__', '')}"

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection:
            with suppress(*FAULTS):  # the database may be gone
                connection.close()


def _resolve(outcomes: Iterable[_Outcome]) -> None:
    """Tell every caller, with one call into each event loop that waits."""
    loops: dict[AbstractEventLoop, list[_Outcome]] = {}
    for outcome in outcomes:
        loops.setdefault(outcome[0].future.get_loop(), []).append(outcome)
    for loop, theirs in loops.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_tell, theirs)


def _tell(outcomes: list[_Outcome]) -> None:
    for job, result, fault in outcomes:
        if job.future.done():  # the caller was cancelled; what was done stays done
            continue
        if fault is None:
            job.future.set_result(result)
        else:
            job.future.set_exception(fault)
