"""The figures of a week: what a team decides by what to change in its product."""

from dataclasses import dataclass
from datetime import date

from daemon.core.figures.response import FirstResponse, Spread
from store.model.figures import Accounting
from store.model.ticket import State


@dataclass(frozen=True, slots=True)
class WeekFlow:
    """A week's tickets: what is open at its end, what came, what went; `monday` is its first day."""

    monday: date
    open: tuple[tuple[State, int], ...]  # every open state in the order of State, also where none is
    opened: int
    reopened: int
    ended: int
    injected: int  # bugs put into the current sprint
    scheduled: int  # bugs put into a later one

    @property
    def backlog(self) -> int:
        """How many tickets are open at the end of the week."""
        return sum(count for _, count in self.open)

    @property
    def inflow(self) -> int:
        """How many tickets became open."""
        return self.opened + self.reopened

    @property
    def outflow(self) -> int:
        """How many tickets ended."""
        return self.ended


@dataclass(frozen=True, slots=True)
class AreaTrend:
    """Problem reports about one area of the product."""

    area: str | None  # None where no area was recognised
    reports: int  # opened in the week
    weeks: tuple[int, ...]  # the same in each of the twelve weeks, oldest first; the last is `reports`
    usual: float  # mean of the four weeks before

    @property
    def change(self) -> float:
        """How many more, or fewer, than usual."""
        return self.reports - self.usual


@dataclass(frozen=True, slots=True)
class Emergencies:
    """How well the definition served, by what the team said afterwards."""

    paged: int  # tickets opened in the week that were judged emergencies
    asked: int  # ... that a person was asked about
    false: tuple[int, ...]  # tickets judged an emergency that the team called none, in the week
    missed: tuple[int, ...]  # tickets judged none that the team called an emergency, in the week


@dataclass(frozen=True, slots=True)
class Interruptions:
    """Cards for emergencies, each to one person."""

    total: int
    off_duty: int  # marked as they were written: to somebody who should have been left alone
    escalated: int  # because nobody had taken the first card


@dataclass(frozen=True, slots=True)
class ShadowRequest:
    """Private requests that reached the desk through a member."""

    person: str  # a person's id, or an address that is nobody's any more
    count: int


@dataclass(frozen=True, slots=True)
class LoneArea:
    """An area of the product in which only one person has ever solved anything."""

    area: str
    person: str
    solved: int


@dataclass(frozen=True, slots=True)
class DutyLoad:
    """What the duty cost one person in the week."""

    person: str
    days: float  # on duty, in days of 24 hours
    interruptions: int
    solved: int  # tickets they ended


@dataclass(frozen=True, slots=True)
class Capacity:
    """What the duty leaves of the team in a week for planned work, in working days of one person."""

    monday: date
    person_days: float  # of everybody, holidays left out
    on_duty: float
    away: float = 0.0

    @property
    def left(self) -> float:
        """What remains for planned work."""
        return max(0.0, self.person_days - self.on_duty - self.away)


@dataclass(frozen=True, slots=True)
class WeeklyFigures:
    """What stakeholders see of a week that began on `monday`."""

    monday: date
    weeks: tuple[WeekFlow, ...]  # twelve, oldest first; the last is this one
    accounting: Accounting
    first_response: FirstResponse
    classify: Spread  # from a problem report to its class, in all hours
    classify_working: Spread
    areas: tuple[AreaTrend, ...]  # most reports first
    emergencies: Emergencies
    interruptions: Interruptions
    shadow_requests: tuple[ShadowRequest, ...]
    lone_areas: tuple[LoneArea, ...]
    duty: tuple[DutyLoad, ...]
    capacity: tuple[Capacity, ...]  # the next two weeks
    team: str | None = None  # whose report it is; None for all of the desk

    @property
    def week(self) -> str:
        """The week's name in ISO 8601, such as 2026-W47."""
        year, number, _ = self.monday.isocalendar()
        return f"{year}-W{number:02}"

    @property
    def this(self) -> WeekFlow:
        """The week itself."""
        return self.weeks[-1]

    @property
    def before(self) -> WeekFlow | None:
        """The week before."""
        return self.weeks[-2] if len(self.weeks) > 1 else None
