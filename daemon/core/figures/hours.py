"""Working hours: how much of the time between two moments somebody could have answered."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import accumulate

from daemon.core.figures.calendar import local_day, moment
from daemon.core.roster.rotas import weekdays
from daemon.core.settings import Settings


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """When a team works: from one time of the day to another, on some days of the week, in a time zone."""

    opens: time
    closes: time | None  # None: midnight
    weekdays: frozenset[int]  # 0 is Monday
    zone: str
    holidays: frozenset[date] = frozenset()

    def spans(self, since: float, until: float) -> tuple[tuple[float, float], ...]:
        """Return every span of work that begins on a day from the one of `since` to the one of `until`, in order."""
        first, last = local_day(since, self.zone), local_day(until, self.zone)
        days = (first + timedelta(n) for n in range((last - first).days + 1))
        return tuple(self._span(day) for day in days if day.weekday() in self.weekdays and day not in self.holidays)

    def works_on(self, day: date) -> bool:
        """Say whether it is a working day."""
        return day.weekday() in self.weekdays and day not in self.holidays

    def _span(self, day: date) -> tuple[float, float]:
        closes = moment(day, self.closes, self.zone) if self.closes else moment(day + timedelta(1), time(), self.zone)
        opens = moment(day, self.opens, self.zone)
        return opens, max(opens, closes)


@dataclass(frozen=True, slots=True)
class Worked:
    """The working time of a stretch of days, summed up once, so that each question costs two searches."""

    opens: tuple[float, ...]
    closes: tuple[float, ...]
    before: tuple[float, ...]  # seconds worked before each span

    def until(self, at: float) -> float:
        """Return the seconds worked up to a moment."""
        place = bisect_right(self.opens, at) - 1
        return 0.0 if place < 0 else self.before[place] + min(at, self.closes[place]) - self.opens[place]

    def between(self, since: float, until: float) -> float:
        """Return the seconds worked between two moments, 0 where the second is not later."""
        return max(0.0, self.until(until) - self.until(since))


def worked(hours: WorkingHours, since: float, until: float) -> Worked:
    """Sum up the working time between two moments, both included."""
    spans = hours.spans(since, until)
    lengths = accumulate((closes - opens for opens, closes in spans), initial=0.0)
    return Worked(
        tuple(opens for opens, _ in spans), tuple(closes for _, closes in spans), tuple(lengths)[: len(spans)]
    )


def hours_of(settings: Settings, team: str | None = None) -> WorkingHours:
    """Return when a team works; the desk's own hours where it has none."""
    one = next((one for one in settings.teams if one.id == team), None)
    opens, _, closes = ((one.hours if one else None) or settings.desk.hours).partition("-")
    return WorkingHours(
        time.fromisoformat(opens),
        None if closes == "24:00" else time.fromisoformat(closes),
        weekdays(settings.duty.days),
        (one.timezone if one else None) or settings.desk.timezone,
        frozenset(settings.duty.holidays),
    )
