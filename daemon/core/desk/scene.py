"""What a command is said in, what it comes to, and the mails that it may cause."""

from dataclasses import dataclass

from daemon.core.desk.case import Case
from daemon.core.desk.grammar import Verb
from daemon.core.desk.permit import HelpLine, Level, help_for
from daemon.core.desk.plan import Planned
from daemon.core.mail.address import fold
from daemon.core.settings import Person, Settings
from store.model.changes import Draft, Opening, Refile, Said, TicketChange
from store.model.correction import Correction
from store.model.facts import Background
from store.model.message import Address
from store.model.outbox import MailKind
from store.model.ticket import Ticket
from store.model.verdict import Tag

V = Verb
UNBUILT = frozenset(  # words of the grammar that the desk does not follow yet: said plainly, and never offered
    {V.UP, V.DOWN, V.MOVE, V.DUTY, V.SWAP, V.COVER, V.AWAY, V.SHADOW}
)


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
    stops: tuple[int, ...] = ()
    refused: bool = False  # nothing of the whole mail is applied
    own_move: bool = False
    opens: Opening | None = None
    refiles: tuple[Refile, ...] = ()
    about: int | None = None  # another ticket that the answer speaks of, and that is meant in answer to it


def offered(ticket: Ticket | None, level: Level) -> tuple[HelpLine, ...]:
    """Return the words that fit now, and do what they say."""
    return tuple(line for line in help_for(ticket, level) if line.verb not in UNBUILT)


def no(what: str, step: Planned, **more: str | int | tuple[str, ...]) -> Deed:
    """Return a refusal that only the store's knowledge shows."""
    return Deed(said(what, step, **more), refused=True)


def said(what: str, step: Planned, **more: str | int | tuple[str, ...]) -> Said:
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
    to = scene.settings.pipeline.for_tag(tag)
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
