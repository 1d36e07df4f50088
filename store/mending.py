"""What a command line mends in a store beside a running daemon."""

from store import processing
from store.database import writing
from store.migrate import require_current


def retry_aside(url: str, identifier: int, now: float) -> bool:
    """Take a message up anew that was set aside, beside a running daemon; False if none of that id was.

    Raises:
        SchemaOutdated: the store has to be migrated first.

    """
    require_current(url)
    engine = writing(url)
    try:
        with engine.begin() as connection:
            return processing.retry(connection, [(identifier, now)])[0]
    finally:
        engine.dispose()
