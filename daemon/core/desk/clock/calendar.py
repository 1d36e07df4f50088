"""What the calendar alone brings about: moments of a day or a week, each of them once, whatever the clocks do."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = 86400.0
EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class Appointment:
    """Something that is to be done at a moment, once for ever by its key."""

    key: str  # such as "daily/2026-11-21"
    at: float  # epoch seconds


def at_local(what: str, at: str, days: Collection[int], timezone: str, now: float) -> tuple[Appointment, ...]:
    """Return the latest appointment at a local time of certain days: over by now, and not older than a day.

    `what` begins its key, which ends in the local date: a time that a night of clock change has twice comes once, and
    one that it leaves out comes at the moment that follows the gap.

    Args:
        what: a word that no other sort of appointment uses.
        at: the local time, as "09:00".
        days: of the week, Monday being 0.
        timezone: an IANA name.
        now: epoch seconds.

    """
    zone = ZoneInfo(timezone)
    today = datetime.fromtimestamp(now, UTC).astimezone(zone).date()
    found = (_appointment(what, at, today - timedelta(days=ago), zone) for ago in range(2) if _is_one(today, ago, days))
    return tuple(one for one in found if now - DAY < one.at <= now)[:1]


def local_moment(day: date, at: str, timezone: str) -> float:
    """Return when (epoch seconds) a local time of a day is; the first where there are two."""
    return datetime.combine(day, time.fromisoformat(at), ZoneInfo(timezone)).timestamp()


def _is_one(today: date, ago: int, days: Collection[int]) -> bool:
    return (today - timedelta(days=ago)).weekday() in days


def _appointment(what: str, at: str, day: date, zone: ZoneInfo) -> Appointment:
    return Appointment(f"{what}/{day}", datetime.combine(day, time.fromisoformat(at), zone).timestamp())
