"""What the last comparison of each mailbox with the store came to."""

from collections.abc import Sequence

from sqlalchemy import Column, Connection, Double, Integer, String, Table, select

from store.model.mailbox import Comparison, Difference
from store.schema import metadata
from store.upsert import of, upsert

_NAMES = {one: one.value.replace("-", "_") for one in Difference}

comparison = Table(
    "comparison",
    metadata,
    Column("account", String(320), primary_key=True),
    Column("at", Double, nullable=False),
    Column("messages", Integer, nullable=False),
    Column("stored", Integer, nullable=False),
    *(Column(name, Integer, nullable=False) for name in _NAMES.values()),
    sqlite_with_rowid=False,
)

_ALL = select(comparison).order_by(comparison.c.account)
_KEEP = upsert(
    comparison, ("account",), lambda came: {one.name: came[one.name] for one in comparison.c if one.name != "account"}
)


def keep(connection: Connection, compared: Sequence[Comparison]) -> list[None]:
    """Write down what comparisons came to; the last one of a mailbox holds."""
    for one in compared:
        counts = dict.fromkeys(_NAMES.values(), 0) | {_NAMES[what]: many for what, many in one.differences}
        row = {"account": one.account, "at": one.at, "messages": one.messages, "stored": one.stored, **counts}
        connection.execute(of(_KEEP, connection), row)
    return [None] * len(compared)


def listing(connection: Connection) -> tuple[Comparison, ...]:
    """Return the last comparison of each mailbox."""
    return tuple(
        Comparison(
            row.account,
            row.at,
            row.messages,
            row.stored,
            tuple((what, many) for what, name in _NAMES.items() if (many := getattr(row, name))),
        )
        for row in connection.execute(_ALL)
    )
