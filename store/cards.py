"""Whom the desk called, and when: cards for tickets that stood open for somebody to take."""

from sqlalchemy import Connection, Select, func, select

from store.model.figures import Card
from store.model.outbox import MailKind
from store.model.ticket import State
from store.schema import mail, passage, ticket

_ENTERED = (
    select(passage.c.became)
    .where(passage.c.ticket == mail.c.ticket, passage.c.at <= mail.c.created_at)
    .order_by(passage.c.id.desc())
    .limit(1)
    .correlate(mail)
    .scalar_subquery()
)
_CARDS = (
    select(mail.c.created_at, mail.c.recipient, mail.c.ticket, ticket.c.team, mail.c.off_duty)
    .join(ticket, ticket.c.number == mail.c.ticket)
    .where(mail.c.kind == MailKind.CARD, func.coalesce(_ENTERED, ticket.c.started) == State.PAGED)
)


def between(connection: Connection, since: float, until: float, team: str | None = None) -> tuple[Card, ...]:
    """Return the cards written in a period for tickets that nobody had taken at that moment, oldest first."""
    asked = _CARDS.where(mail.c.created_at >= since, mail.c.created_at < until).order_by(mail.c.created_at, mail.c.id)
    if team is not None:
        asked = asked.where(ticket.c.team == team)
    return tuple(Card(*row) for row in connection.execute(asked))


def called(since: float | None, until: float | None) -> Select[tuple[int | None]]:
    """Return the question for the tickets of such cards in a period; None for no limit."""
    asked = _CARDS.with_only_columns(mail.c.ticket)
    asked = asked if since is None else asked.where(mail.c.created_at >= since)
    return asked if until is None else asked.where(mail.c.created_at < until)
