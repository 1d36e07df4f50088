"""From when on a member's secret addresses count: raised when the member says that somebody else used them."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select

from store.model.facts import Clues, Epoch, SentMail
from store.schema import epoch
from store.upsert import of, upsert

_RAISE = upsert(epoch, ("address",), lambda came: {"number": epoch.c.number + 1, "since": came.since})
_READ = select(epoch.c.address, epoch.c.since).where(epoch.c.address.in_(bindparam("addresses", expanding=True)))


def begin(connection: Connection, addresses: Sequence[tuple[str, float]]) -> None:
    """Begin a new epoch for members, given as (address, epoch seconds)."""
    rows = [{"address": address.casefold(), "number": 1, "since": since} for address, since in addresses]
    if rows:
        connection.execute(of(_RAISE, connection), rows)


def of_answered(
    connection: Connection, every: Sequence[Clues], sent: Sequence[tuple[SentMail, ...]]
) -> list[tuple[Epoch, ...]]:
    """Return the epochs of those whose secret addresses were used; nothing is looked up where none was."""
    used = [
        {mail.to.casefold() for mail in mails if mail.mark in (*clues.command_marks, *clues.confirm_marks)}
        for clues, mails in zip(every, sent, strict=True)
    ]
    wanted = sorted(set().union(*used))
    rows = connection.execute(_READ, {"addresses": wanted}) if wanted else ()
    found = {row.address: Epoch(row.address, row.since) for row in rows}
    return [tuple(found[address] for address in sorted(addresses) if address in found) for addresses in used]
