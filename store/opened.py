"""A store that is opened: its lock, its one writer, and its readers; what is done with them stands in `store.store`."""

import os
from asyncio import get_running_loop, to_thread
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Self, TypeVar

from sqlalchemy import Engine

from store import filing, mailboxes, outbox, processing
from store.batches import Batches
from store.database import READERS, file_of, writing
from store.lock import Lock, take
from store.migrate import migrate
from store.privacy.hashes import Erased
from store.reader import Reader

Answer = TypeVar("Answer")


# They lock a row that every process wants: what the desk has spent this minute, and the latest number of a ticket.
_WANTED_BY_ALL = (filing.commit, processing.take_numbers, processing.reserve)


class Opened:
    """Open it with `open`, close it with `close`."""

    def __init__(self, url: str, lock: Lock | None, secrets: Sequence[bytes] = (), *, hurried: bool = False) -> None:
        self._lock = lock
        self._erased = Erased(secrets)
        self._shared = file_of(url) is None
        self._reader = Reader(url)
        self._readers = ThreadPoolExecutor(READERS - 1, thread_name_prefix="store-reader")
        self._engine = writing(url, hurried=hurried)
        if lock:
            _take_over(self._engine)
        self._writing = Batches(self._engine, "store-writer", last=_WANTED_BY_ALL)
        self._asking = Batches(self._reader.engine, "store-facts", crowd=1)  # a message asks it once, and nothing waits
        self._reader.ask(self._erased.refresh)

    @classmethod
    def open(
        cls,
        url: str,
        *,
        alone: bool = True,
        migrating: bool = False,
        secrets: Sequence[bytes] = (),
        hurried: bool = False,
    ) -> Self:
        """Open a store that is up to date.

        Args:
            url: `sqlite:///PATH` or `postgresql://…`.
            alone: take an SQLite store for this process, and end the leases of the one that had it before; False joins
                a daemon that runs on it, as an import does. On PostgreSQL every process joins.
            secrets: the desk's keys, by which messages are known again that were erased.
            migrating: bring it up to date first, under the lock that is kept from then on.
            hurried: a loss of power may undo the latest that is written; only for what can be done again.

        Raises:
            StoreInUse: another process has taken this SQLite store.
            SchemaOutdated: the store has to be migrated first, or a newer program did so.

        """
        path = file_of(url)
        lock = take(path, os.getpid()) if path and alone else None
        with ExitStack() as undo:
            if lock:
                undo.callback(lock.release)
            if migrating:
                migrate(url, locked=lock is not None)
            store = cls(url, lock, secrets, hurried=hurried)
            undo.pop_all()
        return store

    async def close(self) -> None:
        """Write what waits, then let go of everything."""
        await to_thread(self._close)

    def _close(self) -> None:
        self._writing.close()
        self._asking.close()
        self._readers.shutdown()
        self._engine.dispose()
        self._reader.close()
        if self._lock:
            self._lock.release()

    async def _thread(self, question: Callable[[], Answer]) -> Answer:
        return await get_running_loop().run_in_executor(self._readers, question)


def _take_over(engine: Engine) -> None:
    """End every lease of the process that had this store before."""
    with engine.begin() as connection:
        processing.release(connection)
        outbox.release(connection)
        mailboxes.release(connection)
