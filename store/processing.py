"""Stage 2: lease messages to workers, and end the work of those who still hold the fence.

A message is tried three times. One that was taken up so often without any end may be what kills the process that works
it: it is worked alone from then on, so that only the guilty one is set aside after somewhat more, and none of those
that were in hand beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from store.model.changes import Outcome
from store.model.message import Envelope, RawMessage, Scan
from store.numbers import TICKET, take
from store.prepared import ask, many
from store.quarantine.tables import quarantine
from store.schema import message, message_raw

TRIES = 3
LIVES = 10  # that a message takes at most without an end, most of them alone
ROOM = 64 << 20  # octets that one process has in hand
DELAYS = (2.0, 10.0)  # seconds until the second and the third try
NEVER_ENDED = "taken up again and again, and never ended"


@dataclass(frozen=True, slots=True)
class Lease:
    """A worker asks for work."""

    now: float
    limit: int
    seconds: float
    room: int = ROOM  # octets that what it takes may have together; whoever has ROOM takes one of any size


@dataclass(frozen=True, slots=True)
class Failure:
    """A worker could not do it."""

    work: RawMessage
    error: str
    now: float
    final: bool = False  # no further try


Taken = tuple[int, int]
"""A row, and the fence that it is read under."""

_OCTETS = select(func.length(message_raw.c.raw)).where(message_raw.c.message == message.c.id).scalar_subquery()
_DUE = (
    select(message.c.id, message.c.tries, message.c.fence, _OCTETS.label("octets"))
    .where(message.c.due <= bindparam("now"))
    .order_by(message.c.due, message.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_LEASE = (
    update(message)
    .where(message.c.id == bindparam("row"))
    .values(due=bindparam("until"), tries=message.c.tries + 1, fence=message.c.fence + 1)
)
_HELD = (
    select(message.c.id, message.c.fence)
    .where(message.c.id.in_(bindparam("rows", expanding=True)), message.c.outcome.is_(None))
    .order_by(message.c.id)
    .with_for_update()
)
_LATER = update(message).where(message.c.id == bindparam("row")).values(due=bindparam("until"))
_ASIDE = (
    update(message)
    .where(message.c.id == bindparam("row"))
    .values(due=None, outcome=Outcome.SET_ASIDE, reason=bindparam("error"), ended_at=bindparam("now"))
)
_READ = (
    select(
        message.c.id,
        message.c.mail_from,
        message.c.rcpt_to,
        message.c.peer,
        message.c.door,
        message.c.received_at,
        message.c.tries,
        message.c.fence,
        message_raw.c.raw,
        quarantine.c.safety,
        quarantine.c.words,
    )
    .select_from(message)
    .join(message_raw, message_raw.c.message == message.c.id)
    .outerjoin(quarantine, quarantine.c.message == message.c.id)
    .where(message.c.id.in_(bindparam("rows", expanding=True)))
)
_RETRY = (
    update(message)
    .where(message.c.id == bindparam("row"), message.c.outcome == Outcome.SET_ASIDE)
    .values(due=bindparam("now"), outcome=None, reason="", ended_at=None, tries=0, fence=message.c.fence + 1)
)
_PUT_OFF = (
    update(message)
    .where(message.c.id == bindparam("row"), message.c.fence == bindparam("held"), message.c.outcome.is_(None))
    .values(due=bindparam("until"), tries=message.c.tries - 1)
)
_older = message.alias("older")
_BEHIND = select(message.c.id).where(
    message.c.id.in_(bindparam("rows", expanding=True)),
    select(_older.c.id)
    .where(
        _older.c.thread == message.c.thread,
        _older.c.due.is_not(None),
        _older.c.id < message.c.id,
        _older.c.tries < TRIES,
    )
    .exists(),
)
_RELEASE = update(message).where(message.c.due > message.c.received_at).values(due=message.c.received_at)
_RESERVED = select(message.c.id, message.c.number).where(message.c.id.in_(bindparam("rows", expanding=True)))
_RESERVE = update(message).where(message.c.id == bindparam("row")).values(number=bindparam("reserved"))


def lease(connection: Connection, wishes: Sequence[Lease]) -> list[tuple[RawMessage, ...]]:
    """Give each worker what is due, oldest first; nobody else gets it until the lease ends."""
    return [_lease(connection, wish) for wish in wishes]


def _lease(connection: Connection, wish: Lease) -> tuple[RawMessage, ...]:
    due = ask(connection, _DUE, {"now": wish.now, "most": max(wish.limit, 0)})
    worn = [{"row": row.id, "error": NEVER_ENDED, "now": wish.now} for row in due if row.tries >= LIVES]
    taken = _one_or_unsuspected(fitting([row for row in due if row.tries < LIVES], wish.room))
    if worn:
        connection.execute(_ASIDE, worn)
    if not taken:
        return ()
    many(connection, _LEASE, [{"row": row, "until": wish.now + wish.seconds} for row, _ in taken])
    return _read(connection, taken)


def fitting(due: Sequence[Any], room: int) -> list[Any]:
    """Return the first of these rows, as many as there is room for by their `octets`; they stay in their order."""
    taken: list[Any] = []
    left = room
    for row in due:
        left -= row.octets or 0
        if left < 0 and (taken or room < ROOM):
            break
        taken.append(row)
    return taken


def suspected(tries: int) -> bool:
    """Say whether a message was taken up so often, without an end, that it may be what ends whoever works it."""
    return tries >= TRIES


def _one_or_unsuspected(due: Sequence[Any]) -> tuple[Taken, ...]:
    """Choose the oldest alone if it is suspected, else all that are not."""
    chosen = due[:1] if due and suspected(due[0].tries) else [row for row in due if not suspected(row.tries)]
    return tuple((row.id, row.fence + 1) for row in chosen)


def read(connection: Connection, wishes: Sequence[Sequence[Taken]]) -> list[tuple[RawMessage, ...]]:
    """Read messages with their bytes, in the order asked for; without those that another fence stands before by now."""
    return [_read(connection, taken) for taken in wishes]


def _read(connection: Connection, taken: Sequence[Taken]) -> tuple[RawMessage, ...]:
    rows = ask(connection, _READ, {"rows": [row for row, _ in taken]})
    found = {(row.id, row.fence): row for row in rows}
    return tuple(
        RawMessage(
            id=row.id,
            raw=row.raw,
            envelope=Envelope(row.mail_from, tuple(row.rcpt_to), row.peer, row.door),
            received_at=row.received_at,
            tries=row.tries,
            fence=row.fence,
            quarantine=Scan(row.safety, row.words) if row.safety else None,
        )
        for row in (found[key] for key in taken if key in found)
    )


def held(connection: Connection, works: Sequence[RawMessage]) -> set[tuple[int, int]]:
    """Return which of these leases, as (message, fence), still hold; they hold until the transaction ends."""
    rows = sorted({work.id for work in works})
    return {(row.id, row.fence) for row in ask(connection, _HELD, {"rows": rows})}


def fail(connection: Connection, failures: Sequence[Failure]) -> list[bool]:
    """Try again a little later, or set aside; says for each whether it was set aside. A lost fence changes nothing."""
    holding = held(connection, [failure.work for failure in failures])
    results = []
    for failure in failures:
        work = failure.work
        holds = (work.id, work.fence) in holding
        last = failure.final or work.tries >= TRIES
        if holds and last:
            connection.execute(_ASIDE, {"row": work.id, "error": failure.error, "now": failure.now})
        elif holds:
            connection.execute(_LATER, {"row": work.id, "until": failure.now + DELAYS[work.tries - 1]})
        results.append(holds and last)
    return results


def behind(connection: Connection, rows: Sequence[int]) -> list[bool]:
    """Say of each message whether an older one of its conversation is still to be worked, and has not failed twice."""
    found = {row.id for row in ask(connection, _BEHIND, {"rows": list(rows)})}
    return [row in found for row in rows]


def put_off(connection: Connection, wishes: Sequence[tuple[RawMessage, float]]) -> list[None]:
    """Let messages wait until the time given with each; that was no try. A lost fence changes nothing."""
    for work, until in wishes:
        connection.execute(_PUT_OFF, {"row": work.id, "held": work.fence, "until": until})
    return [None for _ in wishes]


def retry(connection: Connection, wishes: Sequence[tuple[int, float]]) -> list[bool]:
    """Take messages up anew that were set aside; says for each whether it was aside."""
    return [connection.execute(_RETRY, {"row": row, "now": now}).rowcount == 1 for row, now in wishes]


def take_numbers(connection: Connection, counts: Sequence[int]) -> list[tuple[int, ...]]:
    """Take so many numbers for tickets each, beyond the one that a message itself opens."""
    taken = []
    for count in counts:
        first = take(connection, TICKET, count)
        taken.append(tuple(range(first, first + count)))
    return taken


def release(connection: Connection) -> None:
    """End every lease: whoever held one is gone."""
    connection.execute(_RELEASE)


def reserve(connection: Connection, rows: Sequence[int]) -> list[int]:
    """Give each message the number of the ticket it opens: always the same one, and no number is left out.

    Raises:
        KeyError: there is no such message.

    """
    numbers = {row.id: row.number for row in ask(connection, _RESERVED, {"rows": list(set(rows))})}
    wanting = [row for row in dict.fromkeys(rows) if numbers[row] is None]
    if wanting:
        first = take(connection, TICKET, len(wanting))
        numbers |= {row: first + n for n, row in enumerate(wanting)}
        many(connection, _RESERVE, [{"row": row, "reserved": numbers[row]} for row in wanting])
    return [numbers[row] for row in rows]
