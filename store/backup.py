"""A copy of a store while others write it; whoever opens the copy sends nothing until a person says so."""

import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path

from store.database import file_of
from store.steps import require_current

PAGES = 500  # copied at once; in between, others may write
PAUSE_SECONDS = 0.01


class NeedsItsOwnTool(Exception):  # noqa: N818 - it reads as what is the case
    """The database has a better tool for it."""


def back_up(url: str, to: Path) -> None:
    """Copy an SQLite store into a new file, as of one moment; beside a running daemon, too.

    Raises:
        NeedsItsOwnTool: it is no SQLite store.
        FileExistsError: nothing is overwritten.
        SchemaOutdated: the store has to be migrated first.

    """
    path = file_of(url)
    if path is None:
        raise NeedsItsOwnTool
    require_current(url)
    to.touch(mode=0o600, exist_ok=False)
    with ExitStack() as undo:
        undo.callback(to.unlink)
        _copy(path, to)
        undo.pop_all()


def _copy(path: Path, to: Path) -> None:
    there = f"{path.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(there, uri=True)) as source, closing(sqlite3.connect(to)) as copy:
        source.execute("BEGIN")  # one moment, however long it takes
        source.execute("SELECT 1 FROM counter").fetchone()
        source.backup(copy, pages=PAGES, sleep=PAUSE_SECONDS)
        copy.execute("UPDATE counter SET value = 1 WHERE name = 'stopped'")
        copy.commit()
        copy.execute("PRAGMA journal_mode=DELETE")
