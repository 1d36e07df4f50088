"""Messages as witnesses: the newest ones, or the one of an identifier, and what the database says the time is."""

from sqlalchemy import Connection, bindparam, select, text

from store.model.message import RawMessage
from store.processing import read
from store.schema import message

_NEWEST = select(message.c.id, message.c.fence).order_by(message.c.id.desc()).limit(bindparam("most"))
_NAMED = select(message.c.id, message.c.fence).where(message.c.message_id == bindparam("named")).limit(1)
_MOMENT = text("SELECT extract(epoch FROM clock_timestamp())")


def newest(connection: Connection, most: int) -> tuple[RawMessage, ...]:
    """Return so many of the messages that came last."""
    rows = connection.execute(_NEWEST, {"most": most}).all()
    return read(connection, [[(row.id, row.fence) for row in rows]])[0]


def named(connection: Connection, message_id: str) -> RawMessage | None:
    """Return the message of a Message-ID, if it came."""
    rows = connection.execute(_NAMED, {"named": message_id}).all()
    return next(iter(read(connection, [[(row.id, row.fence) for row in rows]])[0]), None)


def moment(connection: Connection) -> float | None:
    """Return the time of the database's own machine (epoch seconds); None where it has no clock but ours."""
    if connection.dialect.name == "sqlite":
        return None
    return float(connection.execute(_MOMENT).scalar_one())
