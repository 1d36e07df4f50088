"""An old mailbox that is brought along: messages with all that they change, a batch at a time."""

from dataclasses import dataclass

from store.model.changes import Changes
from store.model.message import Envelope


@dataclass(frozen=True, slots=True)
class Brought:
    """A message of long ago, and what it changes; None where the desk has it already."""

    raw: bytes
    envelope: Envelope
    message_id: str  # this, the digest and the subject are its identity
    digest: str
    subject: str
    at: float  # when it was written
    changes: Changes | None  # a negative number is the ticket that the message at that place (-1: the first) opens


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages that are written together with how far the mailbox has come by them."""

    messages: tuple[Brought, ...]
    mailbox: str  # digest of the mailbox as it lies there
    done: int  # messages of it, these included
    now: float


@dataclass(frozen=True, slots=True)
class LastWord:
    """The latest message of a conversation that was brought along and has not been touched since."""

    ticket: int
    sender: str
    at: float
