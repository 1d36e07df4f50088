"""The moments at which turns change: hand-overs on working days, in the desk's time zone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from daemon.core.roster.rotas import Hours, Rota

FIRST_DAY = date(2024, 1, 1)  # a Monday; turns are counted from it
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Slot:
    """The time of one turn, before it is anybody's."""

    start: float  # epoch seconds
    end: float
    days: tuple[float, ...]  # the moments at which its working days begin


def moment(hours: Hours, day: date) -> float:
    """Return when turns change on a day, as epoch seconds.

    A time that the clock skips is read by the offset before it did, and of a time that comes twice the first is meant
    (RFC 5545 section 3.3.5).
    """
    return datetime.combine(day, hours.at, hours.zone).timestamp()


def day_of(hours: Hours, now: float) -> date:
    """Return the day that a moment belongs to: before the hand-over it is still the day before's."""
    day = datetime.fromtimestamp(now, UTC).astimezone(hours.zone).date()
    while now < moment(hours, day):
        day -= _DAY
    return day


def span(hours: Hours, first: date, last: date) -> tuple[float, float]:
    """Return the time that these days mean, both included: from hand-over to hand-over."""
    return moment(hours, first), moment(hours, last + _DAY)


def slots(rota: Rota, until: float) -> tuple[Slot, ...]:
    """Return the turns of a rota from the first day to the one that has begun at `until`, without a gap."""
    begun: list[list[float]] = []
    week: tuple[int, int] | None = None
    for day, start in _working_days(rota.hours, until):
        this = day.isocalendar()[:2]
        if rota.turn == "day" or this != week:
            begun.append([])
        begun[-1].append(start)
        week = this
    starts = [days[0] for days in begun]
    return tuple(Slot(days[0], end, tuple(days)) for days, end in zip(begun, starts[1:], strict=False))


def _working_days(hours: Hours, until: float) -> Iterator[tuple[date, float]]:
    """Yield working days with their hand-over, until a week after the first one past `until`, so that it has an end."""
    day, last = FIRST_DAY, None
    while last is None or day <= last:
        if hours.worked(day):
            start = moment(hours, day)
            if last is None and start > until:
                last = day + 7 * _DAY
            yield day, start
        day += _DAY
