"""The message that opened a ticket."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select

from store.model.history import STRANGER, WROTE_AGAIN
from store.model.message import RawMessage
from store.processing import read
from store.schema import event, message

_ORIGINAL = select(message.c.id, message.c.fence).where(message.c.number == bindparam("ticket_"))

MOST_ADDED = 20  # messages that one letter tells of
_ADDED = (
    select(message.c.id, message.c.fence)
    .join(event, event.c.message == message.c.id)
    .where(
        event.c.ticket == bindparam("ticket_"),
        event.c.at > bindparam("since"),
        event.c.what.startswith(WROTE_AGAIN) | event.c.what.startswith(STRANGER),
    )
    .order_by(event.c.id)
    .limit(MOST_ADDED)
)


def original(connection: Connection, number: int) -> RawMessage | None:
    """Return the message that opened a ticket, None if there is none (any more)."""
    found = connection.execute(_ORIGINAL, {"ticket_": number}).one_or_none()
    return next(iter(read(connection, [[(found.id, found.fence)]])[0]), None) if found else None


def originals(connection: Connection, numbers: Sequence[int]) -> list[RawMessage | None]:
    """Return the messages that opened these tickets."""
    return [original(connection, number) for number in numbers]


def added(connection: Connection, asked: Sequence[tuple[int, float]]) -> list[tuple[RawMessage, ...]]:
    """Return the messages that were added to these tickets after a moment each (epoch seconds), oldest first."""
    found = []
    for number, since in asked:
        rows = connection.execute(_ADDED, {"ticket_": number, "since": since}).all()
        found.append(read(connection, [[(row.id, row.fence) for row in rows]])[0])
    return found


def cause(connection: Connection, number: int | None) -> int | None:
    """Return the row of the message that opened a ticket, None if there is none (any more)."""
    found = connection.execute(_ORIGINAL, {"ticket_": number}).one_or_none() if number is not None else None
    return found.id if found else None
