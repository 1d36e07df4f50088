"""Forget by age: words and bytes of what ended long ago, a few rows at a time.

A message is old when it came before the moment given, and belongs to no ticket or to one that ended before that moment,
too. One pass goes through the rows that still have bytes, oldest first, and ends at the first that is young; each step
costs the same, however much is stored.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select

from store.model.changes import Outcome
from store.model.outbox import MailState
from store.model.privacy import Aged, Ageing
from store.privacy.wiping import wipe_mails, wipe_messages, wipe_tickets
from store.schema import mail, mail_raw, message, message_raw, ticket

_MESSAGES = (
    select(
        message.c.id,
        message.c.ticket,
        message.c.received_at.label("at"),
        message.c.outcome,
        ticket.c.ended_at,
    )
    .select_from(message_raw)
    .join(message, message.c.id == message_raw.c.message)
    .outerjoin(ticket, ticket.c.number == message.c.ticket)
    .where(message_raw.c.message > bindparam("after"))
    .order_by(message_raw.c.message)
    .limit(bindparam("most"))
)
_MAILS = (
    select(mail.c.id, mail.c.ticket, mail.c.created_at.label("at"), mail.c.state, ticket.c.ended_at)
    .select_from(mail_raw)
    .join(mail, mail.c.id == mail_raw.c.mail)
    .outerjoin(ticket, ticket.c.number == mail.c.ticket)
    .where(mail_raw.c.mail > bindparam("after"))
    .order_by(mail_raw.c.mail)
    .limit(bindparam("most"))
)
_WORKED = frozenset(Outcome) - {Outcome.SET_ASIDE}  # what was set aside waits for the operator
_LEFT = frozenset({MailState.SENT, MailState.FAILED})


def forget(connection: Connection, wishes: Sequence[Ageing]) -> list[Aged]:
    """Go one step further in a pass for each wish."""
    return [_forget(connection, wish) for wish in wishes]


def _forget(connection: Connection, wish: Ageing) -> Aged:
    messages = connection.execute(_MESSAGES, {"after": wish.message, "most": wish.most}).all()
    mails = connection.execute(_MAILS, {"after": wish.mail, "most": wish.most}).all()
    old = [row for row in messages if row.outcome in _WORKED and _is_over(row, wish.before)]
    if old:
        wipe_messages(connection, [row.id for row in old], wish.now)
        wipe_tickets(connection, sorted({row.ticket for row in old if row.ticket is not None}))
    left = [row.id for row in mails if row.state in _LEFT and _is_over(row, wish.before)]
    if left:
        wipe_mails(connection, left, wish.now)
    ended = all(len(rows) < wish.most or rows[-1].at >= wish.before for rows in (messages, mails))
    return Aged(_last(messages, wish.message), _last(mails, wish.mail), len(old) + len(left), ended)


def _is_over(row: Any, before: float) -> bool:
    return bool(row.at < before and (row.ticket is None or (row.ended_at is not None and row.ended_at < before)))


def _last(rows: Sequence[Any], before: int) -> int:
    return rows[-1].id if rows else before
