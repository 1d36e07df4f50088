"""The clocks of tickets: which of them have run out, found by one small index each, however much is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, case, func, select

from store.model.occasion import Calls, Clock, Due
from store.recall import tickets
from store.schema import calling, ticket, verdict
from store.upsert import of, upsert
from store.verdicts import verdict_of


@dataclass(frozen=True, slots=True)
class Call:
    """A member is called."""

    person: str
    now: float
    seconds: float  # for which calls are counted together
    what: str = ""  # for which they are called: trying it once more counts nothing; "" always counts


def _run_out(clock: Clock, *conditions: ColumnElement[bool]) -> Select[Any]:
    moment = ticket.c[clock.value]
    wanted = select(ticket.c.number).where(moment <= bindparam("until"), *conditions)
    return wanted.order_by(moment, ticket.c.number).limit(bindparam("most"))


_RUN_OUT = {
    clock: _run_out(clock, *((ticket.c.reminded_at.is_(None),) if clock is Clock.WAITING else ())) for clock in Clock
}
_LATEST = select(func.max(verdict.c.id)).where(verdict.c.ticket.in_(bindparam("numbers", expanding=True)))
_VERDICTS = select(verdict).where(verdict.c.id.in_(_LATEST.group_by(verdict.c.ticket)))
_same = calling.c.since > bindparam("before")
_again = (calling.c.latest == bindparam("what")) & (calling.c.latest != "")
_CALL = upsert(
    calling,
    ("person",),
    lambda came: {
        "since": case((_same, calling.c.since), else_=came.since),
        "many": case((_same & _again, calling.c.many), (_same, calling.c.many + 1), else_=1),
        "latest": came.latest,
    },
    returning=("since", "many"),
)


Wish = tuple[Clock, float, int]
"""A clock, a moment (epoch seconds), and the number of tickets that are wanted at most."""


def due(connection: Connection, wishes: Sequence[Sequence[Wish]]) -> list[tuple[tuple[Due, ...], ...]]:
    """Return, for each clock given with a moment and a number, so many tickets whose clock stood then or before."""
    return [tuple(_due(connection, *wish) for wish in asked) for asked in wishes]


def _due(connection: Connection, clock: Clock, until: float, most: int) -> tuple[Due, ...]:
    numbers = connection.execute(_RUN_OUT[clock], {"until": until, "most": most}).scalars().all()
    if not numbers:
        return ()
    judged = {row.ticket: verdict_of(row) for row in connection.execute(_VERDICTS, {"numbers": numbers})}
    return tuple(Due(one, judged.get(one.number)) for one in tickets(connection, numbers))


def count(connection: Connection, calls: Sequence[Call]) -> list[Calls]:
    """Count that members are called; the first call after the time is over begins to count anew."""
    return [_count(connection, one) for one in calls]


def _count(connection: Connection, call: Call) -> Calls:
    row = connection.execute(
        of(_CALL, connection),
        {
            "person": call.person,
            "since": call.now,
            "many": 1,
            "latest": call.what,
            "what": call.what,
            "before": call.now - call.seconds,
        },
    ).one()
    return Calls(row.since, row.many)
