"""What was put aside for a while comes back by itself, once."""

from daemon.core.desk.clock.changed import changed, key
from daemon.core.desk.clock.moment import Moment
from daemon.core.desk.routing import pipeline_for
from daemon.core.settings import Person
from store.model.changes import Draft, Said
from store.model.message import Address
from store.model.occasion import Due, Occasion
from store.model.outbox import MailKind
from store.model.ticket import Kind, Ticket


def snoozed_until(moment: Moment) -> float:
    """Return the moment (epoch seconds): what was put aside until then wakes."""
    return moment.now


def woken(found: tuple[Due, ...], moment: Moment) -> tuple[Occasion, ...]:
    """Bring each back to whoever has it, else to where its cards go."""
    return tuple(_wake(due, moment) for due in found)


def _wake(due: Due, moment: Moment) -> Occasion:
    person = whose(due.ticket, moment)
    what = f"awake again; card to {person.id}" if person else "awake again; told the pipeline"
    move = changed(due.ticket, moment.now, what, snoozed_until=None)
    return Occasion(key("awake", due.ticket), (move,), (_awake(due.ticket, person, moment),), tickets=(due,))


def whose(ticket: Ticket, moment: Moment) -> Person | None:
    """Return who has the ticket to look after: its owner, the release manager for a report or a bug, else nobody."""
    people = moment.settings.people
    owner = next((person for person in people if person.id in (ticket.owner, ticket.support)), None)
    managed = ticket.kind in (Kind.REPORT, Kind.BUG)
    return owner or (moment.roster.managing(moment.now) if managed else None)


def _awake(ticket: Ticket, person: Person | None, moment: Moment) -> Draft:
    to = (
        Address(person.name, person.address)
        if person
        else Address("", pipeline_for(moment.settings, ticket.verdict, ticket.team))
    )
    return Draft(
        MailKind.CARD if person else MailKind.FORWARD,
        "awake",
        to,
        moment.settings.desk.language,
        about=ticket.number,
        original=True,
        tag=ticket.verdict,
        said=(Said("awake", ticket.number, text=str(ticket.state)),),
    )
