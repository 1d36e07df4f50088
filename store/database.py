"""Open the database that a URL names, with what durability asks of it."""

import errno
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url

from store.prepared import say

READERS = 4  # threads that read at once

_DISK_FULL = "53100"  # PostgreSQL's disk_full
_CONTENDED = ("40P01", "40001")  # deadlock_detected, serialization_failure
_SQLITE = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # NORMAL may lose the last commits at power loss, and a 250 has been said by then
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=5000",
    "PRAGMA cache_size=-32768",  # KiB
    "PRAGMA wal_autocheckpoint=4000",  # pages; a page that many commits touch is copied back once
    "PRAGMA temp_store=MEMORY",
    "PRAGMA secure_delete=ON",  # what is erased is overwritten, and not only unlinked
)


def writing(url: str, *, hurried: bool = False, bounded: bool = True) -> Engine:
    """Return an engine of one connection whose transactions hold the write lock from their start.

    What is `hurried` may be undone by a loss of power, the latest transactions of it, each as a whole. What is not
    `bounded` may take a server as long as it wants.
    """
    at = _address(url)
    if at.get_backend_name() == "sqlite":
        engine = create_engine(at, pool_size=1, max_overflow=0, hide_parameters=True)
        _prepare(engine, (*_SQLITE, "PRAGMA synchronous=NORMAL") if hurried else _SQLITE, "BEGIN IMMEDIATE")
        return engine
    return _served(at, 1, bounded=bounded)


def reading(url: str, *, bounded: bool = True) -> Engine:
    """Return an engine whose transactions see one moment of the store and can change nothing.

    What is not `bounded` may take a server as long as it wants.
    """
    at = _address(url)
    if at.get_backend_name() == "sqlite":
        engine = create_engine(at, pool_size=READERS, max_overflow=0, hide_parameters=True)
        _prepare(engine, (*_SQLITE[2:], "PRAGMA query_only=ON"), "BEGIN")
        return engine
    options = {"isolation_level": "REPEATABLE READ", "execution_options": {"postgresql_readonly": True}}
    return _served(at, READERS, bounded=bounded, **options)


def file_of(url: str) -> Path | None:
    """Return the file of a SQLite store, None for a database server.

    Raises:
        ValueError: an SQLite URL without a file; a store in memory survives nothing.

    """
    at = make_url(url)
    if at.get_backend_name() != "sqlite":
        return None
    if not at.database or at.database == ":memory:":
        raise ValueError("an SQLite store needs a file: sqlite:///triaged.db")
    return Path(at.database)


def contended(fault: BaseException) -> bool:
    """Say whether others stood in the way of a transaction, which was undone and may be tried again at once."""
    return getattr(getattr(fault, "orig", None), "sqlstate", None) in _CONTENDED


def no_room(fault: BaseException) -> OSError | None:
    """Return what a full disk would have said, if that is what the database complains of."""
    said = getattr(fault, "orig", None)
    full = getattr(said, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    if not full and getattr(said, "sqlstate", None) != _DISK_FULL:
        return None
    error = OSError(errno.ENOSPC, "the disk of the store is full")
    error.__cause__ = fault
    return error


def _address(url: str) -> URL:
    at = make_url(url)
    if at.get_backend_name() == "sqlite":
        file_of(url)
        return at.set(drivername="sqlite+pysqlite", query={"check_same_thread": "false"})
    return at.set(drivername="postgresql+psycopg")


def _served(at: URL, connections: int, *, bounded: bool = True, **options: Any) -> Engine:
    """Return an engine of a server; a fault is told, and never with a word of the mail that met it."""
    from store.server import LINE, introduce  # noqa: PLC0415 - its library is an extra, for whom it serves

    at = at.set(query={**LINE, **at.query})
    engine = create_engine(
        at, pool_size=connections, max_overflow=0, pool_pre_ping=True, hide_parameters=True, **options
    )
    introduce(engine, bounded=bounded)
    return engine


def _prepare(engine: Engine, pragmas: tuple[str, ...], begin: str) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: Any, record: object) -> None:  # noqa: ARG001
        connection.isolation_level = None  # the driver's own idea of transactions commits behind our back
        for pragma in pragmas:
            connection.execute(pragma).close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        say(connection, begin)
