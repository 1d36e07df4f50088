"""The rotas as the operator declares them: plain data, one for each team and one for the release managers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Literal
from zoneinfo import ZoneInfo

from daemon.core.settings import Settings

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DUTY = "duty"
MANAGER = "manager"


@dataclass(frozen=True, slots=True)
class Hours:
    """When turns may change."""

    zone: ZoneInfo
    at: time  # of the hand-over, local
    weekdays: frozenset[int]  # 0 is Monday
    holidays: frozenset[date]

    def worked(self, day: date) -> bool:
        """Say whether this is a working day."""
        return day.weekday() in self.weekdays and day not in self.holidays


@dataclass(frozen=True, slots=True)
class Rota:
    """People who take turns."""

    name: str
    people: tuple[str, ...]  # ids, in their order
    turn: Literal["day", "week"]
    hours: Hours
    pair_shifts: int = 0  # finished turns before somebody serves alone
    fallback: str | None = None


def rota_of(team: str | None) -> str:
    """Return the name of a team's duty rota; None is the desk's."""
    return f"{DUTY}/{team}" if team else DUTY


def rotas(settings: Settings) -> Mapping[str, Rota]:
    """Return every rota that somebody is in, by its name.

    A desk whose teams alone have people on duty asks those of the first team for what belongs to no team.
    """
    duty, hours = settings.duty, hours_of(settings)

    def rota(name: str, people: tuple[str, ...]) -> Rota:
        return Rota(name, people, duty.turn, hours, duty.pair_shifts, duty.fallback)

    of_teams = {rota_of(team.id): rota(rota_of(team.id), team.duty) for team in settings.teams if team.duty}
    found: dict[str, Rota] = {}
    if duty.people or duty.fallback:
        found[DUTY] = rota(DUTY, duty.people)
    elif of_teams:
        found[DUTY] = next(iter(of_teams.values()))
    found |= of_teams
    if settings.manager.people:
        found[MANAGER] = Rota(MANAGER, settings.manager.people, settings.manager.turn, hours)
    return found


def hours_of(settings: Settings) -> Hours:
    """Return when turns may change at this desk."""
    duty = settings.duty
    return Hours(
        ZoneInfo(settings.desk.timezone), time.fromisoformat(duty.at), weekdays(duty.days), frozenset(duty.holidays)
    )


def weekdays(days: str) -> frozenset[int]:
    """Return the days of the week that such as "mon-fri" or "sat-mon,wed" names; 0 is Monday."""
    named: set[int] = set()
    for span in days.split(","):
        ends = [WEEKDAYS.index(name) for name in span.split("-")]
        for first, last in zip(ends, ends[1:] or ends, strict=False):
            named |= {(first + n) % 7 for n in range((last - first) % 7 + 1)}
    return frozenset(named)
