"""How the desk itself fares: a few lookups, whose cost grows only with what waits."""

from collections.abc import Sequence

from sqlalchemy import Connection, and_, bindparam, delete, func, select

from store import mailboxes
from store.model.alarm import Health, Raised
from store.model.changes import Outcome
from store.model.outbox import SIGNALS, MailKind, MailState
from store.quarantine.tables import quarantine
from store.schema import alarm, mail, message
from store.upsert import of, upsert

_ALARM = and_(  # may leave by another way than the rest
    mail.c.kind.in_((MailKind.NOTICE, MailKind.ROSTER)), mail.c.ticket.is_(None)
)
_IS_MAIL = mail.c.kind.not_in(tuple(SIGNALS))  # the others say nothing of the relay
_UNWORKED = select(func.min(message.c.due)).where(message.c.due.is_not(None))
_UNSENT = select(func.min(mail.c.created_at)).where(
    mail.c.due.is_not(None), mail.c.state.in_((MailState.QUEUED, MailState.SENDING)), _IS_MAIL
)
_SENT = (
    select(mail.c.settled_at)
    .where(mail.c.state == MailState.SENT, mail.c.settled_at.is_not(None), ~_ALARM, _IS_MAIL)
    .order_by(mail.c.id.desc())
    .limit(1)
)
_PUT_OFF = (
    select(mail.c.created_at, mail.c.answer)
    .where(
        mail.c.due.is_not(None),
        mail.c.state == MailState.QUEUED,
        mail.c.answer != "",
        _IS_MAIL,
        mail.c.created_at > bindparam("sent"),
    )
    .order_by(mail.c.created_at)
    .limit(1)
)
_ASIDE = select(func.count(), func.min(message.c.ended_at), func.max(message.c.id)).where(
    message.c.outcome == Outcome.SET_ASIDE
)
_UNSCANNED = (
    select(quarantine.c.since, quarantine.c.words)
    .where(quarantine.c.again.is_not(None))
    .order_by(quarantine.c.since)
    .limit(1)
)
_RAISED = select(alarm).order_by(alarm.c.watch, alarm.c.subject)
_RAISE = upsert(alarm, ("watch", "subject"), lambda came: {"told_at": came.told_at, "latest": came.latest})
_PASSED = delete(alarm).where(alarm.c.watch == bindparam("which"), alarm.c.subject == bindparam("about"))


def health(connection: Connection) -> Health:
    """Return how the desk fares."""
    sent = connection.execute(_SENT).scalar_one_or_none() or 0.0
    put_off = connection.execute(_PUT_OFF, {"sent": sent}).first()
    aside, since, latest = connection.execute(_ASIDE).one()
    unscanned = connection.execute(_UNSCANNED).first()
    return Health(
        unworked_since=connection.execute(_UNWORKED).scalar_one(),
        unsent_since=connection.execute(_UNSENT).scalar_one(),
        failing_since=put_off.created_at if put_off else None,
        failing_words=put_off.answer if put_off else "",
        aside=aside,
        aside_since=since,
        aside_latest=latest or 0,
        mailboxes=mailboxes.listing(connection),
        raised=tuple(Raised(*row) for row in connection.execute(_RAISED)),
        unscanned_since=unscanned.since if unscanned else None,
        unscanned_words=unscanned.words if unscanned else "",
    )


def write(connection: Connection, raised: Sequence[Raised], passed: Sequence[Raised]) -> None:
    """Write down of which troubles the operator is told, and which have passed."""
    for one in raised:
        row = {"watch": one.watch, "subject": one.subject, "since": one.since}
        connection.execute(of(_RAISE, connection), row | {"told_at": one.told_at, "latest": one.latest})
    for one in passed:
        connection.execute(_PASSED, {"which": one.watch, "about": one.subject})
