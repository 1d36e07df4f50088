"""The message that a member answers becomes a ticket of its own: judged anew, and its sender is the reporter."""

from dataclasses import replace

from daemon.core.commands.plan import UNNUMBERED, Planned
from daemon.core.desk.joining import conversations
from daemon.core.desk.opening import Opened, open_ticket
from daemon.core.desk.scene import Deed, Scene, no, person_at, person_named, said
from daemon.core.settings import Person
from store.model.changes import Draft, Opening, Refile, Said, TicketChange
from store.model.facts import Offspring
from store.model.message import Address
from store.model.outbox import MailKind
from store.model.ticket import Edit, Event, Kind, State, Ticket

SPLIT = "split"
WITHDRAWN = "withdrawn"  # how a ticket is closed that was opened by mistake


def split(scene: Scene, step: Planned) -> Deed:
    """Open a ticket with the answered message; whoever owned the old one has the new one too, unless it is urgent."""
    ticket, background, reading = step.ticket, scene.background, scene.case.backdrop.answered
    if ticket is None or reading is None or background.answered is None or person_at(scene.settings, background.author):
        return no("nothing-to-split", step)
    if background.conversation != ticket.number:
        apart = any(one.number == background.conversation for one in conversations(scene, ticket))
        return no("of-a-part" if apart else "split-already", step, other=background.conversation or 0)
    if background.original and background.original.id == background.answered.id:
        return no("opened-it", step)
    case = scene.case
    opened = open_ticket(reading, case.settings, case.definition, case.roster, case.now, (ticket.number,), case.learned)
    owned = _owned(scene, ticket, opened)
    event = Event(case.now, scene.person.id, f"split off from #{ticket.number}")
    return Deed(
        said(
            SPLIT,
            step,
            who=reading.clues.sender,
            text=str(opened.opening.verdict.tag if opened.opening.verdict else ""),
        ),
        tuple(replace(draft, about=UNNUMBERED) for draft in (*opened.drafts, *_card(scene, owned, opened))),
        opens=replace(owned, events=(event, *opened.events(case.now)[1:])),
        refiles=(Refile(background.answered.id, ticket.number, None),),
    )


def unsplit(scene: Scene, ticket: Ticket, child: Offspring | None) -> Deed | None:
    """Return what takes a split back: the message returns; None where somebody has worked on the new ticket since."""
    new = scene.background.ticket(child.ticket) if child else None
    if child is None or child.first is None or new is None or new.version or not child.alone:
        return None
    edits = withdrawal(new, scene.case.now)
    event = Event(scene.case.now, scene.person.id, WITHDRAWN, edits)
    return Deed(
        Said("undone"),
        moves=(TicketChange(new.number, new.version, edits, (event,)),),
        refiles=(Refile(child.first, new.number, ticket.number),),
    )


def withdrawal(ticket: Ticket, now: float) -> tuple[Edit, ...]:
    """Return what closes a ticket that was opened by mistake."""
    return (
        Edit("state", ticket.state, State.CLOSED),
        Edit("resolution", ticket.resolution, WITHDRAWN),
        Edit("ended_at", ticket.ended_at, now),
    )


def _owned(scene: Scene, ticket: Ticket, opened: Opened) -> Opening:
    opening = opened.opening
    if ticket.owner is None or opening.state is State.PAGED or person_named(scene.settings, ticket.owner) is None:
        return opening
    state = State.INVESTIGATING if opening.kind is Kind.REPORT else opening.state
    return replace(opening, owner=ticket.owner, state=state)


def _card(scene: Scene, opening: Opening, opened: Opened) -> tuple[Draft, ...]:
    """Whoever is to work on it needs a mail about it that can be answered: its owner, else whoever split it off."""
    person: Person = person_named(scene.settings, opening.owner) or scene.person
    if opening.state is State.PAGED or any(draft.to.address == person.address for draft in opened.drafts):
        return ()
    sentence = Said(SPLIT, scene.case.threading.ticket, who=scene.person.name)
    address = Address(person.name, person.address)
    return (Draft(MailKind.CARD, SPLIT, address, scene.language, said=(sentence,)),)
