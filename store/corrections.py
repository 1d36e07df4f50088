"""What the team taught, kept as it was said: rows are added and never changed."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Connection, Row, bindparam, func, insert, select

from store.model.correction import Correction
from store.model.facts import Taught
from store.schema import correction

MOST = 2000  # corrections that are read, the latest
FEW = 50  # of the latest that tell whether there are new ones: two processes may commit in the other order

_ADD = insert(correction)
_NEWEST = select(func.coalesce(func.max(correction.c.id), 0)).scalar_subquery()
_LATEST = select(correction.c.id).where(correction.c.id > _NEWEST - FEW).order_by(correction.c.id)
_UNDONE = select(correction.c.undoes).where(correction.c.id > _NEWEST - MOST, correction.c.undoes.is_not(None))
_HOLDING = (
    select(correction).where(correction.c.undoes.is_(None), correction.c.id.not_in(_UNDONE)).order_by(correction.c.id)
)
_READ = _HOLDING.where(correction.c.id > _NEWEST - MOST)
_OF_TICKET = (
    select(correction).where(correction.c.ticket == bindparam("ticket_")).order_by(correction.c.id.desc()).limit(MOST)
)


def add(connection: Connection, corrections: Sequence[Correction]) -> list[None]:
    """Keep corrections that no message gave."""
    put(connection, [(None, one) for one in corrections])
    return [None] * len(corrections)


def put(connection: Connection, corrections: Sequence[tuple[int | None, Correction]]) -> None:
    """Keep corrections, each with the message that gave it."""
    if corrections:
        connection.execute(_ADD, [{**asdict(one), "message": cause} for cause, one in corrections])


def latest(connection: Connection) -> tuple[int, ...]:
    """Return the rows of the latest few: whoever sees the same ones again has nothing new to learn."""
    return tuple(connection.execute(_LATEST).scalars())


def read(connection: Connection) -> tuple[Correction, ...]:
    """Return the latest corrections that nobody took back, in the order in which they were given."""
    return tuple(_correction(row) for row in connection.execute(_READ))


def taught(connection: Connection, ticket: int) -> tuple[Taught, ...]:
    """Return what was learned from a ticket and holds, oldest first."""
    rows = connection.execute(_OF_TICKET, {"ticket_": ticket}).all()
    undone = {row.undoes for row in rows}
    holding = [row for row in reversed(rows) if row.undoes is None and row.id not in undone]
    return tuple(Taught(row.id, row.message, _correction(row)) for row in holding)


def _correction(row: Row[tuple[object, ...]]) -> Correction:
    return Correction(row.ticket, row.said, row.who, row.at, row.definition, row.score, row.subject, row.text)
