"""The Date field: RFC 5322 section 3.3, the obsolete forms, and what mailers write instead."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

_COMMENT = re.compile(r"\([^()]{0,80}\)")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")


def read(value: str) -> datetime | None:
    """Read a date, with its own offset from UTC (UTC where none is given or it is impossible); None for no date."""
    line = _COMMENT.sub(" ", value[:200]).strip()
    if _ISO.match(line):
        return _iso(line)
    try:
        parsed = parsedate_tz(line)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    if parsed is None:
        return None
    offset = parsed[9]
    zone = timezone(timedelta(seconds=offset)) if offset and abs(offset) < 86400 else UTC
    try:
        return datetime(*parsed[:5], min(parsed[5], 59), tzinfo=zone)
    except (ValueError, OverflowError):
        return None


def _iso(line: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(line.replace(" UTC", "Z"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
