"""Numbers that count up without a gap, whoever asks."""

from sqlalchemy import Connection, bindparam, select, update

from store.schema import counter

TICKET = "ticket"

_TAKE = update(counter).where(counter.c.name == bindparam("which")).values(value=counter.c.value + bindparam("many"))
_LAST = select(counter.c.value).where(counter.c.name == bindparam("which"))


def take(connection: Connection, name: str, many: int) -> int:
    """Return the first of so many new numbers; they are given back if the transaction is undone."""
    connection.execute(_TAKE, {"which": name, "many": many})
    last: int = connection.execute(_LAST, {"which": name}).scalar_one()
    return last - many + 1
