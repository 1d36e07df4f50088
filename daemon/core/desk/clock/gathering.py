"""More emergencies than a person can read one by one are gathered into one card that lists them."""

from dataclasses import replace
from itertools import groupby

from daemon.core.desk.clock.calling import next_called
from daemon.core.desk.clock.cards import card, list_card
from daemon.core.desk.clock.changed import changed, key
from daemon.core.desk.clock.moment import Moment
from daemon.core.settings import Person
from store.model.changes import Changes
from store.model.occasion import Calls, Due, Occasion
from store.model.outbox import MailKind
from store.model.ticket import Event

MOST = 3  # cards for one person in one stretch of time; what comes beyond them is gathered until its end
STRETCH_SECONDS = 300.0


def spared(changes: Changes, calls: Calls, now: float) -> Changes:
    """Return what a message changes, without the card where that would be one too many; the list will name it."""
    opens = changes.opens
    if opens is None or calls.many <= MOST:
        return changes
    event = Event(now, "triaged", f"too many at once: {opens.calls[-1]} gets it on a list")
    return replace(
        changes,
        opens=replace(opens, gathered_until=calls.since + STRETCH_SECONDS),
        events=(*changes.events, event),
        drafts=tuple(draft for draft in changes.drafts if draft.kind is not MailKind.CARD),
    )


def put_off(occasion: Occasion, calls: Calls, now: float) -> Occasion:
    """Return what time brings about, without the card where that would be one too many."""
    if calls.many <= MOST or not occasion.tickets:
        return occasion
    (move,), (due,) = occasion.moves, occasion.tickets
    fields = {edit.field: edit.after for edit in move.edits}
    fields |= {"called_at": None, "asked_at": None, "gathered_until": calls.since + STRETCH_SECONDS}
    what = f"{move.events[0].what}, on a list: too many at once"
    drafts = tuple(draft for draft in occasion.drafts if draft.kind is not MailKind.CARD)
    return replace(occasion, moves=(changed(due.ticket, now, what, **fields),), drafts=drafts, calls=None)


def gathered_until(moment: Moment) -> float:
    """Return the moment (epoch seconds) at which what was gathered until then is told."""
    return moment.now


def listed(found: tuple[Due, ...], moment: Moment) -> tuple[Occasion, ...]:
    """Tell each person at once what was gathered for them."""
    ordered = sorted(found, key=lambda due: (_whose(due), due.ticket.number))
    return tuple(_tell(tuple(dues), moment) for _, dues in groupby(ordered, key=_whose))


def _whose(due: Due) -> tuple[tuple[str, ...], str]:
    return due.ticket.called, due.ticket.team or ""


def _tell(dues: tuple[Due, ...], moment: Moment) -> Occasion:
    ticket = dues[0].ticket
    person = _reached(ticket.called, ticket.team, moment)
    if person is None:
        what = f"nobody is there any more to be called: {', '.join(ticket.called)}"
        moves = tuple(changed(due.ticket, moment.now, what, gathered_until=None) for due in dues)
        return Occasion(key("list", ticket), moves)
    called = ticket.called if person.id in ticket.called else (*ticket.called, person.id)
    minutes = moment.settings.duty.answer_minutes if next_called(called, ticket.team, moment) else None
    draft = (list_card(person, dues, moment, minutes) if len(dues) > 1 else card(person, dues[0], moment, minutes),)
    moves = tuple(
        changed(
            due.ticket,
            moment.now,
            f"on a card to {person.id} with {len(dues) - 1} others",
            gathered_until=None,
            called=called,
            called_at=None if due.ticket.unsure else moment.now,
            asked_at=moment.now if due.ticket.unsure else None,
        )
        for due in dues
    )
    return Occasion(key("list", ticket), moves, draft, tickets=dues)


def _reached(called: tuple[str, ...], team: str | None, moment: Moment) -> Person | None:
    """Return the last who was called, or the next in line where they are no member any more."""
    last = (person for person in moment.settings.people if person.id in called[-1:])
    return next(last, None) or next_called(called, team, moment)
