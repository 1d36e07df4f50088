"""A card for an emergency that nobody takes goes on: to who learns, to the next on the rota, to the fallback."""

from collections.abc import Iterable
from itertools import groupby

from daemon.core.desk.clock.cards import card, list_card
from daemon.core.desk.clock.changed import changed, key
from daemon.core.desk.clock.moment import Moment
from daemon.core.settings import Person
from store.model.occasion import Due, Occasion
from store.model.ticket import Ticket


def called_until(moment: Moment) -> float:
    """Return the moment (epoch seconds): what was called for then or before should have been taken by now."""
    return moment.now - moment.settings.duty.answer_minutes * 60


def escalated(found: tuple[Due, ...], moment: Moment) -> tuple[Occasion, ...]:
    """Call the next person, once for each ticket, and once for all that were on one list."""
    ordered = sorted(found, key=lambda due: (_list_of(due.ticket), due.ticket.number))
    lists = (tuple(dues) for _, dues in groupby(ordered, key=lambda due: _list_of(due.ticket)))
    return tuple(_call_next(dues, moment) for dues in lists)


def next_called(called: Iterable[str], team: str | None, moment: Moment) -> Person | None:
    """Return who is called after these; nobody twice, and None where there is nobody left.

    The turn may have changed meanwhile: who is on duty now comes first.
    """
    roster, now = moment.roster, moment.now
    learner = roster.shadow(now, team) if moment.settings.duty.shadow_answers else None
    line = (roster.on_duty(now, team), learner, *roster.chain(now, team))
    return next((person for person in line if person and person.id not in called), None)


def _list_of(ticket: Ticket) -> tuple[float, tuple[str, ...], str]:
    """What was called for at one moment, of the same people, was on one list."""
    return ticket.called_at or 0.0, ticket.called, ticket.team or ""


def _call_next(dues: tuple[Due, ...], moment: Moment) -> Occasion:
    ticket = dues[0].ticket
    person = next_called(ticket.called, ticket.team, moment)
    nobody = f"nobody answered within {moment.settings.duty.answer_minutes:g} minutes"
    if person is None:
        what = f"{nobody}; all were called: {', '.join(ticket.called)}"
        return Occasion(
            key("called", ticket), tuple(changed(due.ticket, moment.now, what, called_at=None) for due in dues)
        )
    called = (*ticket.called, person.id)
    what = f"{nobody}; card to {person.id}"
    moves = tuple(changed(due.ticket, moment.now, what, called=called, called_at=moment.now) for due in dues)
    minutes = moment.settings.duty.answer_minutes if next_called(called, ticket.team, moment) else None
    if len(dues) > 1:
        return Occasion(key("called", ticket), moves, (list_card(person, dues, moment, minutes),), tickets=dues)
    return Occasion(key("called", ticket), moves, (card(person, dues[0], moment, minutes),), None, person.id, dues)
