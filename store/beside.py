"""What a command changes in a store beside a running daemon: one transaction, and the store is let go."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from store import numbers, processing
from store.database import writing
from store.steps import require_current


def retry_aside(url: str, identifier: int, now: float) -> bool:
    """Take a message up anew that was set aside, beside a running daemon; False if none of that id was.

    Raises:
        SchemaOutdated: the store has to be migrated first.

    """
    with _changing(url) as connection:
        return processing.retry(connection, [(identifier, now)])[0]


def release_sending(url: str) -> bool:
    """Let mail leave again from a store that was restored; False if nothing held it.

    Raises:
        SchemaOutdated: the store has to be migrated first.

    """
    with _changing(url) as connection:
        return numbers.stop(connection, stopped=False)


@contextmanager
def _changing(url: str) -> Iterator[Connection]:
    require_current(url)
    engine = writing(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()
