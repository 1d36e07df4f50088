"""All that one message changes, as one value."""

from dataclasses import dataclass
from enum import StrEnum

from store.model.correction import Correction
from store.model.facts import Threading
from store.model.message import Address
from store.model.outbox import MailKind
from store.model.ticket import Event, Kind, Participant, State
from store.model.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Draft:
    """A mail that the policy wants, before it has words."""

    kind: MailKind
    letter: str  # name of the template pair, such as "ack"
    to: Address
    language: str
    carries_original: bool = False  # the message that caused it goes along (message/rfc822)
    answers_message: bool = False  # In-Reply-To and References point to the message that caused it
    hold_seconds: float = 0.0


class Outcome(StrEnum):
    """What became of a message; every message worked has exactly one."""

    TICKET = "ticket"
    FOLLOW_UP = "follow-up"
    COMMAND = "command"
    SILENCED = "silenced"
    SET_ASIDE = "set-aside"


@dataclass(frozen=True, slots=True)
class Opening:
    """A ticket to be opened; its number is given by the store."""

    kind: Kind
    state: State
    verdict: Verdict | None
    subject: str
    reporter: str
    language: str
    participants: tuple[Participant, ...]
    team: str | None = None
    area: str | None = None
    links: tuple[int, ...] = ()
    asks: bool = False  # a person is asked the one open question of the verdict


@dataclass(frozen=True, slots=True)
class Filed:
    """What the desk remembers of the message itself, beside its bytes, so that later ones find it."""

    message_id: str | None
    sender: str  # folded address of the author
    subject: str
    text_digest: str
    proven: bool = False  # the sender was vouched for


@dataclass(frozen=True, slots=True)
class Changes:
    """All that one message changes, as one value: the unit of work of the stage `process`."""

    outcome: Outcome
    reason: str  # of the silence, or ""
    threading: Threading
    filed: Filed
    ticket: int | None = None  # an existing ticket it is filed with
    opens: Opening | None = None
    state: State | None = None  # new state of the existing ticket
    events: tuple[Event, ...] = ()
    drafts: tuple[Draft, ...] = ()
    failing: tuple[str, ...] = ()  # recipients that a delivery report names as failed for good
    corrections: tuple[Correction, ...] = ()  # what it teaches


@dataclass(frozen=True, slots=True)
class Lapse:
    """All that changes because a question was not answered in time: no message caused it."""

    ticket: int
    verdict: Verdict  # what holds from now on, with no question open
    kind: Kind
    state: State
    events: tuple[Event, ...]
    drafts: tuple[Draft, ...]
