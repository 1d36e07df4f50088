"""A message that was filed with one ticket is filed with another: it opens that one, or returns to where it was."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select, update

from store.model.changes import Refile
from store.schema import known_id, message

_THERE = (
    select(message.c.id, message.c.ticket)
    .where(message.c.id.in_(bindparam("rows", expanding=True)))
    .order_by(message.c.id)
    .with_for_update()
)
_FREE = update(message).where(message.c.number == bindparam("opened")).values(number=None)
_REFILE = (
    update(message)
    .where(message.c.id == bindparam("row"))
    .values(ticket=bindparam("to_"), number=bindparam("opens_"), unverified=False)
)
_KNOWN = update(known_id).where(known_id.c.message == bindparam("row")).values(ticket=bindparam("to_"))


def there(connection: Connection, refiles: Sequence[Refile]) -> bool:
    """Say whether all these messages are still filed where they were seen; they stay so until the transaction ends."""
    if not refiles:
        return True
    found = {row.id: row.ticket for row in connection.execute(_THERE, {"rows": [one.message for one in refiles]})}
    return all(found.get(one.message) == one.of for one in refiles)


def refile(connection: Connection, refiles: Sequence[Refile], opened: int | None) -> None:
    """File messages anew; one that opens a ticket is from now on the message that opened it."""
    for one in refiles:
        to = opened if one.to is None else one.to
        connection.execute(_FREE, {"opened": opened if one.to is None else one.of})
        connection.execute(_REFILE, {"row": one.message, "to_": to, "opens_": opened if one.to is None else None})
        connection.execute(_KNOWN, {"row": one.message, "to_": to})
