"""Hold back what is infected or was not looked at, and let go what proves to be clean."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from store.model.message import RawMessage, Safety
from store.model.outbox import MailKind
from store.model.quarantine import Look, Unscanned
from store.model.ticket import Event
from store.moving import event_row
from store.outbox import Posting, put
from store.processing import read
from store.quarantine.tables import quarantine
from store.schema import event, mail, message

AGAIN_SECONDS = 60.0  # until the scanner is asked once more
CLEARED = "original and attachments are free: the virus scanner found nothing"
HELD = "original and attachments are held back: "

_HOLD = insert(quarantine)
_DUE = (
    select(message.c.id, message.c.fence, message.c.ticket)
    .join(quarantine, quarantine.c.message == message.c.id)
    .where(quarantine.c.again <= bindparam("now"))
    .order_by(quarantine.c.again, message.c.id)
    .limit(bindparam("most"))
)
_TO = (
    select(mail.c.recipient)
    .where(
        mail.c.ticket == bindparam("number"),
        mail.c.kind == MailKind.FORWARD,
        mail.c.created_at >= bindparam("since"),
        mail.c.recipient != "",
    )
    .group_by(mail.c.recipient)
    .order_by(mail.c.recipient)
)
_ITS = quarantine.c.message == bindparam("row")
_WAITS = quarantine.c.again.is_not(None)  # whoever looks first decides
_FREE = delete(quarantine).where(_ITS, _WAITS)
_KEEP = (
    update(quarantine)
    .where(_ITS, _WAITS)
    .values(safety=bindparam("found"), words=bindparam("said"), again=bindparam("later"))
)


def hold(connection: Connection, works: Sequence[tuple[RawMessage, float]]) -> None:
    """Write down which messages may not leave, each with the present moment; those that may are passed over."""
    rows = [
        {
            "message": work.id,
            "safety": scan.safety,
            "words": scan.words,
            "since": now,
            "again": now + AGAIN_SECONDS if scan.safety is Safety.UNSCANNED else None,
        }
        for work, now in works
        if (scan := work.quarantine)
    ]
    if rows:
        connection.execute(_HOLD, rows)


def unscanned(connection: Connection, wishes: Sequence[tuple[float, int]]) -> list[tuple[Unscanned, ...]]:
    """Return, for a moment and a number each, so many messages that are to be looked at again, oldest first."""
    found = []
    for now, most in wishes:
        due = connection.execute(_DUE, {"now": now, "most": most}).all()
        tickets = {row.id: row.ticket for row in due}
        works = read(connection, [[(row.id, row.fence) for row in due]])[0]
        found.append(tuple(_with_readers(connection, work, tickets[work.id]) for work in works))
    return found


def _with_readers(connection: Connection, work: RawMessage, number: int | None) -> Unscanned:
    if number is None:
        return Unscanned(work, None, ())
    to = connection.execute(_TO, {"number": number, "since": work.received_at}).scalars()
    return Unscanned(work, number, tuple(to))


def look(connection: Connection, looks: Sequence[tuple[Look, float]]) -> list[bool]:
    """Write down what came of looking again, each with the present moment; False where somebody else did."""
    return [_look(connection, one, now) for one, now in looks]


def _look(connection: Connection, one: Look, now: float) -> bool:
    row, scan = one.of.work.id, one.scan
    if scan.safety is Safety.CLEAN:
        held = connection.execute(_FREE, {"row": row})
    else:
        given = {"row": row, "found": scan.safety, "said": scan.words, "later": one.again}
        held = connection.execute(_KEEP, given)
    if held.rowcount != 1:
        return False
    if one.of.ticket is not None and scan.safety is not Safety.UNSCANNED:
        what = CLEARED if scan.safety is Safety.CLEAN else f"{HELD}infected, {scan.words}"
        connection.execute(insert(event), [event_row(one.of.ticket, row, Event(now, "triaged", what))])
    put(connection, [Posting(row, mail, now) for mail in one.mails])
    return True
