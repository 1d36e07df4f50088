"""Mail upon mail on one ticket is no new interruption each time: the first are cards, the rest is one card later."""

from dataclasses import replace

from daemon.core.desk.clock.changed import changed, key
from daemon.core.desk.clock.gathering import MOST, STRETCH_SECONDS
from daemon.core.desk.clock.moment import Moment
from daemon.core.desk.clock.waking import whose
from daemon.core.desk.routing import pipeline_for
from daemon.core.settings import Person
from store.model.changes import Draft, Said
from store.model.message import Address
from store.model.occasion import Due, Occasion
from store.model.outbox import MailKind
from store.model.ticket import Edit, State, Ticket

ADDED = "added"  # the letter that tells what was added meanwhile


def told(before: Ticket, after: Ticket, drafts: tuple[Draft, ...], now: float) -> tuple[Ticket, tuple[Draft, ...]]:
    """Return a ticket to which something was added, and its mails without the cards that would be one too many.

    What changes its state, such as the answer that was waited for, is told at once.
    """
    if before.state is not after.state or all(draft.kind is not MailKind.CARD for draft in drafts):
        return after, drafts
    recent = _recent(before, now)
    most = 1 if after.state is State.PAGED else MOST
    if len(recent) < most and after.heard_until is None:
        return replace(after, heard=(*recent, now)), drafts
    until = after.heard_until or next(iter(recent), now) + STRETCH_SECONDS
    return replace(after, heard_until=until), tuple(draft for draft in drafts if draft.kind is not MailKind.CARD)


def heard_anew(ticket: Ticket, now: float) -> tuple[Edit, ...]:
    """Return what a member's word changes: what waits is told at once, and so is what comes after it.

    It is no edit of the word's own event: what was told stays told, and undo leaves it be.
    """
    if ticket.heard_until is not None:
        return (Edit("heard_until", ticket.heard_until, min(ticket.heard_until, now)),)
    return (Edit("heard", ticket.heard, ()),) if ticket.heard else ()


def heard_until(moment: Moment) -> float:
    """Return the moment (epoch seconds) at which what was added until then is told."""
    return moment.now


def added(found: tuple[Due, ...], moment: Moment) -> tuple[Occasion, ...]:
    """Tell whoever has each ticket, in one card, what came since the last."""
    return tuple(_tell(due, moment) for due in found)


def _tell(due: Due, moment: Moment) -> Occasion:
    ticket, now = due.ticket, moment.now
    called = moment.roster.on_duty(now, ticket.team) if ticket.state is State.PAGED else None
    person = called if called and not ticket.owner else whose(ticket, moment)
    what = f"card to {person.id}: what was added" if person else "told the pipeline what was added"
    heard = (*_recent(ticket, now), now)[-MOST:]
    move = changed(ticket, now, what, heard=heard, heard_until=None)
    return Occasion(key(ADDED, ticket), (move,), (_card(ticket, person, moment),), tickets=(due,))


def _card(ticket: Ticket, person: Person | None, moment: Moment) -> Draft:
    pipeline = Address("", pipeline_for(moment.settings, ticket.verdict, ticket.team))
    return Draft(
        MailKind.CARD if person else MailKind.FORWARD,
        ADDED,
        Address(person.name, person.address) if person else pipeline,
        moment.settings.desk.language,
        about=ticket.number,
        original=True,
        tag=ticket.verdict,
        said=(Said(ADDED, ticket.number),),
    )


def _recent(ticket: Ticket, now: float) -> tuple[float, ...]:
    return tuple(at for at in ticket.heard if at > now - STRETCH_SECONDS)
