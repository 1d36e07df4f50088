"""Questions put to the person on duty: those that nobody has answered in time, and what becomes of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, insert, select, true, update

from store.model.changes import Lapse
from store.model.facts import OpenQuestion
from store.model.message import RawMessage
from store.model.outbox import NewMail
from store.model.ticket import ENDED, State
from store.outbox import Posting, put
from store.processing import read
from store.recall import tickets
from store.schema import event, message, passage, ticket, verdict
from store.verdicts import row_of, verdict_of


@dataclass(frozen=True, slots=True)
class Lapsing:
    """A question whose time is over, and what follows."""

    lapse: Lapse
    mails: tuple[NewMail, ...]
    now: float


_DUE = (
    select(ticket.c.number)
    .where(ticket.c.asked_at <= bindparam("until"), ticket.c.unsure == true(), ticket.c.state == State.PAGED)
    .order_by(ticket.c.asked_at, ticket.c.number)
    .limit(bindparam("most"))
)
_LATEST = select(func.max(verdict.c.id)).where(verdict.c.ticket.in_(bindparam("numbers", expanding=True)))
_VERDICTS = select(verdict).where(verdict.c.id.in_(_LATEST.group_by(verdict.c.ticket)))
_CLOSE = (
    update(ticket)
    .where(
        ticket.c.number == bindparam("row"),
        ticket.c.asked_at.is_not(None),
        ticket.c.unsure == true(),
        ticket.c.state == State.PAGED,
    )
    .values(
        asked_at=None,
        unsure=False,
        verdict=bindparam("tag"),
        kind=bindparam("kind_"),
        state=bindparam("now_in"),
        ended_at=bindparam("ended"),
        version=ticket.c.version + 1,
    )
)
_ORIGINAL = select(message.c.id, message.c.fence).where(message.c.number == bindparam("ticket_"))


def due(connection: Connection, wishes: Sequence[tuple[float, int]]) -> list[tuple[OpenQuestion, ...]]:
    """Return the questions, given as (put at this moment or before, at most), that wait still; oldest first."""
    return [_due(connection, until, most) for until, most in wishes]


def _due(connection: Connection, until: float, most: int) -> tuple[OpenQuestion, ...]:
    numbers = connection.execute(_DUE, {"until": until, "most": most}).scalars().all()
    if not numbers:
        return ()
    judged = {row.ticket: verdict_of(row) for row in connection.execute(_VERDICTS, {"numbers": numbers})}
    return tuple(OpenQuestion(one, judged[one.number]) for one in tickets(connection, numbers) if one.number in judged)


def original(connection: Connection, number: int) -> RawMessage | None:
    """Return the message that opened a ticket, None if there is none (any more)."""
    found = connection.execute(_ORIGINAL, {"ticket_": number}).one_or_none()
    return next(iter(read(connection, [[(found.id, found.fence)]])[0]), None) if found else None


def originals(connection: Connection, numbers: Sequence[int]) -> list[RawMessage | None]:
    """Return the messages that opened these tickets."""
    return [original(connection, number) for number in numbers]


def close(connection: Connection, lapsings: Sequence[Lapsing]) -> list[bool]:
    """Close questions with all that follows; says for each whether it was still open, and nothing is written if not.

    Whoever changes the ticket's row first decides: for everybody else, in this process or another, it is open no more.
    """
    return [_close(connection, lapsing) for lapsing in lapsings]


def _close(connection: Connection, lapsing: Lapsing) -> bool:
    lapse, now = lapsing.lapse, lapsing.now
    closing = {
        "row": lapse.ticket,
        "tag": lapse.verdict.tag,
        "kind_": lapse.kind,
        "now_in": lapse.state,
        "ended": now if lapse.state in ENDED else None,
    }
    if connection.execute(_CLOSE, closing).rowcount != 1:
        return False
    if lapse.state is not State.PAGED:
        gone = {"ticket": lapse.ticket, "at": now, "was": State.PAGED, "became": lapse.state}
        connection.execute(insert(passage), [gone])
    cause = connection.execute(_ORIGINAL, {"ticket_": lapse.ticket}).one_or_none()
    connection.execute(insert(verdict), [row_of(lapse.ticket, lapse.verdict, now)])
    history = [
        {"ticket": lapse.ticket, "message": None, "at": e.at, "who": e.who, "what": e.what} for e in lapse.events
    ]
    if history:
        connection.execute(insert(event), history)
    put(connection, [Posting(cause.id if cause else None, mail, now) for mail in lapsing.mails])
    return True
