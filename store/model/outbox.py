"""What leaves the house: a mail, its row in the outbox, and what an attempt meant."""

from dataclasses import dataclass
from enum import StrEnum


class MailKind(StrEnum):
    """The mark `X-Triaged-Kind` of an outgoing mail; and what else leaves the house."""

    ACK = "ack"
    CARD = "card"
    FORWARD = "forward"
    RESULT = "result"
    REPLY = "reply"
    ASK = "ask"
    CONFIRM = "confirm"
    NOTICE = "notice"
    DIGEST = "digest"
    ROSTER = "roster"
    NOTIFY = "notify"  # no mail: a few words to the person on duty by another way
    WEBHOOK = "webhook"  # no mail: a ticket for a program of the product pipeline


SIGNALS = frozenset({MailKind.NOTIFY, MailKind.WEBHOOK})  # rows of the outbox that leave by other ways than mail


class MailState(StrEnum):
    """Where an outgoing mail stands."""

    QUEUED = "queued"
    HELD = "held"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class NewMail:
    """A composed mail, ready for the outbox: one recipient, fixed Message-ID, final bytes."""

    mark: str
    kind: MailKind
    ticket: int | None
    mail_from: str  # envelope sender, "" for the null sender
    to: str
    message_id: str
    raw: bytes
    due: float
    lines: tuple[int, ...] = ()  # the tickets that it lists, in their order
    off_duty: bool = False  # it interrupts somebody who should have been left alone


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail of the outbox, leased to one sender under a fence."""

    id: int
    kind: MailKind
    ticket: int | None
    mail_from: str
    to: str
    raw: bytes
    attempts: int  # finished ones, this one not included
    created_at: float
    fence: int
    cause: int | None = None  # the message that caused it, by its row


class Delivery(StrEnum):
    """What the next server did with a mail."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"  # 4yz, or no connection: try again
    REFUSED = "refused"  # 5yz for this recipient or message: never again
    UNCLEAR = "unclear"  # the final dot was sent and no answer came
    UNREADY = "unready"  # the server refuses everything (login, TLS, EHLO): our fault or its, hold all


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of one attempt, with the server's own words."""

    delivery: Delivery
    text: str


@dataclass(frozen=True, slots=True)
class Settlement:
    """What an attempt means for the row: its state, and when it is due again."""

    state: MailState
    due: float | None  # None: never again
    answer: str
