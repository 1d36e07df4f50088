"""What the operator's commands show, read from one moment of the store."""

from sqlalchemy import Connection, bindparam, func, select, true

from store import failing
from store.figures import accounting
from store.model.changes import Outcome
from store.model.figures import nearest_rank
from store.model.message import RawMessage
from store.model.outbox import MailState
from store.model.ticket import ENDED, Event, State, Ticket
from store.model.views import AsideLine, FirstResponse, OutboxLine, Status, Story
from store.portions import portions
from store.processing import read
from store.recall import tickets
from store.schema import ANSWERED, event, mail, message, ticket, verdict
from store.verdicts import verdict_of

CLOCKED = 10_000  # the newest so many tickets that were answered tell how fast the desk is
PAGE = 500  # tickets read at once

_STATES = select(ticket.c.state, func.count().label("many")).group_by(ticket.c.state)
_MAILS = select(mail.c.state, func.count().label("many")).group_by(mail.c.state)
_OFF_DUTY = select(func.count()).select_from(mail).where(mail.c.off_duty == true())
_CLOCKS = (
    select(ticket.c.opened_at, ticket.c.first_automatic_at, ticket.c.first_human_at)
    .where(ANSWERED)  # what was brought along from an old mailbox has no clocks, and there may be a million of it
    .order_by(ticket.c.number.desc())
    .limit(CLOCKED)
)
_EVENTS = (
    select(event.c.at, event.c.who, event.c.what).where(event.c.ticket == bindparam("number")).order_by(event.c.id)
)
_VERDICT = select(verdict).where(verdict.c.ticket == bindparam("number")).order_by(verdict.c.id.desc()).limit(1)
_ALL = select(ticket.c.number).order_by(ticket.c.number)
_OPEN = _ALL.where(ticket.c.state.in_([state for state in State if state not in ENDED]))
_ASIDE = (
    select(
        message.c.id,
        message.c.message_id,
        message.c.subject,
        message.c.reason,
        message.c.received_at,
        message.c.tries,
    )
    .where(message.c.outcome == Outcome.SET_ASIDE)
    .order_by(message.c.id)
)
_FENCE = select(message.c.fence).where(message.c.id == bindparam("row"), message.c.outcome == Outcome.SET_ASIDE)
_OUTBOX = select(
    mail.c.id,
    mail.c.kind,
    mail.c.ticket,
    mail.c.recipient,
    mail.c.state,
    mail.c.attempts,
    func.coalesce(mail.c.due, mail.c.settled_at, mail.c.created_at).label("due"),
    mail.c.answer,
).order_by(mail.c.id)
_UNSENT = _OUTBOX.where(mail.c.state.in_([state for state in MailState if state is not MailState.SENT]))


def status(connection: Connection) -> Status:
    """Return the desk in figures: received = tickets + follow_ups + commands + silenced + set_aside."""
    counted = accounting(connection)
    states = {row.state: row.many for row in connection.execute(_STATES)}
    mails = {row.state: row.many for row in connection.execute(_MAILS)}
    return Status(
        received=counted.received,
        waiting=counted.waiting,
        duplicates=counted.duplicates,
        tickets=counted.tickets,
        follow_ups=counted.follow_ups,
        commands=counted.commands,
        silenced=counted.silenced,
        set_aside=counted.set_aside,
        open=tuple((state, states[state]) for state in State if state in states and state not in ENDED),
        outbox=tuple((state, mails[state]) for state in MailState if state in mails),
        first_response=_first_response(connection),
        interruptions_off_duty=int(connection.execute(_OFF_DUTY).scalar_one()),
    )


def story(connection: Connection, number: int) -> Story | None:
    """Return a ticket with its history, None if there is no such ticket."""
    found = tickets(connection, (number,)) if 0 < number < 2**31 else ()
    if not found:
        return None
    judged = connection.execute(_VERDICT, {"number": number}).one_or_none()
    events = tuple(Event(*row) for row in connection.execute(_EVENTS, {"number": number}))
    return Story(
        found[0], events, verdict_of(judged) if judged else None, failing.latest(connection, found[0].reporter)
    )


def listing(connection: Connection, ended: bool) -> tuple[Ticket, ...]:
    """Return the open tickets in the order of their numbers, or all of them with the ended ones."""
    numbers = connection.execute(_ALL if ended else _OPEN).scalars().all()
    return tuple(one for page in portions(numbers, PAGE) for one in tickets(connection, page))


def aside(connection: Connection) -> tuple[AsideLine, ...]:
    """Return what was set aside, oldest first."""
    return tuple(
        AsideLine(row.id, row.message_id or None, row.subject, row.reason, row.received_at, row.tries)
        for row in connection.execute(_ASIDE)
    )


def aside_raw(connection: Connection, identifier: int) -> RawMessage | None:
    """Return a message that was set aside, with its bytes; None if there is none of that id."""
    fence = connection.execute(_FENCE, {"row": identifier}).scalar_one_or_none()
    found = read(connection, [[(identifier, fence)]])[0] if fence is not None else ()
    return found[0] if found else None


def outbox(connection: Connection, everything: bool) -> tuple[OutboxLine, ...]:
    """Return the outgoing mails, oldest first: those not yet sent, or everything."""
    return tuple(OutboxLine(*row) for row in connection.execute(_OUTBOX if everything else _UNSENT))


def _first_response(connection: Connection) -> FirstResponse:
    rows = connection.execute(_CLOCKS).all()
    automatic = sorted(row.first_automatic_at - row.opened_at for row in rows if row.first_automatic_at is not None)
    human = sorted(row.first_human_at - row.opened_at for row in rows if row.first_human_at is not None)
    return FirstResponse(
        automatic_p50=nearest_rank(automatic, 50),
        automatic_p99=nearest_rank(automatic, 99),
        human_p50=nearest_rank(human, 50),
    )
