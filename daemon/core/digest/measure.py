"""Lengths of time, widths and trends as people read them: numbers and units; the words are the letter's."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

SMALLEST = 2  # percent or pixels: what is not nothing can be seen


class Unit(StrEnum):
    """What a length of time is counted in."""

    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time such as 1 hour 20 minutes; the smaller unit is left out where it says nothing."""

    number: int
    unit: Unit
    rest: int = 0
    rest_unit: Unit | None = None


class Trend(StrEnum):
    """How a number compares with the one before it."""

    UP = "up"
    DOWN = "down"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Change:
    """The way from one number to another."""

    trend: Trend
    by: int


_SECONDS = {Unit.WEEK: 604_800, Unit.DAY: 86_400, Unit.HOUR: 3_600, Unit.MINUTE: 60, Unit.SECOND: 1}
_LARGEST_UNIT = {Unit.WEEK: 3 * 604_800, Unit.DAY: 2 * 86_400}  # seconds before which the smaller unit reads better


def age(seconds: float) -> Span:
    """Return how old something is, in whole units that have passed: 47 hours, 2 days, 20 days, 3 weeks."""
    unit = _unit(seconds)
    return Span(int(max(seconds, 0) // _SECONDS[unit]), unit)


def length(seconds: float) -> Span:
    """Return how long something took, in at most two units, rounded: 4 seconds, 1 hour 20 minutes, 2 days 5 hours."""
    unit = _unit(seconds, whole_weeks=False)
    smaller = {Unit.DAY: Unit.HOUR, Unit.HOUR: Unit.MINUTE}.get(unit)
    step = _SECONDS[smaller or unit]
    rounded = int(max(seconds, 0) / step + 0.5) * step
    if _unit(rounded, whole_weeks=False) is not unit:
        return length(rounded)
    number, rest = divmod(rounded, _SECONDS[unit])
    return Span(number, unit, rest // step, smaller) if rest and smaller else Span(number, unit)


def widths(numbers: Sequence[int], full: int = 100) -> tuple[int, ...]:
    """Return the numbers as lengths of bars, the largest being `full`; what is not 0 is at least SMALLEST."""
    most = max(numbers, default=0)
    return tuple(max(SMALLEST, round(full * number / most)) if number > 0 else 0 for number in numbers)


def stacks(columns: Sequence[Sequence[int]], full: int) -> tuple[tuple[int, ...], ...]:
    """Return the parts of each column as heights, the highest column being about `full`."""
    most = max((sum(column) for column in columns), default=0)
    return tuple(
        tuple(max(SMALLEST, round(full * part / most)) if part > 0 else 0 for part in column) for column in columns
    )


def change(now: int, before: int) -> Change:
    """Return the way from the number before to the one now."""
    trend = Trend.UP if now > before else Trend.DOWN if now < before else Trend.SAME
    return Change(trend, abs(now - before))


def percent(part: float, whole: float) -> int:
    """Return a share in whole percent, 0 of nothing; 99.6 % is not all, and 0.4 % is not none."""
    if part <= 0 or whole <= 0:
        return 0
    return 100 if part >= whole else min(99, max(1, round(100 * part / whole)))


def _unit(seconds: float, *, whole_weeks: bool = True) -> Unit:
    for unit, one in _SECONDS.items():
        if seconds >= _LARGEST_UNIT.get(unit, one) and (whole_weeks or unit is not Unit.WEEK):
            return unit
    return Unit.SECOND
