"""What the team taught, kept as it was said: rows are added and never changed."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Connection, func, insert, select

from store.model.correction import Correction
from store.schema import correction

MOST = 2000  # corrections that are read, the latest
FEW = 50  # of the latest that tell whether there are new ones: two processes may commit in the other order

_ADD = insert(correction)
_NEWEST = select(func.coalesce(func.max(correction.c.id), 0)).scalar_subquery()
_LATEST = select(correction.c.id).where(correction.c.id > _NEWEST - FEW).order_by(correction.c.id)
_READ = select(correction).where(correction.c.id > _NEWEST - MOST).order_by(correction.c.id)


def add(connection: Connection, corrections: Sequence[Correction]) -> list[None]:
    """Keep corrections."""
    if corrections:
        connection.execute(_ADD, [asdict(one) for one in corrections])
    return [None] * len(corrections)


def latest(connection: Connection) -> tuple[int, ...]:
    """Return the rows of the latest few: whoever sees the same ones again has nothing new to learn."""
    return tuple(connection.execute(_LATEST).scalars())


def read(connection: Connection) -> tuple[Correction, ...]:
    """Return the latest corrections in the order in which they were given."""
    return tuple(
        Correction(row.ticket, row.said, row.who, row.at, row.definition, row.score, row.subject, row.text)
        for row in connection.execute(_READ)
    )
