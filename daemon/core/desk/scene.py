"""What a command is said in, what it comes to, and the mails that it may cause."""

from dataclasses import dataclass, replace

from daemon.core.commands.permit import HelpLine, Level, help_for
from daemon.core.commands.plan import Planned
from daemon.core.desk.case import Case
from daemon.core.desk.routing import pipeline_for, supporting, task
from daemon.core.mail.address import fold
from daemon.core.settings import Person, Settings
from store.model.changes import Draft, Opening, Refile, Said, TicketChange
from store.model.correction import Correction
from store.model.facts import Background
from store.model.message import Address
from store.model.outbox import MailKind
from store.model.shift import Override
from store.model.ticket import Event, Kind, State, Ticket
from store.model.verdict import Tag


@dataclass(frozen=True, slots=True)
class Scene:
    """A member who says something, and all that is known about it."""

    case: Case
    person: Person
    level: Level
    background: Background

    @property
    def settings(self) -> Settings:
        """The desk's settings."""
        return self.case.settings

    @property
    def language(self) -> str:
        """The language of the team."""
        return self.case.settings.desk.language

    def name(self, who: str | None) -> str:
        """Return the display name of a member by id, or the id where nobody has it any more."""
        found = person_named(self.settings, who)
        return found.name if found else who or ""


@dataclass(frozen=True, slots=True)
class Deed:
    """What one command comes to beside the move of its ticket."""

    said: Said
    drafts: tuple[Draft, ...] = ()
    moves: tuple[TicketChange, ...] = ()  # of other tickets, or of its own where `own_move` says so
    corrections: tuple[Correction, ...] = ()
    events: tuple[Event, ...] = ()  # further lines of the history of its ticket
    stops: tuple[int, ...] = ()
    refused: bool = False  # nothing of the whole mail is applied
    own_move: bool = False
    opens: Opening | None = None
    refiles: tuple[Refile, ...] = ()
    about: int | None = None  # another ticket that the answer speaks of, and that is meant in answer to it
    overrides: tuple[Override, ...] = ()  # what it changes of the rotas


def offered(ticket: Ticket | None, level: Level) -> tuple[HelpLine, ...]:
    """Return the words that fit now."""
    return help_for(ticket, level)


def no(what: str, step: Planned, **more: str | int | tuple[str, ...]) -> Deed:
    """Return a refusal that only the store's knowledge shows."""
    return Deed(said(what, step, **more), refused=True)


def said(what: str, step: Planned, **more: str | int | tuple[str, ...] | tuple[tuple[str, ...], ...]) -> Said:
    """Return a sentence about the ticket of a step; 0 stands for the one that this mail opens."""
    return Said(what, step.ticket.number if step.ticket else None, **more)  # type: ignore[arg-type]


def after(step: Planned) -> Ticket:
    """Return the ticket after the step."""
    if step.ticket is None:
        raise ValueError("a word about a ticket without one")
    return step.step.apply(step.ticket)


def person_named(settings: Settings, who: str | None) -> Person | None:
    """Return the member with this id."""
    return next((person for person in settings.people if person.id == who), None)


def person_at(settings: Settings, address: str) -> Person | None:
    """Return the member who writes from this address."""
    return next((person for person in settings.people if fold(person.address) == fold(address)), None)


def to_pipeline(scene: Scene, ticket: Ticket, tag: Tag | None) -> tuple[Draft, ...]:
    """Return the one forward to the pipeline of a tag, with the original; none where that has it already."""
    to = pipeline_for(scene.settings, tag, ticket.team)
    if any(
        mail.kind is MailKind.FORWARD and mail.to == to and mail.ticket in (None, ticket.number)
        for mail in scene.background.posted
    ):
        return ()
    return (
        Draft(
            MailKind.FORWARD,
            "forward",
            Address("", to),
            scene.language,
            carries_original=True,
            about=ticket.number,
            original=True,
            tag=tag,
        ),
    )


def onward(scene: Scene, step: Planned, tag: Tag | None, note: str = "") -> tuple[Draft, ...]:
    """Return the mails that take a request on to where the step has brought it.

    On support's side of the gate that is one card; everywhere else the pipeline of the tag, and for what is to be
    investigated from now on the release manager's card.
    """
    ticket = after(step)
    entered = step.ticket is not None and step.ticket.state is not ticket.state
    if ticket.state is State.NEW:
        person = supporting(scene.settings, scene.case.roster, scene.case.now, ticket.team)
        card = person is not None and entered and person.id != scene.person.id
        return (spoken(task(scene.settings, person, "support"), ticket),) if person and card else ()
    manager = to_manager(scene, ticket, note) if entered and ticket.state is State.TO_INVESTIGATE else ()
    return (*to_pipeline(scene, ticket, tag), *manager)


def to_manager(scene: Scene, ticket: Ticket, note: str = "") -> tuple[Draft, ...]:
    """Return the release manager's card for what is to be investigated, or scheduled; none for who says it anyway."""
    manager = scene.case.roster.managing(scene.case.now)
    if manager is None or manager.id == scene.person.id:
        return ()
    what = "schedule" if ticket.kind is Kind.BUG else "investigate"
    return (spoken(task(scene.settings, manager, what, scene.person.name, note), ticket),)


def spoken(card: Draft, ticket: Ticket) -> Draft:
    """Return a card as one about this ticket, with what its reporter wrote."""
    return replace(card, about=ticket.number, original=True, tag=ticket.verdict)


def to_member(scene: Scene, person: Person, letter: str, ticket: Ticket, other: int | None = None) -> Draft:
    """Return a card about a ticket, with what its reporter wrote."""
    sentence = Said(letter, ticket.number, who=scene.person.name, other=other)
    return Draft(
        MailKind.CARD,
        letter,
        Address(person.name, person.address),
        scene.language,
        about=ticket.number,
        original=True,
        tag=ticket.verdict,
        said=(sentence,),
    )


def to_reporter(
    scene: Scene, ticket: Ticket, kind: MailKind, letter: str, text: str = "", outcome: str = "", to: str = ""
) -> tuple[Draft, ...]:
    """Return a mail to the reporter, or the reader that is named, held so that `undo` can stop it; none without one."""
    if not (to or ticket.reporter):
        return ()
    own = scene.case.ticket is not None and scene.case.ticket.number == ticket.number
    return (
        Draft(
            kind,
            letter,
            Address("", to or ticket.reporter),
            ticket.language,
            answers_message=own,
            hold_seconds=scene.settings.desk.hold_seconds,
            about=ticket.number,
            original=own,
            text=text,
            said=(Said(outcome, ticket.number),) if outcome else (),
        ),
    )
