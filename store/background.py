"""What a member's word makes us ask: a ticket with its history, its kin and its mail."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, func, select

from store import corrections
from store.model.facts import Background, Inquiry, Offspring, Past, Posted
from store.model.message import RawMessage
from store.model.outbox import MailKind, MailState
from store.model.ticket import ENDED, State, Ticket
from store.moving import edits_of
from store.original import original
from store.processing import read
from store.recall import tickets
from store.schema import event, known_id, mail, message, ticket, verdict
from store.verdicts import verdict_of

MOST_EVENTS = 200  # the latest of a ticket
MOST_MAILS = 200
MOST_KIN = 200  # tickets linked to it, directly or by others
DEPTH = 3  # a bug, its reports, and what is a duplicate of them
MOST_OPEN = 50

_HISTORY = select(event).where(event.c.ticket == bindparam("ticket_")).order_by(event.c.id.desc()).limit(MOST_EVENTS)
_MAILS = select(
    mail.c.id, mail.c.message, mail.c.kind, mail.c.recipient, mail.c.state, mail.c.created_at, mail.c.ticket
)
_POSTED = (
    _MAILS.where(mail.c.ticket.in_(bindparam("tickets_", expanding=True))).order_by(mail.c.id.desc()).limit(MOST_MAILS)
)
_HELD = _MAILS.where(  # also those to the reporters of other tickets, when a word about this one caused them
    mail.c.state == MailState.HELD, mail.c.message.in_(bindparam("causes", expanding=True))
)
_VERDICT = select(verdict).where(verdict.c.ticket == bindparam("ticket_")).order_by(verdict.c.id.desc()).limit(1)
_OPEN = (
    select(ticket.c.number)
    .where(ticket.c.state.in_([state for state in State if state not in ENDED]))
    .order_by(ticket.c.number)
    .limit(MOST_OPEN)
)
_ANSWERED = (
    select(
        mail.c.message,
        known_id.c.sender,
        known_id.c.ticket.label("conversation"),
        mail.c.ticket,
        message.c.id,
        message.c.fence,
    )
    .select_from(
        mail.outerjoin(known_id, mail.c.message == known_id.c.message).outerjoin(
            message, mail.c.message == message.c.id
        )
    )
    .where(mail.c.mark == bindparam("mark_"))
)
_LIVES = (
    select(event.c.ticket, func.min(event.c.message).label("began"), func.max(event.c.message).label("latest"))
    .where(event.c.ticket.in_(bindparam("tickets_", expanding=True)))
    .group_by(event.c.ticket)
)
_FIRSTS = select(message.c.number, message.c.id).where(message.c.number.in_(bindparam("tickets_", expanding=True)))
_KEPT = (
    select(message.c.id, message.c.fence)
    .join(mail, mail.c.message == message.c.id)
    .where(
        mail.c.mark == bindparam("mark_"),
        mail.c.kind == MailKind.CONFIRM,
        mail.c.used_at.is_(None),
        mail.c.created_at >= bindparam("since"),
    )
)
_ASKED = select(func.count()).where(
    mail.c.ticket.is_(None),
    mail.c.kind == MailKind.CONFIRM,
    mail.c.recipient == bindparam("to"),
    mail.c.created_at > bindparam("since"),
)


def backgrounds(connection: Connection, asked: Sequence[Inquiry]) -> list[Background]:
    """Return what is known that bears on these inquiries."""
    return [_background(connection, one) for one in asked]


def open_tickets(connection: Connection) -> tuple[Ticket, ...]:
    """Return the tickets that are open, oldest first."""
    return tickets(connection, connection.execute(_OPEN).scalars().all())


def confirmations(connection: Connection, to: str, since: float) -> int:
    """Return how many confirmations that are about no ticket were written to an address after a moment."""
    return int(connection.scalar(_ASKED, {"to": to, "since": since}) or 0)


def kept(connection: Connection, asked: Sequence[tuple[str, float]]) -> list[RawMessage | None]:
    """Return the messages whose commands wait for a yes, given as (mark of the confirmation, sent at or after)."""
    return [_kept(connection, mark, since) for mark, since in asked]


def _background(connection: Connection, inquiry: Inquiry) -> Background:
    asked = {"ticket_": inquiry.ticket}
    judged = connection.execute(_VERDICT, asked).one_or_none()
    history = [
        Past(row.id, row.message, row.at, row.who, row.what, edits_of(row.edits), row.undoes)
        for row in connection.execute(_HISTORY, asked)
    ]
    causes = sorted({past.message for past in history if past.message is not None})
    around = _kin(connection, inquiry)
    kin = tuple(one for one in around if one.number != inquiry.ticket)
    joined = [inquiry.ticket, *(one.number for one in kin if one.joined is not None)]
    mails = [*connection.execute(_POSTED, {"tickets_": joined}), *connection.execute(_HELD, {"causes": causes})]
    posted = {
        row.id: Posted(
            row.id, row.message, row.kind, row.recipient, row.state is MailState.HELD, row.created_at, row.ticket
        )
        for row in mails
    }
    answered = connection.execute(_ANSWERED, {"mark_": inquiry.answered or ""}).one_or_none()
    return Background(
        about=next((one for one in around if one.number == inquiry.ticket), None),
        verdict=verdict_of(judged) if judged else None,
        history=tuple(reversed(history)),
        related=kin,
        open=open_tickets(connection),
        posted=tuple(posted[row] for row in sorted(posted)),
        original=original(connection, inquiry.ticket),
        author=answered.sender or "" if answered else "",
        cause=answered.message if answered else None,
        conversation=answered.conversation if answered else None,
        spoken=answered.ticket if answered else None,
        answered=_raw(connection, answered.id, answered.fence) if inquiry.splits and answered and answered.id else None,
        offspring=_offspring(connection, history, kin) if inquiry.undoes else (),
        taught=corrections.taught(connection, inquiry.ticket),
    )


def _raw(connection: Connection, row: int, fence: int) -> RawMessage | None:
    return next(iter(read(connection, [[(row, fence)]])[0]), None)


def _offspring(connection: Connection, history: Sequence[Past], kin: Sequence[Ticket]) -> tuple[Offspring, ...]:
    """Return which of the tickets around it were opened by commands on it."""
    causes = {past.message for past in history}
    numbers = [one.number for one in kin]
    rows = connection.execute(_LIVES, {"tickets_": numbers}).all() if numbers else ()
    opened = [row for row in rows if row.began in causes]
    firsts = {row.number: row.id for row in connection.execute(_FIRSTS, {"tickets_": [row.ticket for row in opened]})}
    return tuple(Offspring(row.ticket, row.began, firsts.get(row.ticket), row.began == row.latest) for row in opened)


def _kin(connection: Connection, inquiry: Inquiry) -> tuple[Ticket, ...]:
    """Return the ticket, those that links lead to, nearest first, then those that were named."""
    found: dict[int, Ticket] = {one.number: one for one in tickets(connection, (inquiry.ticket,))}
    wanted = [number for one in found.values() for number in one.links]
    for _ in range(DEPTH):
        new = [number for number in dict.fromkeys(wanted) if number not in found][: MOST_KIN - len(found)]
        came = tickets(connection, new)
        found |= {one.number: one for one in came}
        wanted = [number for one in came for number in one.links]
    missing = [number for number in dict.fromkeys(inquiry.named) if number not in found and 0 < number < 2**31]
    found |= {one.number: one for one in tickets(connection, missing)}
    return tuple(found.values())


def _kept(connection: Connection, mark: str, since: float) -> RawMessage | None:
    found = connection.execute(_KEPT, {"mark_": mark, "since": since}).one_or_none()
    return _raw(connection, found.id, found.fence) if found else None
