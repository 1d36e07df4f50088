"""The figures of a day: what the team sees in the morning."""

from dataclasses import dataclass
from datetime import date

from daemon.core.figures.response import FirstResponse
from daemon.core.figures.weekly import Capacity, ShadowRequest
from store.model.figures import Accounting, Section
from store.model.mailbox import Comparison
from store.model.ticket import Kind, State
from store.model.verdict import Tag


@dataclass(frozen=True, slots=True)
class DigestLine:
    """A ticket as one line of the digest; its line number is what a reply addresses."""

    line: int  # from 1, through all sections
    ticket: int
    section: Section
    kind: Kind
    state: State
    verdict: Tag | None
    subject: str
    priority: str | None
    age_seconds: float  # since it was opened
    owner: str | None  # a person's id
    reporter: str
    team: str | None = None
    area: str | None = None
    planned: str | None = None  # the sprint, or the day as 2026-12-01
    due_at: float | None = None  # epoch seconds: when a snooze is over
    unreached: bool = False  # mail to its reporter cannot be delivered


@dataclass(frozen=True, slots=True)
class Part:
    """A section with its lines, oldest first; `total` counts those too for which there was no room."""

    section: Section
    lines: tuple[DigestLine, ...]
    total: int

    @property
    def left_out(self) -> int:
        """How many lines there was no room for."""
        return self.total - len(self.lines)


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Whose turn it is: ids of people, None where there is nobody."""

    team: str | None  # None for the desk's own rota
    person: str | None
    shadow: str | None = None
    manager: str | None = None


@dataclass(frozen=True, slots=True)
class Aside:
    """A message that could not be worked, and why."""

    id: int
    subject: str
    why: str
    age_seconds: float


@dataclass(frozen=True, slots=True)
class DailyFigures:
    """What the team sees on the morning of `day`; the figures are those of the local day before, `of`."""

    day: date
    of: date
    parts: tuple[Part, ...]  # every section, in order, also where it is empty
    accounting: Accounting
    first_response: FirstResponse
    on_duty: tuple[OnDuty, ...]  # one a rota
    set_aside: tuple[Aside, ...]  # what waits for the operator now, oldest first, 10 at most
    set_aside_total: int
    shadow_requests: tuple[ShadowRequest, ...]
    capacity: tuple[Capacity, ...] = ()  # this week and the next
    team: str | None = None  # whose digest it is; None for all of the desk
    compared: tuple[Comparison, ...] = ()  # the last comparison of each mailbox of the settings, in their order

    @property
    def lines(self) -> tuple[DigestLine, ...]:
        """Every line through all sections: `lines[n - 1]` is the one that `n` addresses."""
        return tuple(line for part in self.parts for line in part.lines)

    @property
    def quiet(self) -> bool:
        """Whether there is nothing to do."""
        return not any(part.total for part in self.parts) and not self.set_aside_total
