"""What the desk keeps of one address, and what is left of it once it was erased."""

from dataclasses import dataclass

from store.model.changes import Outcome
from store.model.message import Door
from store.model.outbox import MailKind, MailState
from store.model.ticket import Ticket
from store.model.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Traces:
    """Where an address is found, each in ascending order."""

    messages: tuple[int, ...]  # rows of the messages that came from it
    reported: tuple[int, ...]  # numbers of the tickets that it opened, or that are its own
    mails: tuple[int, ...]  # rows of the outgoing mails to it, or that carry its words
    joined: tuple[int, ...]  # numbers of other people's tickets that it takes part in

    def __bool__(self) -> bool:
        return bool(self.messages or self.reported or self.mails or self.joined)


@dataclass(frozen=True, slots=True)
class KeptMessage:
    """A message of somebody, as the store has it."""

    id: int
    message_id: str
    subject: str
    mail_from: str
    rcpt_to: tuple[str, ...]
    peer: str
    door: Door
    received_at: float
    outcome: Outcome | None
    ticket: int | None
    raw: bytes


@dataclass(frozen=True, slots=True)
class KeptMail:
    """An outgoing mail to somebody."""

    id: int
    kind: MailKind
    ticket: int | None
    to: str
    message_id: str
    state: MailState
    created_at: float
    settled_at: float | None
    raw: bytes


@dataclass(frozen=True, slots=True)
class KeptEvent:
    """A line of a ticket's history."""

    ticket: int
    at: float
    who: str
    what: str


@dataclass(frozen=True, slots=True)
class KeptTicket:
    """A ticket with what it was judged to be, oldest verdict first."""

    ticket: Ticket
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class KeptSender:
    """What is remembered of an address beside its messages."""

    address: str
    proven: bool
    since: float


@dataclass(frozen=True, slots=True)
class Ageing:
    """A step of a pass in which what is old is forgotten; it goes on behind these rows."""

    before: float  # epoch seconds: what came and ended before this is old
    now: float
    message: int = 0
    mail: int = 0
    most: int = 50


@dataclass(frozen=True, slots=True)
class Aged:
    """How far a step came."""

    message: int
    mail: int
    many: int  # messages and mails that it forgot
    ended: bool  # there is nothing older behind
