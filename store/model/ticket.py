"""What the desk keeps of a request: the ticket, who takes part, and its history."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from store.model.verdict import Tag


class Kind(StrEnum):
    """What a ticket is about."""

    REPORT = "report"
    BUG = "bug"
    FEATURE = "feature"
    QUESTION = "question"
    OTHER = "other"


class State(StrEnum):
    """Where a ticket stands."""

    NEW = "new"
    PAGED = "paged"
    TO_INVESTIGATE = "to-investigate"
    INVESTIGATING = "investigating"
    WAITING = "waiting"
    TO_SCHEDULE = "to-schedule"
    INJECTED = "injected"
    SCHEDULED = "scheduled"
    FORWARDED = "forwarded"
    DONE = "done"
    CLOSED = "closed"


ENDED = frozenset({State.DONE, State.CLOSED})


class Role(StrEnum):
    """Why somebody takes part in a ticket."""

    REPORTER = "reporter"
    ADMITTED = "admitted"


@dataclass(frozen=True, slots=True)
class Participant:
    """An address that may read the ticket's mail and is believed when it names the ticket."""

    address: str
    role: Role


@dataclass(frozen=True, slots=True)
class Ticket:
    """A request and what became of it."""

    number: int
    kind: Kind
    state: State
    verdict: Tag | None
    unsure: bool
    resolution: str | None  # how it was closed: bug, limitation, config, duplicate, joined, withdrawn
    subject: str
    reporter: str
    owner: str | None
    team: str | None
    area: str | None
    priority: str | None
    language: str
    opened_at: float
    ended_at: float | None
    links: tuple[int, ...] = ()
    participants: tuple[Participant, ...] = ()
    first_automatic_at: float | None = None
    first_human_at: float | None = None
    asked_at: float | None = None  # since when its one open question waits for an answer; None where none does
    called: tuple[str, ...] = ()  # members who got its card, in their order; a new emergency begins anew
    called_at: float | None = None  # since when the card of the last of them waits; None where none does
    gathered_until: float | None = None  # when the last of them gets it on a list instead
    heard: tuple[float, ...] = ()  # when cards told of what was added to it, within the present stretch of time
    heard_until: float | None = None  # when what was added beyond that is told
    waiting_since: float | None = None  # since when the reporter's answer is waited for
    reminded_at: float | None = None  # when the reporter was reminded of that
    planned: str | None = None  # of a scheduled bug: the sprint, or the day as 2026-12-01
    snoozed_until: float | None = None
    support: str | None = None  # the L1 member who talks to the reporter while L2 investigates
    joined: int | None = None  # the ticket that it is part of from now on; its own readers stay its own
    version: int = 0  # how often it was changed: what was decided about an older one is decided anew

    def takes_part(self, address: str) -> bool:
        """Say whether this address belongs to the ticket."""
        return any(p.address == address for p in self.participants)


@dataclass(frozen=True, slots=True)
class Edit:
    """One field of a ticket, before and after; the field's name is that in Ticket."""

    field: str
    before: Any
    after: Any

    @property
    def inverse(self) -> "Edit":
        """The edit that takes this one back."""
        return Edit(self.field, self.after, self.before)


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a ticket's history; nothing in it is ever changed."""

    at: float
    who: str  # an address, a person's id, or "triaged"
    what: str  # a short sentence in the field's words
    edits: tuple[Edit, ...] = ()  # what it changed: the inverse takes it back
    undoes: int | None = None  # the row of the event that it takes back
