"""All that one message changes, as one value."""

from dataclasses import dataclass
from enum import StrEnum

from store.model.correction import Correction
from store.model.facts import Threading
from store.model.message import Address
from store.model.outbox import MailKind
from store.model.shift import Override
from store.model.ticket import Edit, Event, Kind, Participant, State
from store.model.verdict import Tag, Verdict


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence of an answer to a member, by its name in the letters, with what it speaks of."""

    what: str
    ticket: int | None = None
    who: str = ""  # a member's name
    text: str = ""  # such as a priority, a sprint, or a line that was quoted
    other: int | None = None  # another ticket
    words: tuple[str, ...] = ()  # commands, as the help writes them
    lines: tuple[str, ...] = ()  # further facts, one a line
    entry: int | None = None  # the line of a list that it is about
    opened: int | None = None  # the ticket that this command opened
    rows: tuple[tuple[str, ...], ...] = ()  # facts in the desk's own terms, for the letter to say in its language


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
    about: int | None = None  # another ticket than that of the message
    original: bool = False  # it speaks of, carries and answers the message that opened the ticket
    tag: Tag | None = None  # what the request is held to be from now on
    text: str = ""  # a member's words for the reader
    said: tuple[Said, ...] = ()
    answer_minutes: float | None = None  # of a card: until the next person is called
    lines: tuple[int, ...] = ()  # the tickets that it lists, in their order: an answer names the line
    copy_of: str = ""  # of a card: the name of the member whose card it is, where the reader learns beside them


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
    calls: tuple[str, ...] = ()  # who gets the card, by id
    gathered_until: float | None = None  # when it is called for together with others; None: at once
    priority: str | None = None
    owner: str | None = None
    planned: str | None = None
    events: tuple[Event, ...] = ()  # its history, where the message is filed with another ticket


@dataclass(frozen=True, slots=True)
class Filed:
    """What the desk remembers of the message itself, beside its bytes, so that later ones find it."""

    message_id: str | None
    sender: str  # folded address of the author
    subject: str
    text_digest: str
    proven: bool = False  # the sender was vouched for


@dataclass(frozen=True, slots=True)
class TicketChange:
    """What changes of one ticket, provided that it is still the version that was looked at."""

    ticket: int
    version: int
    edits: tuple[Edit, ...] = ()
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Refile:
    """A message that is filed with another ticket from now on."""

    message: int  # its row
    of: int  # the ticket with which it is filed now
    to: int | None  # None: the ticket that is opened, and it is the message that opens it


@dataclass(frozen=True, slots=True)
class Changes:
    """All that one message changes, as one value: the unit of work of the stage `process`."""

    outcome: Outcome
    reason: str  # of the silence, or ""
    threading: Threading
    filed: Filed
    ticket: int | None = None  # an existing ticket it is filed with
    opens: Opening | None = None  # the message is filed with it where it is filed with no other
    further: tuple[Opening, ...] = ()  # where one answer opens several; none of them has the message
    events: tuple[Event, ...] = ()
    drafts: tuple[Draft, ...] = ()
    failing: tuple[str, ...] = ()  # recipients that a delivery report names as failed for good
    corrections: tuple[Correction, ...] = ()  # what it teaches
    moves: tuple[TicketChange, ...] = ()  # all of them, or the whole is decided anew
    stops: tuple[int, ...] = ()  # rows of held mails that must not leave
    refiles: tuple[Refile, ...] = ()  # like `moves`: all of them, or the whole is decided anew
    revokes: tuple[str, ...] = ()  # members whose secret addresses, as they have them now, count no longer
    confirms: str | None = None  # mark of the confirmation that is used up by it
    overrides: tuple[Override, ...] = ()  # what it changes of the rotas
    most_acks: int = 0  # acknowledgements that may leave in this hour, where that is near: else it is decided anew
    happens: tuple[str, ...] = ()  # keys of occasions that need not come any more
