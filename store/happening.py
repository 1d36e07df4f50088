"""What time alone brings about, written at once: once for ever by its key, of tickets as they were looked at."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, select

from store.health import write as write_alarms
from store.model.occasion import Occasion
from store.model.outbox import NewMail
from store.moving import as_seen, event_row, write
from store.original import cause
from store.outbox import Posting, put
from store.roster import invite, record
from store.schema import event, occasion, verdict
from store.upsert import of, upsert
from store.verdicts import row_of


@dataclass(frozen=True, slots=True)
class Happening:
    """An occasion, with the mails that its drafts became."""

    occasion: Occasion
    mails: tuple[NewMail, ...]
    now: float


_ONCE = upsert(occasion, ("key",), lambda _: {}, returning=("key",))
_HAPPENED = select(occasion.c.key, occasion.c.at).where(occasion.c.key.in_(bindparam("keys", expanding=True)))


def happen(connection: Connection, happenings: Sequence[Happening]) -> list[bool]:
    """Write down occasions with all that follows; says for each whether it did, and nothing is written if not.

    Whoever writes the key, or changes one of the tickets, first decides: for everybody else it is over.
    """
    return [_happen(connection, one) for one in happenings]


def happened(connection: Connection, asked: Sequence[Sequence[str]]) -> list[dict[str, float]]:
    """Return which of these keys happened, and when (epoch seconds)."""
    return [{row.key: row.at for row in connection.execute(_HAPPENED, {"keys": list(keys)})} for keys in asked]


def _happen(connection: Connection, happening: Happening) -> bool:
    what, now = happening.occasion, happening.now
    if not as_seen(connection, what.moves):
        return False
    if connection.execute(of(_ONCE, connection), {"key": what.key, "at": now}).first() is None:
        return False
    for change in what.moves:
        write(connection, change, now)
    if what.verdict and what.moves:
        connection.execute(insert(verdict), [row_of(what.moves[0].ticket, what.verdict, now)])
    history = [event_row(change.ticket, None, one) for change in what.moves for one in change.events]
    if history:
        connection.execute(insert(event), history)
    write_alarms(connection, what.raised, what.passed)
    record(connection, [what.shifts])
    invite(connection, what.invitations)
    put(connection, [Posting(cause(connection, mail.ticket), mail, now) for mail in happening.mails])
    return True
