"""One ticket out of two: the desk works on one of them, and each reporter still reads only their own mail.

The ticket that is joined stays as the conversation with its own readers: its number, its language and its subject are
those of every mail to them. What they write is filed with the other ticket, which alone has an owner and a state.
"""

from daemon.core.commands.arguments import TicketNumber
from daemon.core.commands.grammar import Verb
from daemon.core.commands.plan import Planned
from daemon.core.desk.scene import Deed, Scene, after, no, person_at, person_named, said, to_manager, to_member
from store.model.changes import Draft, TicketChange
from store.model.ticket import ENDED, Event, Kind, State, Ticket

OF_ITSELF = frozenset({Verb.UNDO, Verb.REOPEN})  # said of a ticket that is part of another, they part it again


def join(scene: Scene, step: Planned) -> Deed:
    """Close this ticket as part of another; whoever has that one gets a card with what its reporter wrote."""
    (number,) = (a.number for a in step.command.arguments if isinstance(a, TicketNumber))
    ticket, other = step.ticket, scene.background.ticket(number)
    if ticket is None or other is None:
        return no("no-such-ticket", step, other=number, words=("list",))
    if other.joined is not None:
        return no("joined-already", step, other=number, text=f"#{other.joined}", words=(f"join {other.joined}",))
    if other.state in ENDED:
        return no("other-ended", step, other=number)
    if (ticket.kind is Kind.BUG) is not (other.kind is Kind.BUG):
        return no("not-alike", step, other=number, words=(f"dup {number}",) if ticket.kind is Kind.REPORT else ())
    return Deed(
        said("joined", step, other=number),
        _to_owner(scene, ticket, other),
        moves=(_told(scene, other, f"#{ticket.number} is part of it from now on"),),
    )


def reopen(scene: Scene, step: Planned) -> Deed:
    """Open a ticket again, for the release manager too; what was part of another stands on its own from now on."""
    ticket = after(step)
    waits = ticket.state in (State.TO_INVESTIGATE, State.TO_SCHEDULE)
    drafts = to_manager(scene, ticket) if waits else ()
    return Deed(said("reopened", step), drafts, moves=parted(scene, step.ticket))


def parted(scene: Scene, ticket: Ticket | None) -> tuple[TicketChange, ...]:
    """Return what the other ticket's history says when this one is no longer part of it."""
    whole = scene.background.ticket(ticket.joined) if ticket and ticket.joined is not None else None
    return (_told(scene, whole, f"#{ticket.number} is no longer part of it"),) if ticket and whole else ()


def conversations(scene: Scene, ticket: Ticket) -> tuple[Ticket, ...]:
    """Return the ticket and all that were joined to it, each with readers of its own."""
    around = [*scene.background.related, *scene.case.facts.tickets]
    found = {ticket.number: ticket}
    waiting = [ticket.number]
    while waiting:
        whole = waiting.pop(0)
        parts = [one for one in around if one.joined == whole and one.number not in found]
        found |= {one.number: one for one in parts}
        waiting += [one.number for one in parts]
    return tuple(found.values())


def asker(scene: Scene, ticket: Ticket) -> tuple[Ticket, str] | None:
    """Return who is answered, with the conversation that they read: whoever wrote what the member answers.

    None where that message belongs to another ticket by now: nobody else may get what is meant for its author.
    """
    background = scene.background
    apart = {one.number: one for one in conversations(scene, ticket)}
    spoken = apart.get(background.conversation or 0)
    if spoken and spoken.takes_part(background.author):
        return spoken, background.author
    if background.conversation and not spoken and not person_at(scene.settings, background.author):
        return None
    spoken = apart.get(background.spoken or 0, ticket)
    return spoken, spoken.reporter


def _told(scene: Scene, ticket: Ticket, what: str) -> TicketChange:
    return TicketChange(ticket.number, ticket.version, (), (Event(scene.case.now, scene.person.id, what),))


def _to_owner(scene: Scene, ticket: Ticket, other: Ticket) -> tuple[Draft, ...]:
    owner = person_named(scene.settings, other.owner)
    if owner is None or owner.id == scene.person.id:
        return ()
    return (to_member(scene, owner, "joined", ticket, other=other.number),)
