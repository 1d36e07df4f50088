"""The roster's memory: what was said that changes it, and the turns that are over; rows are added and never changed."""

from collections.abc import Sequence
from dataclasses import asdict, replace

from sqlalchemy import Connection, bindparam, func, insert, select

from store.model.invitation import Invitation
from store.model.shift import Override, Shift
from store.schema import invitation, override, shift
from store.upsert import of, upsert

FEW = 50  # of the latest that tell whether there are new ones: two processes may commit in the other order

_ADD = insert(override)
_INVITE = insert(invitation)
_INVITED = select(invitation).where(invitation.c.end > bindparam("since")).order_by(invitation.c.id)
_READ = select(override).order_by(override.c.id)
_SHIFT = upsert(shift, ("rota", "start", "part"), lambda _: {})
_SERVED = select(shift).order_by(shift.c.start, shift.c.part)
_TURNS = select(func.count()).select_from(shift)
_NEWEST = select(func.coalesce(func.max(override.c.id), 0)).scalar_subquery()
_LATEST = select(override.c.id).where(override.c.id > _NEWEST - FEW).order_by(override.c.id)


def add(connection: Connection, overrides: Sequence[Override]) -> list[int]:
    """Keep changes of the rota; returns their rows."""
    return [_add(connection, one) for one in overrides]


def put(connection: Connection, overrides: Sequence[tuple[int | None, Override]]) -> None:
    """Keep changes of the rota, each with the message that said so."""
    for cause, one in overrides:
        _add(connection, replace(one, message=cause))


def invite(connection: Connection, invitations: Sequence[Invitation]) -> None:
    """Keep what people are told of their turns."""
    if invitations:
        connection.execute(_INVITE, [asdict(one) for one in invitations])


def invited(connection: Connection, since: Sequence[float]) -> list[tuple[Invitation, ...]]:
    """Return what people were told of turns that end after a moment (epoch seconds), in that order."""
    return [_invited(connection, one) for one in since]


def _invited(connection: Connection, since: float) -> tuple[Invitation, ...]:
    return tuple(
        Invitation(row.method, row.uid, row.sequence, row.rota, row.person, row.start, row.end, row.shadow)
        for row in connection.execute(_INVITED, {"since": since})
    )


def _add(connection: Connection, one: Override) -> int:
    since, until = one.back or (None, None)
    row = {
        "change": one.change,
        "rota": one.rota,
        "person": one.person,
        "other": one.other,
        "since": one.since,
        "until": one.until,
        "back_since": since,
        "back_until": until,
        "takes_back": one.takes_back,
        "who": one.who,
        "at": one.at,
        "message": one.message,
    }
    (made,) = connection.execute(_ADD, row).inserted_primary_key or (0,)
    return int(made)


def overrides(connection: Connection) -> tuple[Override, ...]:
    """Return all changes of the rota, in the order in which they were kept."""
    return tuple(
        Override(
            row.change,
            row.rota,
            row.person,
            row.since,
            row.until,
            row.who,
            row.at,
            row.other,
            None if row.back_since is None else (row.back_since, row.back_until),
            row.takes_back,
            row.id,
            row.message,
        )
        for row in connection.execute(_READ)
    )


def record(connection: Connection, turns: Sequence[tuple[Shift, ...]]) -> list[None]:
    """Keep turns that are over; one that is kept already stays as it is."""
    rows = [
        {
            "rota": one.rota,
            "start": one.start,
            "end": one.end,
            "person": one.person,
            "part": one.part,
            "planned": one.planned,
            "turn": one.turn,
        }
        for parts in turns
        for one in parts
    ]
    if rows:
        connection.execute(of(_SHIFT, connection), rows)
    return [None] * len(turns)


def served(connection: Connection) -> tuple[Shift, ...]:
    """Return the turns that are over, oldest first."""
    return tuple(
        Shift(row.rota, row.start, row.end, row.person, row.part, row.planned, row.turn)
        for row in connection.execute(_SERVED)
    )


def latest(connection: Connection) -> tuple[int, ...]:
    """Return what tells whether anything is new: whoever sees the same again need not read it all anew."""
    return (int(connection.execute(_TURNS).scalar_one()), *connection.execute(_LATEST).scalars())
