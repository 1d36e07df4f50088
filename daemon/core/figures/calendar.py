"""Local days and weeks: their names, and where they begin and end, whatever the clock does.

A day has 23 or 25 hours where the clock is changed. All moments are epoch seconds.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def local_day(now: float, zone: str) -> date:
    """Return the date on the wall at a moment."""
    return datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(zone)).date()


def moment(day: date, at: time, zone: str) -> float:
    """Return when a day's clock shows a time: the first time where it does so twice; where it never does, as late."""
    return datetime.combine(day, at, ZoneInfo(zone)).timestamp()


def bounds(day: date, zone: str) -> tuple[float, float]:
    """Return the first moment of a local day and of the next one."""
    return moment(day, time(), zone), moment(day + timedelta(1), time(), zone)


def monday_of(day: date) -> date:
    """Return the first day of the week in which a day lies (ISO 8601)."""
    return day - timedelta(day.weekday())


def week_bounds(monday: date, weeks: int, zone: str) -> tuple[float, ...]:
    """Return the beginnings of so many weeks up to that of `monday`, and the end of the last."""
    return tuple(moment(monday - timedelta(7 * n), time(), zone) for n in range(weeks - 1, -2, -1))


def week_named(name: str) -> date | None:
    """Return the Monday of a week given as 2026-W47, or by any of its days as 2026-11-18; None where it is neither."""
    try:
        return monday_of(date.fromisoformat(name.upper()))  # knows both forms (ISO 8601)
    except ValueError:
        return None
