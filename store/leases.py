"""The leases of a process that is gone are ended, so that its work is taken up at once."""

from sqlalchemy import Engine

from store import outbox, processing


def take_over(engine: Engine) -> None:
    """End every lease of the process that had this store before."""
    with engine.begin() as connection:
        processing.release(connection)
        outbox.release(connection)
