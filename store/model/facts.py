"""What a message makes us ask the store, and what the store knows."""

from dataclasses import dataclass
from enum import StrEnum

from store.model.correction import Correction
from store.model.message import RawMessage
from store.model.outbox import MailKind
from store.model.ticket import Edit, Ticket
from store.model.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Clues:
    """What a message says that the store may know something about."""

    message_id: str | None
    sender: str  # folded address of the author, "" where there is none
    answer_to: str  # where an acknowledgement would go, "" for nowhere
    reply_marks: tuple[str, ...]  # marks of valid reply addresses among the envelope's recipients
    own_marks: tuple[str, ...]  # marks of our own valid Message-IDs: In-Reply-To first, then References, newest first
    foreign_ids: tuple[str, ...]  # other Message-IDs named, same order, 30 at most
    subject_number: int | None  # [#12]
    bounced_mark: str | None  # mark of our mail that a delivery report is about
    text_digest: str  # of the new text, to know a repeat
    command_marks: tuple[str, ...] = ()  # of `reply_marks`, those whose address takes a member's commands
    confirm_marks: tuple[str, ...] = ()  # of `reply_marks`, those whose address takes a member's yes to one action


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail of ours that a mark leads to."""

    mark: str
    ticket: int | None
    to: str
    kind: MailKind
    created_at: float
    lines: tuple[int, ...] = ()  # the tickets that it lists, in their order


@dataclass(frozen=True, slots=True)
class KnownId:
    """A foreign Message-ID that the desk has filed."""

    message_id: str
    ticket: int
    sender: str
    text_digest: str


@dataclass(frozen=True, slots=True)
class Budget:
    """How many acknowledgements left lately, counted up to the limits that matter."""

    sender_hour: int = 0
    sender_day: int = 0
    domain_hour: int = 0
    desk_hour: int = 0
    same_text_week: int = 0


@dataclass(frozen=True, slots=True)
class Epoch:
    """From when on (epoch seconds) the secret addresses that a member was sent count."""

    address: str  # folded
    since: float


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the store knows which bears on one message."""

    sent: tuple[SentMail, ...] = ()
    known: tuple[KnownId, ...] = ()
    tickets: tuple[Ticket, ...] = ()
    sender_known: bool = False  # wrote before
    sender_proven: bool = False  # was proven when it did
    budget: Budget = Budget()
    epochs: tuple[Epoch, ...] = ()  # of those whose secret addresses were used, where one has begun

    def ticket(self, number: int | None) -> Ticket | None:
        """Return the ticket of that number, if it was among the clues."""
        return next((t for t in self.tickets if t.number == number), None)

    def survivor(self, ticket: Ticket) -> Ticket:
        """Return the ticket that this one is part of, itself where it was not joined to another."""
        seen = {ticket.number}
        while (other := self.ticket(ticket.joined)) and other.number not in seen:
            ticket = other
            seen.add(ticket.number)
        return ticket


@dataclass(frozen=True, slots=True)
class Past:
    """A line of a ticket's history, with its row and the message that brought it about."""

    row: int
    message: int | None
    at: float
    who: str
    what: str
    edits: tuple[Edit, ...]
    undoes: int | None


@dataclass(frozen=True, slots=True)
class Posted:
    """A mail of ours about a ticket."""

    row: int
    message: int | None  # that caused it
    kind: MailKind
    to: str
    held: bool  # it has not left, and can be stopped
    created_at: float
    ticket: int | None = None


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What a member's word makes us ask the store beyond the facts of every message."""

    ticket: int
    named: tuple[int, ...] = ()  # other tickets that the commands name
    answered: str | None = None  # mark of the mail of ours that the member answers
    splits: bool = False  # the message because of which that was sent is asked for too
    undoes: bool = False  # and which tickets were opened by commands on this one


@dataclass(frozen=True, slots=True)
class Compared:
    """What who learned would have said of a ticket, and what was."""

    ticket: int
    subject: str
    would: tuple[str, ...]
    done: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Taught:
    """A correction of the team's, and the message that gave it."""

    row: int
    message: int | None
    correction: Correction


@dataclass(frozen=True, slots=True)
class Offspring:
    """A ticket that a member's command on another one opened."""

    ticket: int
    by: int  # the message that held the command
    first: int | None  # the message that is filed as the one that opened it
    alone: bool  # nothing else has been filed with it since


@dataclass(frozen=True, slots=True)
class Background:
    """All that the store knows which bears on a member's word about a ticket."""

    about: Ticket | None = None
    verdict: Verdict | None = None  # the latest
    history: tuple[Past, ...] = ()  # oldest first
    related: tuple[Ticket, ...] = ()  # linked to it, directly or by others, and those that were named
    open: tuple[Ticket, ...] = ()  # the desk's open tickets, the first of them
    posted: tuple[Posted, ...] = ()  # oldest first
    original: RawMessage | None = None  # the message that opened the ticket
    author: str = ""  # who wrote the message because of which the mail was sent that the member answers
    cause: int | None = None  # that message
    conversation: int | None = None  # the ticket to whose readers that message belongs
    spoken: int | None = None  # the ticket that the answered mail speaks of
    answered: RawMessage | None = None  # that message, where it was asked for
    offspring: tuple[Offspring, ...] = ()  # where they were asked for
    taught: tuple[Taught, ...] = ()  # what was learned from it and holds, oldest first

    def ticket(self, number: int) -> Ticket | None:
        """Return a related ticket."""
        return next((one for one in self.related if one.number == number), None)


class Signal(StrEnum):
    """The sign that decided which ticket a message belongs to."""

    ADDRESS = "reply-address"
    OWN_ID = "own-message-id"
    FOREIGN_ID = "foreign-message-id"
    SUBJECT = "subject-number"
    REPORT = "delivery-report"
    REPEAT = "repeat"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Threading:
    """Which ticket a message belongs to, and how that was found."""

    signal: Signal
    ticket: int | None
    unverified: bool = False  # right address or Message-ID, but the sender does not take part
    linked: int | None = None  # a ticket it names without belonging to it
    conversation: int | None = None  # the ticket whose readers it is shared with, where that is part of another
    why: str = ""
