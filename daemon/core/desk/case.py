"""One message with everything that its decision may look at."""

from dataclasses import dataclass

from daemon.core.desk.authority import Authority
from daemon.core.mail.reading import Reading
from daemon.core.roster.roster import Roster
from daemon.core.settings import Settings
from daemon.core.triage.definition import Definition
from daemon.core.triage.learn import Learned
from store.model.changes import Filed
from store.model.facts import Background, Facts, Threading
from store.model.message import Permission, Proven
from store.model.ticket import Event, Ticket

NOTE_LETTERS = 20_000  # of a note stand in the history; the message itself is kept whole


@dataclass(frozen=True, slots=True)
class Listed:
    """A ticket that one line of an answer is about."""

    ticket: Ticket
    background: Background
    first: Reading | None = None  # the mail that opened it


@dataclass(frozen=True, slots=True)
class Backdrop:
    """What is known of the ticket that a member speaks about; nothing for all other messages."""

    background: Background | None = None
    first: Reading | None = None  # the mail that opened the ticket
    kept: Reading | None = None  # the mail whose commands this one says yes to
    listed: tuple[Listed, ...] = ()  # where a list of tickets is answered: those that it names, in order
    waiting: int | None = None  # the row of `kept`
    waiting_since: float = 0.0  # when it was received
    confirmations: int = 0  # about no ticket, that the member was sent within the hour
    answered: Reading | None = None  # the message because of which the answered mail was sent, where that matters


NO_BACKDROP = Backdrop()


@dataclass(frozen=True, slots=True)
class Case:
    """One message with everything its decision may look at."""

    reading: Reading
    facts: Facts
    settings: Settings
    definition: Definition
    threading: Threading
    permission: Permission
    now: float
    learned: Learned
    authority: Authority
    backdrop: Backdrop
    roster: Roster

    @property
    def background(self) -> Background | None:
        """What the store knows of the ticket, where a member's word may need it."""
        return self.backdrop.background

    @property
    def ticket(self) -> Ticket | None:
        """The ticket the message belongs to, if it belongs to one."""
        return self.facts.ticket(self.threading.ticket)

    @property
    def filed(self) -> Filed:
        """What is remembered of the message itself."""
        clues, message = self.reading.clues, self.reading.message
        proven = self.reading.proof.level in (Proven.DKIM, Proven.DMARC)
        return Filed(clues.message_id, clues.sender, message.subject, clues.text_digest, proven)

    def event(self, what: str) -> Event:
        """A line of history that this message writes."""
        return Event(self.now, self.reading.clues.sender or "unknown sender", what)
