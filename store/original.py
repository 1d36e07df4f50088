"""The message that opened a ticket."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select

from store.model.message import RawMessage
from store.processing import read
from store.schema import message

_ORIGINAL = select(message.c.id, message.c.fence).where(message.c.number == bindparam("ticket_"))


def original(connection: Connection, number: int) -> RawMessage | None:
    """Return the message that opened a ticket, None if there is none (any more)."""
    found = connection.execute(_ORIGINAL, {"ticket_": number}).one_or_none()
    return next(iter(read(connection, [[(found.id, found.fence)]])[0]), None) if found else None


def originals(connection: Connection, numbers: Sequence[int]) -> list[RawMessage | None]:
    """Return the messages that opened these tickets."""
    return [original(connection, number) for number in numbers]


def cause(connection: Connection, number: int | None) -> int | None:
    """Return the row of the message that opened a ticket, None if there is none (any more)."""
    found = connection.execute(_ORIGINAL, {"ticket_": number}).one_or_none() if number is not None else None
    return found.id if found else None
