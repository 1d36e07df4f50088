"""Stage 3: lease mails to senders, record each attempt before it can have an effect, and settle it.

A mail whose attempts come to no end, again and again (it kills or breaks whoever sends it), fails after a while.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, case, func, insert, select, true, update

from store.columns import clean
from store.model.outbox import Mail, MailKind, MailState, NewMail, Settlement
from store.prepared import ask, inserted, many
from store.processing import NEVER_ENDED, Lease, fitting
from store.schema import event, mail, mail_raw, ticket

_ENDED = frozenset({MailState.SENT, MailState.FAILED})
_CLOCKS = {  # which first-response clock the departure of a mail stops
    MailKind.ACK: "first_automatic_at",
    MailKind.REPLY: "first_human_at",
    MailKind.ASK: "first_human_at",
}


@dataclass(frozen=True, slots=True)
class Settling:
    """What became of an attempt."""

    mail: Mail
    settlement: Settlement
    now: float


@dataclass(frozen=True, slots=True)
class Posting:
    """A mail to be put into the outbox."""

    cause: int | None  # the message that caused it
    mail: NewMail
    now: float
    until: float | None = None  # end of the lease under which it is handed on at once


@dataclass(frozen=True, slots=True)
class Renewal:
    """Somebody has a mail in hand still."""

    mail: Mail
    until: float


@dataclass(frozen=True, slots=True)
class Attempt:
    """The final dot is about to be sent."""

    mail: Mail
    until: float | None = None  # the new end of the lease


_PUT = insert(mail).returning(mail.c.id, mail.c.mark)
_PUT_RAW = insert(mail_raw)
_OCTETS = select(func.length(mail_raw.c.raw)).where(mail_raw.c.mail == mail.c.id).scalar_subquery()
_DUE = (
    select(
        *(mail.c.id, mail.c.state, mail.c.attempt_open, mail.c.unended, mail.c.ticket, mail.c.recipient),
        _OCTETS.label("octets"),
    )
    .where(mail.c.due <= bindparam("now"))
    .order_by(mail.c.due, mail.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
LIVES = 20  # that a mail takes at most without an end: many more than one that was only in hand while others crashed
_LEASE = (
    update(mail)
    .where(mail.c.id == bindparam("row"))
    .values(
        state=MailState.SENDING,
        due=bindparam("until"),
        fence=mail.c.fence + 1,
        unended=mail.c.unended + case((mail.c.state == MailState.SENDING, 1), else_=0),
    )
)
_GIVE_UP = (
    update(mail)
    .where(mail.c.id == bindparam("row"))
    .values(state=MailState.FAILED, due=None, answer=NEVER_ENDED, attempt_open=False, settled_at=bindparam("now"))
)
_READ = (
    select(
        mail.c.id,
        mail.c.kind,
        mail.c.ticket,
        mail.c.mail_from,
        mail.c.recipient,
        mail.c.attempts,
        mail.c.created_at,
        mail.c.fence,
        mail.c.message,
        mail_raw.c.raw,
    )
    .join(mail_raw)
    .where(mail.c.id.in_(bindparam("rows", expanding=True)))
)
_HELD = (
    select(mail.c.id, mail.c.fence, mail.c.state)
    .where(mail.c.id.in_(bindparam("rows", expanding=True)))
    .order_by(mail.c.id)
    .with_for_update()
)
_ATTEMPT = (
    update(mail)
    .where(mail.c.id == bindparam("row"))
    .values(attempt_open=True, due=func.coalesce(bindparam("until"), mail.c.due))
)
_IN_HAND = mail.c.state == MailState.SENDING
_CALLED_DEAD = (mail.c.state == MailState.UNKNOWN) & (mail.c.attempt_open == true())  # by `recover`, and not resent yet
_RENEW = (
    update(mail)
    .where(mail.c.id == bindparam("row"), mail.c.fence == bindparam("held"), _CALLED_DEAD | _IN_HAND)
    .values(
        state=MailState.SENDING,
        due=bindparam("until"),
        attempts=mail.c.attempts - case((_CALLED_DEAD, 1), else_=0),
        unended=mail.c.unended - case((_CALLED_DEAD, 1), else_=0),
    )
)
_SETTLE = (
    update(mail)
    .where(mail.c.id == bindparam("row"))
    .values(
        state=bindparam("became"),
        due=bindparam("again"),
        answer=bindparam("said"),
        attempts=mail.c.attempts + case((mail.c.state == MailState.UNKNOWN, 0), else_=1),
        attempt_open=False,
        unended=0,
        settled_at=bindparam("now"),
    )
)
_STOP_CLOCK = {
    name: update(ticket)
    .where(ticket.c.number == bindparam("row"), ticket.c[name].is_(None))
    .values({name: bindparam("now")})
    for name in sorted(set(_CLOCKS.values()))
}
_UNKNOWN = (
    update(mail)
    .where(mail.c.attempt_open == true(), mail.c.due <= bindparam("now"))
    .values(
        state=MailState.UNKNOWN,
        due=None,
        attempts=mail.c.attempts + 1,
        unended=mail.c.unended + 1,
        settled_at=bindparam("now"),
    )
)
_RELEASE = update(mail).where(mail.c.state == MailState.SENDING).values(due=mail.c.created_at)
_RESEND = (
    update(mail)
    .where(
        _CALLED_DEAD,  # one that was settled as unknown is due by its own time, or never
        mail.c.kind.in_(bindparam("kinds", expanding=True)),
    )
    .values(state=MailState.QUEUED, due=bindparam("now"), attempt_open=False)
)


def put(connection: Connection, postings: Sequence[Posting]) -> list[tuple[int | None, Mail]]:
    """Put mails into the outbox; returns those that are leased from the start, each with the message that caused it."""
    if not postings:
        return []
    identifiers = {row.mark: row.id for row in inserted(connection, _PUT, [_row(one) for one in postings])}
    many(connection, _PUT_RAW, [{"mail": identifiers[one.mail.mark], "raw": one.mail.raw} for one in postings])
    return [(one.cause, _leased(identifiers[one.mail.mark], one)) for one in postings if one.until is not None]


def _leased(identifier: int, posting: Posting) -> Mail:
    new = posting.mail
    sender, to = clean(new.mail_from), clean(new.to)
    return Mail(identifier, new.kind, new.ticket, sender, to, new.raw, 0, posting.now, fence=1, cause=posting.cause)


def lease(connection: Connection, wishes: Sequence[Lease]) -> list[tuple[Mail, ...]]:
    """Give each sender the mails that are due, and whose hold is over; nobody else gets them until the lease ends."""
    return [_lease(connection, wish) for wish in wishes]


def _lease(connection: Connection, wish: Lease) -> tuple[Mail, ...]:
    found = _due(connection, wish)
    if any(row.attempt_open for row in found):
        recover(connection, wish.now)
        found = _due(connection, wish)
    due = [row for row in found if row.unended + (row.state is MailState.SENDING) < LIVES]
    if len(due) < len(found):
        _give_up(connection, [row for row in found if row not in due], wish.now)
    due = fitting(due, wish.room)
    if not due:
        return ()
    many(connection, _LEASE, [{"row": row.id, "until": wish.now + wish.seconds} for row in due])
    return _read(connection, [row.id for row in due])


def _due(connection: Connection, wish: Lease) -> list[Any]:
    return ask(connection, _DUE, {"now": wish.now, "most": max(wish.limit, 0)})


def _give_up(connection: Connection, worn: Sequence[Any], now: float) -> None:
    """Fail mails that nobody ever came to an end with, and say so in the history of their tickets."""
    connection.execute(_GIVE_UP, [{"row": row.id, "now": now} for row in worn])
    history = [
        {"ticket": row.ticket, "at": now, "who": "triaged", "what": f"mail to {row.recipient} failed: {NEVER_ENDED}"}
        for row in worn
        if row.ticket is not None
    ]
    if history:
        connection.execute(insert(event), history)


def _read(connection: Connection, rows: Sequence[int]) -> tuple[Mail, ...]:
    """Read mails with their bytes, in the order asked for."""
    found = {row.id: row for row in ask(connection, _READ, {"rows": list(rows)})}
    return tuple(
        Mail(
            id=row.id,
            kind=row.kind,
            ticket=row.ticket,
            mail_from=row.mail_from,
            to=row.recipient,
            raw=row.raw,
            attempts=row.attempts,
            created_at=row.created_at,
            fence=row.fence,
            cause=row.message,
        )
        for row in (found[one] for one in rows if one in found)
    )


def renew(connection: Connection, renewals: Sequence[Renewal]) -> list[bool]:
    """Let leases end later; says for each whether it still held. One that is lost stays with whoever has it.

    A mail that was called unknown meanwhile, since its lease ran out, is in hand again if nobody queued it anew.
    """
    renewed = {}
    for one in sorted(renewals, key=lambda renewal: renewal.mail.id):  # all who lock rows do so in this order
        key = one.mail.id, one.mail.fence
        row = {"row": one.mail.id, "held": one.mail.fence, "until": one.until}
        renewed[key] = connection.execute(_RENEW, row).rowcount == 1
    return [renewed[one.mail.id, one.mail.fence] for one in renewals]


def attempt(connection: Connection, attempts: Sequence[Attempt]) -> list[bool]:
    """Record that the final dot may follow now; says for each whether its lease still holds, and only then may it."""
    states = _held(connection, [one.mail for one in attempts])
    holds = [states.get((one.mail.id, one.mail.fence)) is MailState.SENDING for one in attempts]
    rows = [{"row": one.mail.id, "until": one.until} for one, yes in zip(attempts, holds, strict=True) if yes]
    many(connection, _ATTEMPT, rows)
    return holds


def settle(connection: Connection, settlings: Sequence[Settling]) -> list[bool]:
    """Write down what became of attempts; says for each whether the fence still held.

    An answer that comes after the row was declared unknown, but before anybody took it up again, still counts.
    """
    states = _held(connection, [one.mail for one in settlings])
    open_states = (MailState.SENDING, MailState.UNKNOWN)
    holds = [states.get((one.mail.id, one.mail.fence)) in open_states for one in settlings]
    valid = [one for one, yes in zip(settlings, holds, strict=True) if yes]
    if valid:
        many(connection, _SETTLE, [_settled(one) for one in valid])
        _stop_clocks(connection, [one for one in valid if one.settlement.state is MailState.SENT])
    return holds


def recover(connection: Connection, now: float) -> int:
    """Call unknown what was attempted by somebody whose lease has ended; returns how many."""
    return connection.execute(_UNKNOWN, {"now": now}).rowcount


def release(connection: Connection) -> None:
    """End every lease: whoever held one is gone, and its open attempts are found unknown next."""
    connection.execute(_RELEASE)


def resend(connection: Connection, wishes: Sequence[tuple[tuple[MailKind, ...], float]]) -> list[int]:
    """Queue again what nobody settled, of these kinds; returns how many."""
    return [connection.execute(_RESEND, {"kinds": list(kinds), "now": now}).rowcount for kinds, now in wishes]


def _held(connection: Connection, mails: Sequence[Mail]) -> dict[tuple[int, int], MailState]:
    rows = ask(connection, _HELD, {"rows": sorted({one.id for one in mails})})
    return {(row.id, row.fence): row.state for row in rows}


def _stop_clocks(connection: Connection, sent: list[Settling]) -> None:
    for name, statement in _STOP_CLOCK.items():
        rows = [
            {"row": one.mail.ticket, "now": one.now}
            for one in sorted(sent, key=lambda settling: settling.mail.ticket or 0)  # all lock rows in this order
            if one.mail.ticket is not None and _CLOCKS.get(one.mail.kind) == name
        ]
        many(connection, statement, rows)


def _settled(one: Settling) -> dict[str, object]:
    settlement = one.settlement
    due = one.now if settlement.due is None and settlement.state is not MailState.UNKNOWN else settlement.due
    return {
        "row": one.mail.id,
        "became": settlement.state,
        "again": None if settlement.state in _ENDED else due,
        "said": settlement.answer,
        "now": one.now,
    }


def _row(posting: Posting) -> dict[str, object]:
    new, now, until = posting.mail, posting.now, posting.until
    waiting = MailState.HELD if new.due > now else MailState.QUEUED
    return {
        "mark": new.mark,
        "kind": new.kind,
        "ticket": new.ticket,
        "message": posting.cause,
        "mail_from": new.mail_from,
        "recipient": new.to,
        "domain": new.to.rpartition("@")[2].casefold(),
        "message_id": new.message_id,
        "state": waiting if until is None else MailState.SENDING,
        "due": new.due if until is None else until,
        "attempts": 0,
        "attempt_open": False,
        "fence": 0 if until is None else 1,
        "answer": "",
        "created_at": now,
        "lines": new.lines,
        "off_duty": new.off_duty,
    }
