"""Bring old messages along: each batch with its tickets and how far it got, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from store import filing, intake
from store.identity import Identity
from store.model.bringing import Batch, Brought, LastWord
from store.model.changes import Changes, Outcome
from store.model.facts import Clues, Facts
from store.model.message import Door, Kept
from store.model.ticket import ENDED, Event, Kind, State
from store.moving import event_row
from store.passages import note
from store.processing import reserve
from store.recall import facts
from store.schema import brought, event, known_id, message, ticket
from store.upsert import of, upsert

LEASE_SECONDS = 60.0  # never seen by anybody: it ends within the transaction in which it begins

_STORED = select(message.c.digest, message.c.message_id).where(
    message.c.digest.in_(bindparam("digests", expanding=True))
)
_DONE = select(brought.c.done).where(brought.c.mailbox == bindparam("mailbox"))
_PROGRESS = upsert(brought, ("mailbox",), lambda came: {"done": came.done, "at": came.at})
_LAST = (
    select(message.c.ticket, known_id.c.sender, message.c.received_at)
    .join(known_id, known_id.c.message == message.c.id)
    .join(ticket, ticket.c.number == message.c.ticket)
    .where(
        message.c.door == Door.IMPORT,
        message.c.received_at >= bindparam("since"),
        message.c.outcome.in_([Outcome.TICKET, Outcome.FOLLOW_UP]),
        ticket.c.state.in_(ENDED),
        ticket.c.ended_at == message.c.received_at,
    )
    .order_by(message.c.received_at, message.c.id)
)
_OPEN = (
    update(ticket)
    .where(ticket.c.number == bindparam("row"), ticket.c.ended_at.is_not(None))
    .values(state=bindparam("now_in"), ended_at=None, version=ticket.c.version + 1)
)
_LATER = (
    update(ticket)
    .where(ticket.c.number == bindparam("row"), ticket.c.ended_at < bindparam("said_at"))
    .values(ended_at=bindparam("said_at"), version=ticket.c.version + 1)
)
_KINDS = select(ticket.c.number, ticket.c.kind).where(
    ticket.c.number.in_(bindparam("numbers", expanding=True)), ticket.c.state.in_(ENDED)
)


class Overtaken(ValueError):  # noqa: N818 - it reads as what is the case
    """Another process stored a message of the batch meanwhile; nothing was written."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Messages of which it is asked whether they are known, and what bears on them."""

    identities: tuple[Identity, ...]
    clues: tuple[Clues, ...]  # of the same messages
    now: float


def known(connection: Connection, asked: Sequence[Asked]) -> list[tuple[tuple[bool, ...], tuple[Facts, ...]]]:
    """Say of each message whether the desk has it already, and what it knows that bears on it."""
    return [(_stored(connection, one.identities), tuple(_facts(connection, one))) for one in asked]


def _facts(connection: Connection, asked: Asked) -> list[Facts]:
    return facts(connection, [(clues, asked.now) for clues in asked.clues], answering=False)


def _stored(connection: Connection, asked: Sequence[Identity]) -> tuple[bool, ...]:
    digests = list({one.digest for one in asked})
    found = {(row.digest, row.message_id) for row in connection.execute(_STORED, {"digests": digests})}
    return tuple(intake.key(one) in found for one in asked)


def done(connection: Connection, mailboxes: Sequence[str]) -> list[int]:
    """Say how many messages of each mailbox were brought along."""
    return [connection.execute(_DONE, {"mailbox": one}).scalar_one_or_none() or 0 for one in mailboxes]


def bring(connection: Connection, batches: Sequence[Batch]) -> list[None]:
    """Keep the messages of each batch, open their tickets, file the rest with them, and note how far it got.

    Raises:
        Overtaken: what the desk has is no longer what was decided on.

    """
    for batch in batches:
        _bring(connection, batch)
    return [None] * len(batches)


def last_words(connection: Connection, sinces: Sequence[float]) -> list[tuple[LastWord, ...]]:
    """Return the messages of `since` or later with which conversations that were brought along ended, oldest first."""
    return [tuple(LastWord(*row) for row in connection.execute(_LAST, {"since": since})) for since in sinces]


def open_again(connection: Connection, wishes: Sequence[tuple[tuple[int, ...], Event]]) -> list[int]:
    """Open ended tickets whose last word nobody answered; returns how many."""
    opened = []
    for numbers, why in wishes:
        kinds = connection.execute(_KINDS, {"numbers": list(numbers)}).all()
        rows: list[dict[str, Any]] = [
            {"row": row.number, "now_in": State.TO_INVESTIGATE if row.kind is Kind.REPORT else State.FORWARDED}
            for row in kinds
        ]
        if rows:
            note(connection, [(row["row"], row["now_in"], why.at) for row in rows])
            connection.execute(_OPEN, rows)
            connection.execute(insert(event), [event_row(row.number, None, why) for row in kinds])
        opened.append(len(rows))
    return opened


def _bring(connection: Connection, batch: Batch) -> None:
    kept = intake.keep(connection, [_arrival(one) for one in batch.messages]) if batch.messages else []
    if any((one.changes is None) is not (was.work is None) for one, was in zip(batch.messages, kept, strict=True)):
        raise Overtaken
    numbers = _numbers(connection, batch, kept)
    filings = _filings(batch, kept, numbers)
    filing.commit(connection, filings)
    ended = {one.ticket: one.now for one in filings if one.changes.outcome is Outcome.FOLLOW_UP}  # the last one stays
    if ended:
        connection.execute(_LATER, [{"row": row, "said_at": at} for row, at in sorted(ended.items()) if row])
    progress = {"mailbox": batch.mailbox, "done": batch.done, "at": batch.now}
    connection.execute(of(_PROGRESS, connection), progress)


def _arrival(one: Brought) -> intake.Arrival:
    return intake.Arrival(
        one.raw, one.envelope, Identity(one.message_id, one.digest, one.subject, thread=""), one.at, LEASE_SECONDS
    )


def _numbers(connection: Connection, batch: Batch, kept: Sequence[Kept]) -> dict[int, int]:
    """Return the numbers of the tickets that are opened, by the places of their messages."""
    opening = [
        (-place, was.work.id)
        for place, (one, was) in enumerate(zip(batch.messages, kept, strict=True), 1)
        if was.work and one.changes and one.changes.opens
    ]
    return dict(zip((place for place, _ in opening), reserve(connection, [row for _, row in opening]), strict=True))


def _filings(batch: Batch, kept: Sequence[Kept], numbers: dict[int, int]) -> list[filing.Filing]:
    return [
        filing.Filing(was.work, _numbered(one.changes, numbers), (), numbers.get(-place), one.at)
        for place, (one, was) in enumerate(zip(batch.messages, kept, strict=True), 1)
        if was.work and one.changes
    ]


def _numbered(changes: Changes, numbers: dict[int, int]) -> Changes:
    """Return changes in which tickets of the same batch have their numbers."""
    opens = changes.opens and replace(changes.opens, links=tuple(numbers.get(n, n) for n in changes.opens.links))
    number = changes.ticket
    return replace(changes, ticket=number if number is None else numbers.get(number, number), opens=opens)
