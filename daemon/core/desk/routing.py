"""Where a request goes: one ordered table of ways, and the mails that take it there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from daemon.core.desk.rota.copies import copies
from daemon.core.roster.roster import Roster
from daemon.core.settings import Person, Settings
from store.model.changes import Draft, Said
from store.model.message import Address
from store.model.outbox import MailKind
from store.model.ticket import Kind, State, Ticket
from store.model.verdict import Tag

KINDS: tuple[tuple[Tag, Kind], ...] = (  # what the verdict makes of a request
    (Tag.EMERGENCY, Kind.REPORT),
    (Tag.PROBLEM, Kind.REPORT),
    (Tag.FEATURE, Kind.FEATURE),
    (Tag.QUESTION, Kind.QUESTION),
    (Tag.OTHER, Kind.OTHER),
)
GATED = frozenset({Tag.PROBLEM, Tag.QUESTION})  # what support sees first, where the L1 gate is on
GATED_KINDS = frozenset({Kind.REPORT, Kind.QUESTION})
_A_MONDAY = 1  # the ordinal of one, from which turns are counted
TASK = "task"  # the letter of a card that says what is to be done; the first of its sentences names the task


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be taken on its way."""

    settings: Settings
    roster: Roster
    now: float  # epoch seconds
    tag: Tag
    team: str | None
    urgent: bool  # the person on duty is asked

    @property
    def duty(self) -> Person | None:
        """The one who is interrupted for it."""
        return self.roster.on_duty(self.now, self.team) if self.urgent else None

    @property
    def support(self) -> Person | None:
        """The one of support who sees it first, where the gate is on."""
        gated = self.settings.gate.l1 and self.tag in GATED
        return supporting(self.settings, self.roster, self.now, self.team) if gated else None


@dataclass(frozen=True, slots=True)
class Way:
    """Where a request starts, the mails that take it there, and what the history says of it."""

    kind: Kind
    state: State
    drafts: tuple[Draft, ...]
    words: str
    calls: str | None = None  # the member who is interrupted, by id


def way(request: Request) -> Way:
    """Return the way of a request: the first row of the table that takes it."""
    kind = kind_of(request.tag)
    return next(found for row in WAYS if (found := row(request, kind)) is not None)


def kind_of(tag: Tag) -> Kind:
    """Return what the verdict makes of a request."""
    return next(kind for known, kind in KINDS if known is tag)


def _called(request: Request, kind: Kind) -> Way | None:
    """Whoever is on duty gets a card, and nobody else hears of it."""
    duty = request.duty
    if duty is None:
        return None
    others = request.roster.chain(request.now, request.team)
    minutes = request.settings.duty.answer_minutes if others else None
    draft = Draft(MailKind.CARD, "card", _address(duty), request.settings.desk.language, answer_minutes=minutes)
    copy = copies(draft, duty, request.roster, request.now, request.team)
    return Way(kind, State.PAGED, (draft, *copy), f"card to {duty.id}", duty.id)


def _supported(request: Request, kind: Kind) -> Way | None:
    """Support sees it first, and nothing goes to the pipeline until support says so."""
    support = request.support
    if support is None:
        return None
    return Way(kind, State.NEW, (task(request.settings, support, "support"),), f"card to {support.id}, of support")


def _to_be_investigated(request: Request, kind: Kind) -> Way | None:
    """A report goes to the pipeline, and the release manager sees that it gets its turn."""
    if kind is not Kind.REPORT:  # an emergency with nobody who could be asked comes here too: it must not wait unseen
        return None
    manager = request.roster.managing(request.now)
    cards = (task(request.settings, manager, "investigate"),) if manager else ()
    words = f"forwarded; card to {manager.id}" if manager else "forwarded"
    return Way(kind, State.TO_INVESTIGATE, (_forward(request), *cards), words)


def _forwarded(request: Request, kind: Kind) -> Way:
    return Way(kind, State.FORWARDED, (_forward(request),), "forwarded")


WAYS: tuple[Callable[[Request, Kind], Way | None], ...] = (_called, _supported, _to_be_investigated, _forwarded)


def team_of(area: str | None, settings: Settings) -> str | None:
    """Return the team whose area a request is about; None where no team has it, or there are no teams."""
    return next((team.id for team in settings.teams if area is not None and area in team.areas), None)


def pipeline_for(settings: Settings, tag: Tag | None, team: str | None) -> str:
    """Return the address of the pipeline: the team's own where it has one, else the desk's for this tag."""
    own = next((one.pipeline for one in settings.teams if one.id == team), None)
    return own or settings.pipeline.for_tag(tag)


def with_support(ticket: Ticket, settings: Settings) -> bool:
    """Say whether a ticket is on support's side of the gate."""
    if not settings.gate.l1 or ticket.kind not in GATED_KINDS or ticket.state is State.PAGED:
        return False
    if ticket.state is State.NEW:
        return True
    owner = next((person for person in settings.people if person.id == ticket.owner), None)
    trying = ticket.state in (State.INVESTIGATING, State.WAITING) and ticket.verdict is not Tag.EMERGENCY
    return trying and owner is not None and owner.level == "L1"


def keeper(ticket: Ticket, settings: Settings, roster: Roster, now: float) -> Person | None:
    """Return the one of support who talks to the reporter of this ticket; None where the desk has no support."""
    support = [person for person in settings.people if person.level == "L1"]
    known = (person for who in (ticket.support, ticket.owner) for person in support if person.id == who)
    return next(known, None) or supporting(settings, roster, now, ticket.team)


def supporting(settings: Settings, roster: Roster, now: float, team: str | None = None) -> Person | None:
    """Return the one member of support (L1) who gets a new request; None where there is none.

    Whoever is on duty, if that is somebody of support; else support takes turns in the order of the settings, from
    one day or week to the next: the team's own people where it has some, then those of no team, then all; never who is
    away, as long as somebody else is there.
    """
    duty = roster.on_duty(now, team)
    if duty is not None and duty.level == "L1":
        return duty
    support = [person for person in settings.people if person.level == "L1"]
    theirs = [person for person in support if team is not None and person.team == team]
    people = theirs or [person for person in support if person.team is None] or support
    there = [person for person in people if not roster.is_away(person.id, now)] or people
    return there[_turns_since(settings, now) % len(there)] if there else None


def _turns_since(settings: Settings, now: float) -> int:
    """Return how many turns have begun, each at the time of the hand-over."""
    local = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(settings.desk.timezone))
    early = local.time() < time.fromisoformat(settings.duty.at)
    days = local.toordinal() - _A_MONDAY - early
    return days // 7 if settings.duty.turn == "week" else days


def task(settings: Settings, person: Person, what: str, who: str = "", text: str = "", to: str = "") -> Draft:
    """Return a card that says what its reader is to do; `who` is the name of the member who wants it.

    `to` is who would read the text if the reader of the card sends it.
    """
    said = Said(what, who=who, lines=(to,) if to else ())
    return Draft(MailKind.CARD, TASK, _address(person), settings.desk.language, text=text, said=(said,))


def _forward(request: Request) -> Draft:
    to = Address("", pipeline_for(request.settings, request.tag, request.team))
    return Draft(MailKind.FORWARD, "forward", to, request.settings.desk.language, carries_original=True)


def _address(person: Person) -> Address:
    return Address(person.name, person.address)
