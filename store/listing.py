"""The tickets that an operator asks for, by whatever a figure is made of: a number in a report can be looked up."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    and_,
    exists,
    false,
    func,
    or_,
    select,
    true,
    union_all,
)

from store import cards
from store.figures import FIRST, SHADOW
from store.model.changes import Outcome
from store.model.ticket import ENDED, Ticket
from store.model.verdict import Tag
from store.model.wanted import Event, Wanted
from store.passages import state_at
from store.portions import portions
from store.recall import tickets
from store.schema import correction, message, passage, ticket, verdict

PAGE = 500  # tickets read at once

OVER = sorted(ENDED)

Condition = ColumnElement[bool]
Happenings = Select[Any] | CompoundSelect[Any]  # numbers of tickets, in a column `ticket`


def listing(connection: Connection, wanted: Wanted) -> tuple[Ticket, ...]:
    """Return the tickets that are wanted in the order of their numbers, as they are now.

    What can happen to a ticket more than once is listed as often as it happened: the reports count it so.
    """
    asked = select(ticket.c.number).where(*_conditions(wanted)).order_by(ticket.c.number)
    happened = _happenings(wanted)
    if happened is not None:
        times = happened.subquery()
        asked = asked.join(times, times.c.ticket == ticket.c.number)
    numbers = connection.execute(asked).scalars().all()
    return tuple(one for page in portions(numbers, PAGE) for one in _repeated(connection, page))


def _repeated(connection: Connection, numbers: Sequence[int]) -> Iterator[Ticket]:
    found = {one.number: one for one in tickets(connection, tuple(dict.fromkeys(numbers)))}
    return (found[number] for number in numbers)


def _conditions(wanted: Wanted) -> Iterator[Condition]:
    state = state_at(wanted.at) if wanted.at is not None else ticket.c.state
    if wanted.at is not None:
        yield ticket.c.opened_at < wanted.at
    if wanted.states:
        yield state.in_(wanted.states)
    elif not wanted.ended:
        yield state.not_in(OVER)
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
    if wanted.subject:
        yield ticket.c.subject.icontains(wanted.subject, autoescape=True)
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
    if wanted.event in EVENTS:
        yield EVENTS[wanted.event](wanted)
    elif wanted.entered is not None and wanted.event is not None:
        yield ticket.c.number.in_(_passed(wanted, passage.c.became == wanted.entered))
    elif wanted.event is None and wanted.entered is None and (wanted.since is not None or wanted.until is not None):
        yield _opened(wanted)


def _happenings(wanted: Wanted) -> Happenings | None:
    """Return the question for what happened in the period, a row each time; None where it can happen but once."""
    if wanted.event in HAPPENINGS:
        return HAPPENINGS[wanted.event](wanted)
    return None if wanted.entered is None else _passed(wanted, passage.c.became == wanted.entered)


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


def _solved(wanted: Wanted) -> Condition:
    return _within(ticket.c.ended_at, wanted)


def _passed(wanted: Wanted, *conditions: Condition) -> Select[tuple[int]]:
    return select(passage.c.ticket).where(_within(passage.c.at, wanted), *conditions)


def _ended(wanted: Wanted) -> Happenings:
    """A ticket may have been over as it was opened."""
    born = select(ticket.c.number).where(_opened(wanted), ticket.c.started.in_(OVER))
    return union_all(_passed(wanted, passage.c.was.not_in(OVER), passage.c.became.in_(OVER)), born)


def _reopened(wanted: Wanted) -> Happenings:
    return _passed(wanted, passage.c.was.in_(OVER), passage.c.became.not_in(OVER))


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


def _called(wanted: Wanted) -> Happenings:
    return cards.called(wanted.since, wanted.until)


EVENTS: dict[Event | None, Callable[[Wanted], Condition]] = {
    Event.OPENED: _opened,
    Event.ASKED: _asked,
    Event.UNANSWERED: _unanswered,
    Event.SOLVED: _solved,
    Event.FALSE: _false,
    Event.MISSED: _missed,
}
HAPPENINGS: dict[Event | None, Callable[[Wanted], Happenings]] = {
    Event.ENDED: _ended,
    Event.REOPENED: _reopened,
    Event.CALLED: _called,
}
