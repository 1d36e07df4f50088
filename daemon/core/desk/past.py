"""Mail of before the desk's time: filed and threaded as it would have been, and nothing follows from it.

Nobody is answered, asked or sent anything; no word in it is a command. A conversation ends with its last message, so
that a later answer reopens it by the rule for all, or opens a new ticket linked to it. Between old messages no time is
counted: an answer after a year belongs where it was given. Mail from the team's own addresses is an answer, not a
request.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from daemon.core.desk.case import Case
from daemon.core.desk.language import guess_language
from daemon.core.desk.routing import kind_of
from daemon.core.mail.address import fold
from daemon.core.mail.reading import Reading
from daemon.core.mail.thread import thread
from daemon.core.settings import Settings
from daemon.core.triage.definition import Definition
from daemon.core.triage.judge import judge
from daemon.core.triage.learn import NOTHING, Learned
from store.model.changes import Changes, Filed, Opening, Outcome
from store.model.facts import Clues, Facts, KnownId, Signal, Threading
from store.model.history import ANSWERED, STRANGER, WROTE_AGAIN
from store.model.message import AutomaticKind, Door, Proven
from store.model.ticket import Event, Kind, Participant, Role, State, Ticket

OURS = "ours"  # reason of the silence: mail of the team among itself
FROM_US = frozenset({"own-sender"})  # rules of the guard that an answer from the desk's own address breaks


@dataclass(frozen=True, slots=True)
class Ours:
    """Whose mail is an answer: folded addresses, and domains all of whose addresses are meant."""

    addresses: frozenset[str]
    domains: frozenset[str] = frozenset()

    def __contains__(self, address: str) -> bool:
        return address in self.addresses or address.rpartition("@")[2] in self.domains


@dataclass(frozen=True, slots=True)
class Past:
    """An old message, read and judged: all that its filing depends on, small enough to travel between processes."""

    at: float  # epoch seconds when it was written
    clues: Clues
    machine: AutomaticKind
    made_here: bool  # by a daemon of this desk
    ours: bool
    filed: Filed
    opening: Opening | None  # the ticket it opens if it belongs to none; None where it opens none
    unjudged: tuple[str, str] | None = None  # subject and text, where judging waits until it opens a ticket indeed


@dataclass(slots=True)
class Together:
    """What the messages of one batch say that the store cannot know yet."""

    known: dict[str, KnownId] = field(default_factory=dict)
    tickets: dict[int, Ticket] = field(default_factory=dict)

    def facts(self, past: Past, facts: Facts) -> Facts:
        """Return what the store knows, with what earlier messages of the batch have changed."""
        names = [name for name in (past.clues.message_id, *past.clues.foreign_ids) if name in self.known]
        known = (*facts.known, *(self.known[name] for name in names))
        numbers = dict.fromkeys((*(one.number for one in facts.tickets), *(one.ticket for one in known)))
        stored = {one.number: one for one in facts.tickets}
        tickets = (self.tickets.get(number) or stored.get(number) for number in numbers)
        return replace(facts, known=known, tickets=tuple(one for one in tickets if one is not None))

    def remember(self, past: Past, changes: Changes, opens: int) -> None:
        """Take in what a message has changed; `opens` is the number of the ticket it would open."""
        number = opens if changes.opens else changes.ticket
        if number is None:
            return
        if changes.opens:
            self.tickets[number] = _ticket(number, changes.opens, past.at)
        if past.clues.message_id:
            known = KnownId(past.clues.message_id, number, past.clues.sender, past.clues.text_digest)
            self.known.setdefault(past.clues.message_id, known)


def ours_of(settings: Settings, more: tuple[str, ...] = ()) -> Ours:
    """Return whose mail is an answer: the desk's, its people's, and that of the addresses or domains that are named."""
    people = (fold(person.address) for person in settings.people)
    desk = (fold(address) for address in settings.desk.addresses)
    named = [fold(one).removeprefix("@") for one in more]
    addresses = frozenset((*desk, *people, *(one for one in named if "@" in one)))
    return Ours(addresses, frozenset(one for one in named if "@" not in one))


def read_past(
    reading: Reading,
    at: float,
    settings: Settings,
    ours: Ours,
    definition: Definition,
    learned: Learned = NOTHING,
    *,
    answers: bool = False,
    judging: bool = True,
) -> Past:
    """Return all that the filing of an old message depends on.

    Judging it is much of the work; one that `answers` another of the mailbox is judged only when it opens a ticket, and
    none without `judging`: its ticket has no verdict, and is no problem report.
    """
    clues = replace(reading.clues, subject_number=None)  # a number in it was given by another desk
    message, proven = reading.message, reading.proof.level in (Proven.DKIM, Proven.DMARC)
    machine = reading.automatic
    opening = _opening(reading, clues.sender, settings, ours)
    words = (message.subject, message.new_text) if judging and opening and clues.sender not in ours else None
    past = Past(
        at,
        clues,
        machine.kind,
        machine.kind is AutomaticKind.OWN and not FROM_US.issuperset(machine.reasons),
        clues.sender in ours,
        Filed(clues.message_id, clues.sender, message.subject, clues.text_digest, proven),
        opening,
        words,
    )
    return past if answers else judged(past, definition, learned)


def judged(past: Past, definition: Definition, learned: Learned) -> Past:
    """Return an old message with its verdict, if there is anything to be judged."""
    if past.opening is None or past.unjudged is None:
        return past
    verdict = judge(definition, *past.unjudged, learned)
    kind = kind_of(verdict.tag)
    state = State.CLOSED if kind is Kind.REPORT else State.DONE
    opening = replace(past.opening, kind=kind, state=state, verdict=verdict, area=verdict.area)
    return replace(past, opening=opening, unjudged=None)


def file_past(past: Past, facts: Facts) -> Changes:
    """Say what an old message changes: the first row that has a word on it decides."""
    endless = replace(facts, tickets=tuple(replace(one, ended_at=None) for one in facts.tickets))
    matter = _Matter(past, facts, thread(past.clues, endless, past.at))
    return next(changes for row in ROWS if (changes := row(matter)) is not None)


def imported(case: Case) -> Changes | None:
    """Mail of before the desk's time that comes to the stages by itself, such as one that was set aside."""
    reading = case.reading
    if reading.envelope.door is not Door.IMPORT:
        return None
    written = reading.message.date.timestamp() if reading.message.date else case.now
    ours = ours_of(case.settings)
    past = read_past(reading, min(written, case.now), case.settings, ours, case.definition, case.learned)
    return file_past(past, case.facts)


@dataclass(frozen=True, slots=True)
class _Matter:
    past: Past
    facts: Facts
    threading: Threading

    @property
    def ticket(self) -> Ticket | None:
        """The ticket it belongs to; that it names without taking part, where one of us wrote it."""
        number = self.threading.ticket
        return self.facts.ticket(self.threading.linked if number is None and self.past.ours else number)


def _made_here(matter: _Matter) -> Changes | None:
    return _silence(matter, "own") if matter.past.made_here else None


def _repeat(matter: _Matter) -> Changes | None:
    return _silence(matter, "repeat") if matter.threading.signal is Signal.REPEAT else None


def _machine(matter: _Matter) -> Changes | None:
    """A report, or what a machine wrote in answer; what it wrote unasked is a request as it would be today."""
    past = matter.past
    if past.ours or past.machine is AutomaticKind.NONE:
        return None
    report = past.machine in (AutomaticKind.BOUNCE, AutomaticKind.REPORT)
    return _silence(matter, str(past.machine)) if report or matter.ticket else None


def _answer(matter: _Matter) -> Changes | None:
    return _follow_up(matter, f"{ANSWERED}, before this desk") if matter.past.ours and matter.ticket else None


def _among_us(matter: _Matter) -> Changes | None:
    return _silence(matter, OURS) if matter.past.opening is None else None


def _unverified(matter: _Matter) -> Changes | None:
    if not matter.threading.unverified or matter.ticket is None:
        return None
    return _follow_up(matter, f"{STRANGER}wrote, but takes no part")


def _wrote_again(matter: _Matter) -> Changes | None:
    return _follow_up(matter, f"{WROTE_AGAIN}, before this desk") if matter.ticket else None


def _request(matter: _Matter) -> Changes:
    past, threading = matter.past, matter.threading
    opening = past.opening
    if opening is None:
        raise ValueError("a message that opens no ticket")
    links = (threading.linked,) if threading.linked is not None else ()
    judged = f"judged {opening.verdict.tag} (score {opening.verdict.score:.2f}); " if opening.verdict else ""
    wrote = Event(past.at, past.clues.sender or "unknown sender", "wrote, before this desk")
    return Changes(
        Outcome.TICKET,
        "",
        threading,
        past.filed,
        opens=replace(opening, links=links),
        events=(wrote, Event(past.at, "triaged", f"{judged}brought along from an old mailbox")),
    )


ROWS: tuple[Callable[[_Matter], Changes | None], ...] = (
    _made_here,
    _repeat,
    _machine,
    _answer,
    _among_us,
    _unverified,
    _wrote_again,
    _request,
)


def _silence(matter: _Matter, reason: str) -> Changes:
    ticket = matter.ticket
    events = (_event(matter, f"kept without an answer: {reason}"),) if ticket else ()
    number = ticket.number if ticket else None
    return Changes(Outcome.SILENCED, reason, matter.threading, matter.past.filed, ticket=number, events=events)


def _follow_up(matter: _Matter, what: str) -> Changes:
    """File it with its ticket; the store lets one that has ended end with it, and one that is open stays as it is."""
    ticket = matter.ticket
    if ticket is None:
        raise ValueError("a follow-up without a ticket")
    return Changes(
        Outcome.FOLLOW_UP,
        "",
        replace(matter.threading, ticket=ticket.number, linked=None),
        matter.past.filed,
        ticket=ticket.number,
        events=(_event(matter, f"{what} ({matter.threading.signal})"),),
    )


def _event(matter: _Matter, what: str) -> Event:
    return Event(matter.past.at, matter.past.clues.sender or "unknown sender", what)


def _opening(reading: Reading, sender: str, settings: Settings, ours: Ours) -> Opening | None:
    """Return the ticket that a message opens, unjudged; one of ours opens it for the first stranger it went to."""
    message = reading.message
    written_to = (fold(one.address) for one in (*message.to, *message.cc))
    reporter = next((one for one in written_to if one not in ours), "") if sender in ours else sender
    if sender in ours and not reporter:
        return None
    return Opening(
        Kind.OTHER,
        State.DONE,
        None,
        message.subject or "(no subject)",
        reporter,
        guess_language(message.new_text, settings.desk.language),
        (Participant(reporter, Role.REPORTER),) if reporter else (),
    )


def _ticket(number: int, opening: Opening, at: float) -> Ticket:
    """Return the ticket as it will stand in the store."""
    return Ticket(
        number=number,
        kind=opening.kind,
        state=opening.state,
        verdict=opening.verdict.tag if opening.verdict else None,
        unsure=bool(opening.verdict and opening.verdict.unsure),
        resolution=None,
        subject=opening.subject,
        reporter=opening.reporter,
        owner=None,
        team=None,
        area=opening.area,
        priority=None,
        language=opening.language,
        opened_at=at,
        ended_at=at,
        links=opening.links,
        participants=opening.participants,
    )
