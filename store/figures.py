"""What the figures of a day or a week count, each from one moment of the store: sums are made where the rows are."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, and_, case, func, literal, or_, select

from store import cards, comparisons, failing
from store.model.changes import Outcome
from store.model.figures import (
    Accounting,
    Classified,
    Clock,
    DayCounts,
    InArea,
    Opened,
    Overruled,
    Passing,
    Section,
    WeekCounts,
)
from store.model.ticket import ENDED, Kind, State, Ticket
from store.model.verdict import Tag
from store.model.views import AsideLine
from store.passages import state_at
from store.recall import tickets
from store.schema import correction, known_id, message, passage, ticket, verdict

SHADOW = "shadow"  # the reason of a ticket that a member's forward opened
DUPLICATE = "duplicate"  # the class of a report whose fate is another's: nobody solved it

Condition = ColumnElement[bool]

_OUTCOMES = select(
    message.c.outcome,
    message.c.reason,
    func.count().label("many"),
).group_by(message.c.outcome, message.c.reason)
_COPIES = select(func.coalesce(func.sum(message.c.copies - 1), 0)).where(message.c.copies > 1)
_ASIDE = (
    select(
        message.c.id, message.c.message_id, message.c.subject, message.c.reason, message.c.received_at, message.c.tries
    )
    .where(message.c.outcome == Outcome.SET_ASIDE)
    .order_by(message.c.id)
)
_ASIDE_TOTAL = select(func.count()).select_from(message).where(message.c.outcome == Outcome.SET_ASIDE)
_STANDING = select(ticket.c.state, func.count()).group_by(ticket.c.state)
FIRST = select(func.min(verdict.c.id)).where(verdict.c.ticket == ticket.c.number).correlate(ticket).scalar_subquery()


def day(
    connection: Connection,
    since: float,
    until: float,
    now: float,
    most: int,
    team: str | None = None,
    *,
    past: bool = False,
) -> DayCounts:
    """Count what a day needs, from `since` up to but not with `until`, and list what is open now: `most` a section.

    With `past`, what was open at that moment is walked back to; owners and verdicts are those of today.
    """
    state = state_at(now) if past else ticket.c.state
    section = _section(state, now)
    listed = (state.in_(sorted(_LISTED)), *((ticket.c.opened_at < now,) if past else ()), *_of(team))
    totals = {row[0]: row[1] for row in connection.execute(select(section, func.count()).where(*listed).group_by("s"))}
    aside = connection.execute(_ASIDE.where(message.c.received_at <= now).limit(most)).all()
    lines = _lines(connection, section, state, listed, most)
    return DayCounts(
        accounting(connection, since, until),
        _clocks(connection, since, until, team),
        tuple((one, totals.get(one.value, 0)) for one in Section),
        lines,
        tuple(AsideLine(r.id, r.message_id or None, r.subject, r.reason, r.received_at, r.tries) for r in aside),
        int(connection.execute(_ASIDE_TOTAL.where(message.c.received_at <= now)).scalar_one()),
        _shadow(connection, since, until),
        comparisons.listing(connection),
        frozenset(one.address for one in failing.among(connection, [ticket.reporter for _, ticket in lines], now)),
    )


def week(connection: Connection, bounds: Sequence[float], team: str | None = None) -> WeekCounts:
    """Count what the last of several weeks needs, and its past; `bounds` are the beginnings of all, and the end."""
    since, until = bounds[-2:]
    return WeekCounts(
        accounting(connection, since, until),
        _clocks(connection, since, until, team),
        tuple((State(row[0]), row[1]) for row in connection.execute(_STANDING.where(*_of(team)))),
        _opened(connection, bounds, team),
        _passings(connection, bounds, team),
        _classified(connection, since, until, team),
        _areas(connection, bounds, team),
        _judged(connection, since, until, team),
        _overruled(connection, since, until, team),
        cards.between(connection, since, until, team),
        _shadow(connection, since, until),
        _lone(connection, team),
        _solved(connection, since, until, team),
    )


def accounting(connection: Connection, since: float | None = None, until: float | None = None) -> Accounting:
    """Count what came in within a period, or ever, and what became of it."""
    period = () if since is None or until is None else (message.c.received_at >= since, message.c.received_at < until)
    rows = connection.execute(_OUTCOMES.where(*period)).all()
    many = {outcome: sum(row.many for row in rows if row.outcome is outcome) for outcome in (*Outcome, None)}
    received = connection.execute(select(func.count()).select_from(message).where(*period)).scalar_one()
    return Accounting(
        received=int(received) - many[None],
        waiting=many[None],
        duplicates=int(connection.execute(_COPIES.where(*period)).scalar_one()),
        tickets=many[Outcome.TICKET],
        follow_ups=many[Outcome.FOLLOW_UP],
        commands=many[Outcome.COMMAND],
        silenced=tuple(sorted((row.reason, row.many) for row in rows if row.outcome is Outcome.SILENCED)),
        set_aside=many[Outcome.SET_ASIDE],
    )


# --- what is open ----------------------------------------------------------------------------------------------------

_LISTED = frozenset(State) - ENDED - {State.FORWARDED, State.INJECTED, State.SCHEDULED}


def _section(state: ColumnElement[State], now: float) -> ColumnElement[str]:
    """Return in which section an open ticket stands: the first row that fits."""
    rows: tuple[tuple[Condition, Section], ...] = (
        (and_(ticket.c.snoozed_until > now, state != State.PAGED), Section.WAITING),
        (state == State.WAITING, Section.WAITING),
        (state == State.TO_SCHEDULE, Section.TO_SCHEDULE),
        (or_(state == State.PAGED, ticket.c.verdict == Tag.EMERGENCY), Section.EMERGENCIES),
    )
    return case(*((fits, literal(one.value)) for fits, one in rows), else_=Section.TO_INVESTIGATE.value).label("s")


def _lines(
    connection: Connection,
    section: ColumnElement[str],
    state: ColumnElement[State],
    listed: Sequence[Condition],
    most: int,
) -> tuple[tuple[Section, Ticket], ...]:
    order = func.row_number().over(partition_by=section, order_by=(ticket.c.opened_at, ticket.c.number)).label("place")
    placed = select(ticket.c.number, section, state.label("then"), order).where(*listed).subquery()
    rows = connection.execute(select(placed).where(placed.c.place <= most).order_by(placed.c.place)).all()
    found = {one.number: one for one in tickets(connection, [row.number for row in rows])}
    return tuple(
        (one, replace(found[row.number], state=row.then)) for one in Section for row in rows if row.s == one.value
    )


# --- weeks -----------------------------------------------------------------------------------------------------------


def _week(at: ColumnElement[float], bounds: Sequence[float]) -> ColumnElement[int]:
    """Return the number of the week in which a moment lies; after the last it is one more."""
    return case(*((at < end, literal(n)) for n, end in enumerate(bounds[1:])), else_=literal(len(bounds) - 1)).label(
        "w"
    )


def _opened(connection: Connection, bounds: Sequence[float], team: str | None) -> tuple[Opened, ...]:
    at = _week(ticket.c.opened_at, bounds)
    asked = select(at, ticket.c.started, func.count()).where(ticket.c.opened_at >= bounds[0], *_of(team))
    return tuple(Opened(*row) for row in connection.execute(asked.group_by("w", ticket.c.started)))


def _passings(connection: Connection, bounds: Sequence[float], team: str | None) -> tuple[Passing, ...]:
    at = _week(passage.c.at, bounds)
    asked = select(at, passage.c.was, passage.c.became, func.count()).where(passage.c.at >= bounds[0])
    if team is not None:
        asked = asked.join(ticket, ticket.c.number == passage.c.ticket).where(*_of(team))
    return tuple(Passing(*row) for row in connection.execute(asked.group_by("w", passage.c.was, passage.c.became)))


def _areas(connection: Connection, bounds: Sequence[float], team: str | None) -> tuple[InArea, ...]:
    at = _week(ticket.c.opened_at, bounds)
    asked = select(ticket.c.area, at, func.count()).where(
        ticket.c.kind == Kind.REPORT, ticket.c.opened_at >= bounds[0], ticket.c.opened_at < bounds[-1], *_of(team)
    )
    return tuple(InArea(*row) for row in connection.execute(asked.group_by(ticket.c.area, "w")))


# --- one period ------------------------------------------------------------------------------------------------------


def _of(team: str | None) -> tuple[Condition, ...]:
    return () if team is None else (ticket.c.team == team,)


def _within(at: ColumnElement[float], since: float, until: float) -> tuple[Condition, Condition]:
    return at >= since, at < until


def _clocks(connection: Connection, since: float, until: float, team: str | None) -> tuple[Clock, ...]:
    asked = select(ticket.c.opened_at, ticket.c.first_automatic_at, ticket.c.first_human_at, ticket.c.team)
    rows = connection.execute(asked.where(*_within(ticket.c.opened_at, since, until), *_of(team)))
    return tuple(Clock(*row) for row in rows)


def _classified(connection: Connection, since: float, until: float, team: str | None) -> tuple[Classified, ...]:
    asked = select(ticket.c.opened_at, ticket.c.ended_at, ticket.c.team).where(
        ticket.c.kind == Kind.REPORT, ticket.c.resolution.is_not(None), *_within(ticket.c.ended_at, since, until)
    )
    return tuple(Classified(*row) for row in connection.execute(asked.where(*_of(team))))


def _judged(connection: Connection, since: float, until: float, team: str | None) -> tuple[tuple[Tag, bool, int], ...]:
    asked = (
        select(verdict.c.tag, verdict.c.unsure, func.count())
        .select_from(ticket)
        .join(verdict, verdict.c.id == FIRST)
        .where(*_within(ticket.c.opened_at, since, until), *_of(team))
        .group_by(verdict.c.tag, verdict.c.unsure)
    )
    return tuple((row[0], row[1], row[2]) for row in connection.execute(asked))


def _overruled(connection: Connection, since: float, until: float, team: str | None) -> tuple[Overruled, ...]:
    """Return the last word on each ticket of which something was said in the period."""
    asked = (
        select(correction.c.ticket, correction.c.said, verdict.c.tag, verdict.c.unsure)
        .select_from(correction)
        .join(ticket, ticket.c.number == correction.c.ticket)
        .join(verdict, verdict.c.id == FIRST)
        .where(*_within(correction.c.at, since, until), *_of(team))
        .order_by(correction.c.id)
    )
    last = {row[0]: Overruled(*row) for row in connection.execute(asked)}
    return tuple(last[number] for number in sorted(last))


def _shadow(connection: Connection, since: float, until: float) -> tuple[tuple[str, int], ...]:
    asked = (
        select(known_id.c.sender, func.count())
        .join(message, message.c.id == known_id.c.message)
        .where(
            message.c.outcome == Outcome.TICKET,
            message.c.reason == SHADOW,
            *_within(message.c.received_at, since, until),
        )
        .group_by(known_id.c.sender)
    )
    return tuple(sorted((row[0], row[1]) for row in connection.execute(asked)))


def _lone(connection: Connection, team: str | None) -> tuple[tuple[str, str, int], ...]:
    solved = (
        ticket.c.ended_at.is_not(None),
        ticket.c.owner.is_not(None),
        ticket.c.area.is_not(None),
        or_(ticket.c.resolution.is_(None), ticket.c.resolution != DUPLICATE),
    )
    one = func.min(ticket.c.owner)
    asked = select(ticket.c.area, one, func.count()).where(*solved, *_of(team)).group_by(ticket.c.area)
    rows = connection.execute(asked.having(one == func.max(ticket.c.owner)).order_by(ticket.c.area))
    return tuple((row[0], row[1], row[2]) for row in rows)


def _solved(connection: Connection, since: float, until: float, team: str | None) -> tuple[tuple[str, int], ...]:
    asked = select(ticket.c.owner, func.count()).where(
        ticket.c.owner.is_not(None), *_within(ticket.c.ended_at, since, until), *_of(team)
    )
    rows = connection.execute(asked.group_by(ticket.c.owner).order_by(ticket.c.owner))
    return tuple((row[0], row[1]) for row in rows)
