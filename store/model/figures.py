"""Counts and measured times, as the store reads them from its tables for the figures of a period."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from store.model.mailbox import Comparison
from store.model.ticket import State, Ticket
from store.model.verdict import Tag
from store.model.views import AsideLine


class Section(StrEnum):
    """A part of the daily digest, in its order."""

    EMERGENCIES = "emergencies"
    TO_INVESTIGATE = "to-investigate"
    TO_SCHEDULE = "to-schedule"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Accounting:
    """What came in and what became of it; a message that still waits to be worked is not yet received."""

    received: int
    waiting: int
    duplicates: int  # further copies of the messages that were received
    tickets: int
    follow_ups: int
    commands: int
    silenced: tuple[tuple[str, int], ...]  # by reason, alphabetically
    set_aside: int

    @property
    def silenced_total(self) -> int:
        """How many messages were kept without an answer, whatever the reason."""
        return sum(count for _, count in self.silenced)

    @property
    def accounted(self) -> int:
        """How many messages something became of."""
        return self.tickets + self.follow_ups + self.commands + self.silenced_total + self.set_aside

    @property
    def balances(self) -> bool:
        """Whether every message that was received is accounted for."""
        return self.received == self.accounted


class Clock(NamedTuple):
    """When a ticket was opened and first answered, in epoch seconds."""

    opened_at: float
    automatic_at: float | None
    human_at: float | None
    team: str | None


class Classified(NamedTuple):
    """When a problem report was opened and given its class, in epoch seconds."""

    opened_at: float
    ended_at: float
    team: str | None


class Card(NamedTuple):
    """A card for a ticket that calls somebody at this moment."""

    at: float
    to: str  # an address
    ticket: int
    team: str | None
    off_duty: bool = False  # they should have been left alone, by the roster of that moment


class Overruled(NamedTuple):
    """What a team said of a request last, and what it had been judged when it came."""

    ticket: int
    said: Tag | None  # None: only that it is no emergency
    judged: Tag
    unsure: bool  # a person was asked


class Passing(NamedTuple):
    """So many tickets went from state to state in a week, counted from the first that was asked for."""

    week: int  # one more than the last: since then
    was: State
    became: State
    many: int


class Opened(NamedTuple):
    """So many tickets were opened in a week, in this state."""

    week: int
    state: State
    many: int


class InArea(NamedTuple):
    """So many problem reports about an area were opened in a week."""

    area: str | None
    week: int
    many: int


@dataclass(frozen=True, slots=True)
class DayCounts:
    """What the store knows for the figures of a day."""

    accounting: Accounting
    clocks: tuple[Clock, ...]  # of the tickets opened in the day
    totals: tuple[tuple[Section, int], ...]
    lines: tuple[tuple[Section, Ticket], ...]  # oldest first in each section, so many at most
    aside: tuple[AsideLine, ...]
    aside_total: int
    shadow: tuple[tuple[str, int], ...]  # by address
    compared: tuple[Comparison, ...] = ()  # the last of each mailbox
    failing: frozenset[str] = frozenset()  # reporters of the lines to whom mail cannot be delivered


@dataclass(frozen=True, slots=True)
class WeekCounts:
    """What the store knows for the figures of a week, the last of several."""

    accounting: Accounting
    clocks: tuple[Clock, ...]  # of the tickets opened in the week
    standing: tuple[tuple[State, int], ...]  # tickets by state, now
    opened: tuple[Opened, ...]
    passings: tuple[Passing, ...]
    classified: tuple[Classified, ...]  # in the week
    areas: tuple[InArea, ...]
    judged: tuple[tuple[Tag, bool, int], ...]  # tickets opened in the week by first verdict, and whether it was asked
    overruled: tuple[Overruled, ...]  # in the week
    cards: tuple[Card, ...]
    shadow: tuple[tuple[str, int], ...]  # by address
    lone: tuple[tuple[str, str, int], ...]  # area, the only owner of what ever ended there, how many
    solved: tuple[tuple[str, int], ...]  # tickets ended in the week by owner


def nearest_rank(ordered: list[float], percent: int) -> float | None:
    """Return the smallest value that so many in a hundred of all do not exceed, None where there are none."""
    return ordered[-(-percent * len(ordered) // 100) - 1] if ordered else None
