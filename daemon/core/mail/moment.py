"""When was an old message written? Its own Date where that can be, else what the servers on its way wrote down."""

import re
from collections.abc import Iterator

from daemon.core.mail.mime import date

EARLIEST = 378_691_200.0  # 1982, the year of RFC 822: no mail is older, and clocks that lost their battery start before
AHEAD_SECONDS = 86400.0  # of a clock that is wrong by its time zone; what is further ahead was never read off a clock

_FIELD = re.compile(rb"^(date|received)[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)", re.IGNORECASE | re.MULTILINE)
_POSTMARK = re.compile(
    rb"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?[ \t]+)?(?:[A-Z][a-z]{2}[ \t]+\d{1,2}|\d{1,2}[ \t]+[A-Z][a-z]{2})"
    rb"[ \t]+[0-9: ]{4,16}[^\r\n]{0,40}"
)
_LONGEST = 1000  # octets of a field that are read


def moment(header: bytes, postmark: bytes, now: float) -> float | None:
    """Return when a message was written (epoch seconds), None if nothing tells.

    The Date field (RFC 5322 section 3.6.1), else the topmost Received (section 3.6.7), else the mbox's own postmark:
    the first of them that lies between 1982 and now.
    """
    for text in _told(header, postmark):
        read = date.read(text)
        at = read.timestamp() if read else None
        if at is not None and EARLIEST <= at <= now + AHEAD_SECONDS:
            return min(at, now)
    return None


def _told(header: bytes, postmark: bytes) -> Iterator[str]:
    found: dict[bytes, bytes] = {}
    for name, value in _FIELD.findall(header):
        found.setdefault(name.lower(), value)
    yield _text(found.get(b"date", b""))
    yield _text(found.get(b"received", b"").rpartition(b";")[2])
    stamped = _POSTMARK.search(postmark)
    yield _text(stamped[0] if stamped else b"")


def _text(value: bytes) -> str:
    return " ".join(value[:_LONGEST].decode("ascii", "replace").split())
