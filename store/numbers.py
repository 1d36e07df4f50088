"""Numbers that count up without a gap, whoever asks."""

from sqlalchemy import Connection, bindparam, select, update

from store.prepared import ask
from store.schema import counter

TICKET = "ticket"
STOPPED = "stopped"  # 1: nothing is sent, since this store is a copy of another

_TAKE = (
    update(counter)
    .where(counter.c.name == bindparam("which"))
    .values(value=counter.c.value + bindparam("many"))
    .returning(counter.c.value)
)
_LAST = select(counter.c.value).where(counter.c.name == bindparam("which"))


def take(connection: Connection, name: str, many: int) -> int:
    """Return the first of so many new numbers; they are given back if the transaction is undone."""
    ((last,),) = ask(connection, _TAKE, {"which": name, "many": many})
    return int(last) - many + 1


def is_stopped(connection: Connection) -> bool:
    """Say whether nothing may be sent until a person says so."""
    return bool(connection.execute(_LAST, {"which": STOPPED}).scalar_one_or_none())


def stop(connection: Connection, stopped: bool) -> bool:
    """Stop all sending, or release it; says whether that is new."""
    before = is_stopped(connection)
    connection.execute(update(counter).where(counter.c.name == STOPPED).values(value=int(stopped)))
    return before is not stopped
