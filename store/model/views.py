"""What the operator's commands show: figures and lines, read from the store and never written."""

from dataclasses import dataclass

from store.model.outbox import MailKind, MailState
from store.model.ticket import Event, State, Ticket
from store.model.verdict import Verdict


@dataclass(frozen=True, slots=True)
class FirstResponse:
    """The two clocks, in seconds; None where nothing was measured yet."""

    automatic_p50: float | None
    automatic_p99: float | None
    human_p50: float | None


@dataclass(frozen=True, slots=True)
class Status:
    """The desk in figures: received = tickets + follow_ups + commands + silenced + set_aside."""

    received: int  # messages worked or set aside; those still waiting are counted apart
    waiting: int
    duplicates: int  # further copies of messages that were received
    tickets: int
    follow_ups: int
    commands: int
    silenced: tuple[tuple[str, int], ...]  # by reason, alphabetically
    set_aside: int
    open: tuple[tuple[State, int], ...]  # in the order of State
    outbox: tuple[tuple[MailState, int], ...]  # in the order of MailState
    first_response: FirstResponse
    interruptions_off_duty: int


@dataclass(frozen=True, slots=True)
class Story:
    """A ticket with its history, oldest event first."""

    ticket: Ticket
    events: tuple[Event, ...]
    verdict: Verdict | None = None  # the latest
    failing_at: float | None = None  # when mail to its reporter was last told to have failed for good


@dataclass(frozen=True, slots=True)
class Judged:
    """A ticket and what it was found to be when it was opened."""

    ticket: int
    subject: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class AsideLine:
    """A message that could not be worked and waits for the operator."""

    id: int
    message_id: str | None
    subject: str
    why: str
    received_at: float
    tries: int


@dataclass(frozen=True, slots=True)
class ReceivedLine:
    """A message that came in, and what became of it."""

    id: int
    received_at: float
    message_id: str | None
    sender: str  # of the envelope
    subject: str
    became: str  # an Outcome; "waiting" until it is worked
    reason: str  # of a silence, or why it was set aside
    ticket: int | None
    copies: int  # how often it came


@dataclass(frozen=True, slots=True)
class OutboxLine:
    """A row of the outbox."""

    id: int
    kind: MailKind
    ticket: int | None
    to: str
    state: MailState
    attempts: int
    due: float
    answer: str
