"""Erase an address in small steps beside a running daemon, so that nobody's mail waits long for the lock."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, bindparam, select, text

from store.database import reading, writing
from store.model.privacy import Traces
from store.portions import portions
from store.privacy import hashes, traces, wiping
from store.schema import message_raw
from store.steps import require_current

STEP = 20  # messages, mails or tickets in one transaction
ROUNDS = 3  # more may come in while it is erased
_TOUCHED = ("message", "message_raw", "mail", "mail_raw", "ticket", "event", "verdict", "correction", "known_id")


@dataclass(frozen=True, slots=True)
class Remains:
    """What was erased, and what still speaks of the address."""

    erased: Traces
    quoting: tuple[int, ...]  # tickets in which messages of others have the address, or words of theirs, in them


class Eraser:
    """A store that is being erased from; close it."""

    def __init__(self, url: str, secrets: Sequence[bytes]) -> None:
        """Open a store that is up to date.

        Raises:
            SchemaOutdated: it has to be migrated first.

        """
        require_current(url)
        self._reading, self._writing = reading(url, bounded=False), writing(url, bounded=False)  # it reads all history
        self._secret = hashes.first(secrets)

    def close(self) -> None:
        """Let go of the database."""
        self._reading.dispose()
        self._writing.dispose()

    def find(self, address: str, is_theirs: traces.IsTheirs) -> Traces:
        """Return where a folded address is found."""
        return traces.find(self._reading, address, is_theirs)

    def raws(self, rows: Sequence[int]) -> Iterator[bytes]:
        """Yield the bytes of messages."""
        for part in portions(rows, STEP):
            with self._reading.begin() as connection:
                yield from map(bytes, connection.execute(_RAWS, {"rows": part}).scalars())

    def erase(self, address: str, is_theirs: traces.IsTheirs, quotes: Callable[[bytes], bool], now: float) -> Remains:
        """Erase all of an address, and say in which tickets others still quote it."""
        every: list[Traces] = []
        while len(every) < ROUNDS and (found := self.find(address, is_theirs)):
            self._wipe(found, now)
            every.append(found)
        with self._writing.begin() as connection:
            wiping.wipe_address(connection, address)
        _make_sure(self._writing)
        whole = Traces(*(tuple(sorted({row for found in every for row in part(found)})) for part in _PARTS))
        return Remains(whole, traces.quoting(self._reading, whole, address, quotes))

    def _wipe(self, found: Traces, now: float) -> None:
        def of_messages(connection: Connection, rows: Sequence[int]) -> None:
            wiping.wipe_messages(connection, rows, now, self._secret)

        def of_mails(connection: Connection, rows: Sequence[int]) -> None:
            wiping.wipe_mails(connection, rows, now)

        for rows, wipe in (
            (found.messages, of_messages),
            (found.mails, of_mails),
            (found.reported, wiping.wipe_tickets),
        ):
            for part in portions(rows, STEP):
                with self._writing.begin() as connection:
                    wipe(connection, part)


_RAWS = select(message_raw.c.raw).where(message_raw.c.message.in_(bindparam("rows", expanding=True)))
_PARTS: tuple[Callable[[Traces], tuple[int, ...]], ...] = (
    lambda found: found.messages,
    lambda found: found.reported,
    lambda found: found.mails,
    lambda found: found.joined,
)


def _make_sure(engine: Engine) -> None:
    """Have the database overwrite what was deleted, as far as it can be told to."""
    if engine.dialect.name == "sqlite":  # freed pages are zeroed when they are freed; the log still has the old ones
        with engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            if raw is not None:
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"VACUUM {', '.join(_TOUCHED)}"))
