"""The tickets that an operator asks for, by whatever a figure is made of: a number in a report can be looked up."""

from collections.abc import Callable, Iterator

from sqlalchemy import ColumnElement, Connection, and_, exists, false, func, or_, select, true

from store import cards
from store.figures import FIRST, SHADOW
from store.model.changes import Outcome
from store.model.ticket import ENDED, State, Ticket
from store.model.verdict import Tag
from store.model.wanted import Event, Wanted
from store.recall import tickets
from store.schema import correction, message, passage, ticket, verdict

PAGE = 500  # tickets read at once

Condition = ColumnElement[bool]


def listing(connection: Connection, wanted: Wanted) -> tuple[Ticket, ...]:
    """Return the tickets that are wanted in the order of their numbers, as they are now."""
    asked = select(ticket.c.number).where(*_conditions(wanted)).order_by(ticket.c.number)
    numbers = connection.execute(asked).scalars().all()
    pages = (numbers[start : start + PAGE] for start in range(0, len(numbers), PAGE))
    return tuple(one for page in pages for one in tickets(connection, page))


def _conditions(wanted: Wanted) -> Iterator[Condition]:
    state = _state_at(wanted.at) if wanted.at is not None else ticket.c.state
    if wanted.at is not None:
        yield ticket.c.opened_at < wanted.at
    if wanted.states:
        yield state.in_(wanted.states)
    elif not wanted.ended:
        yield state.not_in(sorted(ENDED))
    for column, values in (
        (ticket.c.kind, wanted.kinds),
        (ticket.c.verdict, wanted.tags),
        (ticket.c.resolution, wanted.classes),
    ):
        if values:
            yield column.in_(values)
    for column, value in (
        (ticket.c.area, wanted.area),
        (ticket.c.team, wanted.team),
        (ticket.c.owner, wanted.owner),
        (ticket.c.reporter, wanted.reporter),
        (ticket.c.priority, wanted.priority),
    ):
        if value is not None:
            yield column == value if value else or_(column.is_(None), column == "")
    yield from _of_its_beginning(wanted)
    yield from _happened(wanted)


def _of_its_beginning(wanted: Wanted) -> Iterator[Condition]:
    if wanted.judged:
        yield _first(verdict.c.tag.in_(wanted.judged), verdict.c.unsure == false())
    if wanted.shadow:
        yield exists().where(
            message.c.ticket == ticket.c.number, message.c.outcome == Outcome.TICKET, message.c.reason == SHADOW
        )


def _happened(wanted: Wanted) -> Iterator[Condition]:
    if wanted.entered is not None:
        yield _passed(wanted, passage.c.became == wanted.entered)
    if wanted.event is not None:
        yield EVENTS[wanted.event](wanted)
    elif wanted.entered is None and (wanted.since is not None or wanted.until is not None):
        yield _opened(wanted)


def _state_at(at: float) -> ColumnElement[State]:
    latest = (
        select(passage.c.became)
        .where(passage.c.ticket == ticket.c.number, passage.c.at < at)
        .order_by(passage.c.id.desc())
        .limit(1)
        .correlate(ticket)
        .scalar_subquery()
    )
    return func.coalesce(latest, ticket.c.started)


def _first(*conditions: Condition) -> Condition:
    return exists().where(verdict.c.id == FIRST, *conditions).correlate(ticket)


def _within(at: ColumnElement[float], wanted: Wanted) -> Condition:
    since = at >= wanted.since if wanted.since is not None else true()
    return and_(since, at < wanted.until if wanted.until is not None else true())


def _opened(wanted: Wanted) -> Condition:
    return _within(ticket.c.opened_at, wanted)


def _asked(wanted: Wanted) -> Condition:
    return and_(_opened(wanted), _first(verdict.c.unsure == true()))


def _unanswered(wanted: Wanted) -> Condition:
    return and_(_opened(wanted), ticket.c.first_human_at.is_(None))


def _ended(wanted: Wanted) -> Condition:
    return _within(ticket.c.ended_at, wanted)


def _passed(wanted: Wanted, *conditions: Condition) -> Condition:
    return exists().where(passage.c.ticket == ticket.c.number, _within(passage.c.at, wanted), *conditions)


def _reopened(wanted: Wanted) -> Condition:
    over = sorted(ENDED)
    return _passed(wanted, passage.c.was.in_(over), passage.c.became.not_in(over))


def _false(wanted: Wanted) -> Condition:
    return and_(_sure(verdict.c.tag == Tag.EMERGENCY), _said_last(wanted, _no_emergency()))


def _missed(wanted: Wanted) -> Condition:
    return and_(_sure(verdict.c.tag != Tag.EMERGENCY), _said_last(wanted, correction.c.said == Tag.EMERGENCY))


def _sure(condition: Condition) -> Condition:
    return _first(condition, verdict.c.unsure == false())


def _no_emergency() -> Condition:
    return or_(correction.c.said.is_(None), correction.c.said != Tag.EMERGENCY)


def _said_last(wanted: Wanted, condition: Condition) -> Condition:
    """The last word on the ticket within the period counts."""
    theirs = correction.alias("theirs")
    within = _within(theirs.c.at, wanted)
    last = (
        select(func.max(theirs.c.id)).where(theirs.c.ticket == ticket.c.number, within).correlate(ticket)
    ).scalar_subquery()
    return exists().where(correction.c.id == last, condition)


def _called(wanted: Wanted) -> Condition:
    return ticket.c.number.in_(cards.called(wanted.since, wanted.until))


EVENTS: dict[Event, Callable[[Wanted], Condition]] = {
    Event.OPENED: _opened,
    Event.ASKED: _asked,
    Event.UNANSWERED: _unanswered,
    Event.ENDED: _ended,
    Event.REOPENED: _reopened,
    Event.FALSE: _false,
    Event.MISSED: _missed,
    Event.CALLED: _called,
}
