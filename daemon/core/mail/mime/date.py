"""The Date field: RFC 5322 section 3.3, the obsolete forms, and what mailers write instead."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

_COMMENT = re.compile(r"\([^()]{0,80}\)")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")
_NAMES = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_MONTHS = {name: month for month, name in enumerate(_NAMES.split("|"), 1)}
_USUAL = re.compile(  # as nearly all mail has it
    rf"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?([0-9]{{1,2}}) ({_NAMES}) ((?:19|20)[0-9]{{2}})"
    r" ([0-9]{2}):([0-9]{2}):([0-9]{2}) ([+-])([0-9]{2})([0-9]{2})"
)


def read(value: str) -> datetime | None:
    """Read a date, with its own offset from UTC (UTC where none is given or it is impossible); None for no date."""
    if usual := _USUAL.fullmatch(value):
        day, month, year, hour, minute, second, sign, hours, minutes = usual.groups()
        offset = int(f"{sign}1") * (int(hours) * 3600 + int(minutes) * 60)
        return _moment(int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second), offset)
    line = _COMMENT.sub(" ", value[:200]).strip()
    return _iso(line) if _ISO.match(line) else by_grammar(line)


def by_grammar(line: str) -> datetime | None:
    """Read a date in any form but that of ISO 8601."""
    try:
        parsed = parsedate_tz(line)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    return _moment(*parsed[:6], parsed[9]) if parsed else None


def _moment(
    year: int, month: int, day: int, hour: int, minute: int, second: int, offset: int | None
) -> datetime | None:
    zone = timezone(timedelta(seconds=offset)) if offset and abs(offset) < 86400 else UTC
    try:
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone)
    except (ValueError, OverflowError):
        return None


def _iso(line: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(line.replace(" UTC", "Z"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
