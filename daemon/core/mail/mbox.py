"""Mbox: where one message ends and the next begins, in all four dialects, and what the quoting changed.

    mboxo     a line `From ` of a message is written `>From `; what was `>From ` before cannot be told from it
    mboxrd    every line `From `, `>From `, `>>From ` … gets one more `>`: nothing is lost
    mboxcl    mboxo, and Content-Length counts the octets of the body as they are written
    mboxcl2   Content-Length counts them, and nothing is quoted

A message begins after a *postmark*: a line `From ` with a date that comes first, or after an empty line, and is
followed by a header field, since other mail holds such words in its text too. Content-Length is believed where it ends
at a postmark or at the end of the file. Where it leads over postmarks, which is what a sender writes who wants to hide
the mail behind his own, the whole file must be counted so. Nothing is held in memory but a window of the file, and the
time is linear in its length.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

WINDOW = 1 << 20
LONGEST_POSTMARK = 1024
LONGEST_HEADER = 1 << 14  # octets in which Content-Length is looked for
BEHIND = 64  # octets of the window that are kept before the place it was moved to

ReadAt = Callable[[int, int], bytes]
"""Returns so many octets from a position; fewer at the end of the file."""

_POSTMARK = re.compile(rb"From [^\r\n]{0,500}?\d{1,2}:\d{2}(?::\d{2})?[^\r\n]{0,40}\d{4}[^\r\n]{0,40}\r?\n?\Z")
_BARE_POSTMARK = re.compile(rb"From [^\s]{1,320}[ \t]*\r?\n?\Z")
_FIELD = re.compile(rb"(?:[!-9;-~]{1,76}[ \t]*:|>?From )")
_COUNT = re.compile(rb"^Content-Length:[ \t]*([0-9]{1,15})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_END_OF_HEADER = re.compile(rb"\n\r?\n")
_BETWEEN = re.compile(rb"(?:\r?\n){0,2}\Z")
_ESCAPED_ONCE = re.compile(rb"^>(?=From )", re.MULTILINE)
_ESCAPED = re.compile(rb"^>(?=>*From )", re.MULTILINE)


class Dialect(StrEnum):
    """How the messages of an mbox are told apart and quoted."""

    AUTO = "auto"
    MBOXO = "mboxo"
    MBOXRD = "mboxrd"
    MBOXCL = "mboxcl"
    MBOXCL2 = "mboxcl2"


COUNTED = frozenset({Dialect.AUTO, Dialect.MBOXCL, Dialect.MBOXCL2})
UNQUOTED: dict[Dialect, re.Pattern[bytes] | None] = {
    Dialect.AUTO: _ESCAPED,
    Dialect.MBOXO: _ESCAPED_ONCE,
    Dialect.MBOXRD: _ESCAPED,
    Dialect.MBOXCL: _ESCAPED_ONCE,
    Dialect.MBOXCL2: None,
}


@dataclass(frozen=True, slots=True)
class Piece:
    """Where a message stands in the file, without its postmark and the empty line behind it."""

    start: int
    end: int
    postmark: bytes
    literal: bool  # it holds lines `From ` that nobody quoted, so that a `>From ` is the writer's own


def is_postmark(line: bytes) -> bool:
    """Say whether this line may stand before a message."""
    return line.startswith(b"From ") and bool(_POSTMARK.match(line) or _BARE_POSTMARK.match(line))


def unquote(raw: bytes, dialect: Dialect, *, literal: bool) -> bytes:
    """Return a message as it was before it was written into an mbox."""
    escape = UNQUOTED[dialect]
    if escape is None or (literal and dialect is Dialect.AUTO) or b">From " not in raw:
        return raw
    return escape.sub(b"", raw)


def pieces(read_at: ReadAt, size: int, dialect: Dialect = Dialect.AUTO) -> Iterator[Piece]:
    """Yield the messages of an mbox in their order; none where it does not begin with a postmark."""
    scroll = _Scroll(read_at, size)
    place: int | None = 0 if is_postmark(scroll.line(0)) else None
    counted = dialect in COUNTED  # all messages so far bear a count that holds
    while place is not None:
        postmark = scroll.line(place)
        start = place + len(postmark)
        count = _counted(scroll, start) if dialect in COUNTED else None
        end, place, literal = _ending(scroll, start, count, trusting=counted)
        counted = counted and count is not None
        yield Piece(start, end, postmark, literal)


def _ending(scroll: "_Scroll", start: int, count: int | None, *, trusting: bool) -> tuple[int, int | None, bool]:
    """Return where a message ends, where the next postmark stands, and whether it holds such lines of its own."""
    following = scroll.boundary(start, scroll.size if count is None else count)
    if count is None or (following is not None and not (trusting and _goes_on(scroll, count))):
        end = scroll.size if following is None else following
        return scroll.without_blank(start, end), following, False
    after = scroll.next_line_from(count)
    return count, after if after < scroll.size else None, scroll.find(b"\nFrom ", start - 1, count) >= 0


def _goes_on(scroll: "_Scroll", end: int) -> bool:
    """Say whether what follows is counted too, as in a file whose every message is."""
    after = scroll.next_line_from(end)
    return after >= scroll.size or _counted(scroll, after + len(scroll.line(after))) is not None


def _counted(scroll: "_Scroll", start: int) -> int | None:
    """Return where a message ends by its Content-Length, None where it has none that holds."""
    if scroll.at(start, start + 5) == b"From ":
        return None
    header = scroll.at(start, start + LONGEST_HEADER)
    head_end = _END_OF_HEADER.search(header)
    found = _COUNT.search(header, 0, head_end.start() + 1) if head_end else None
    if head_end is None or found is None:
        return None
    end = start + head_end.end() + int(found[1])
    if end > scroll.size:
        return None
    after = scroll.next_line_from(end)
    return end if after >= scroll.size or is_postmark(scroll.line(after)) else None


class _Scroll:
    """A file of any length, of which one window is held."""

    def __init__(self, read_at: ReadAt, size: int) -> None:
        self.size = size
        self._read_at = read_at
        self._base = 0
        self._window = b""

    def at(self, start: int, end: int) -> bytes:
        """Return the octets from start to end; fewer at the end of the file."""
        base = self._base
        if not (base <= start and min(end, self.size) <= base + len(self._window)):
            self._load(start)
        return self._window[start - self._base : end - self._base]

    def line(self, start: int) -> bytes:
        """Return the line that begins here, with its end; of a long one, the beginning."""
        some = self.at(start, start + LONGEST_POSTMARK)
        return some[: some.find(b"\n") + 1] or some

    def find(self, needle: bytes, start: int, end: int) -> int:
        """Return where these octets stand next, before `end`; -1 for nowhere."""
        while start < end:
            if not self._base <= start <= self._base + len(self._window) - len(needle):
                self._load(start)
            hit = self._window.find(needle, start - self._base, end - self._base)
            if hit >= 0:
                return self._base + hit
            beyond = self._base + len(self._window) - len(needle) + 1
            if beyond <= start:
                return -1
            start = beyond
        return -1

    def boundary(self, start: int, end: int) -> int | None:
        """Return where the next postmark stands that begins a message, before `end`."""
        place = max(start - 1, 0)
        while (hit := self.find(b"\nFrom ", place, end)) >= 0:
            if self._begins_message(hit + 1, start):
                return hit + 1
            place = hit + 1
        return None

    def without_blank(self, start: int, end: int) -> int:
        """Return the end of a message without the empty line that divides it from the next."""
        before = self.at(max(start, end - 3), end)
        for blank in (b"\n\r\n", b"\n\n"):
            if before.endswith(blank):
                return end - len(blank) + 1
        return start if before in (b"\n", b"\r\n") else end

    def next_line_from(self, end: int) -> int:
        """Return where the postmark after a counted message would stand: behind an empty line or two, or at once."""
        some = self.at(end, end + 4)
        blank = some[: len(some) - len(some.lstrip(b"\r\n"))]
        return end + len(blank) if _BETWEEN.match(blank) else end

    def _begins_message(self, place: int, start: int) -> bool:
        blank = place == start or self.at(max(start, place - 2), place).endswith(b"\n\n")
        blank = blank or self.at(max(start, place - 3), place).endswith(b"\n\r\n")
        blank = blank or self.at(start, place) in (b"\n", b"\r\n") if place - start <= 2 else blank
        if not blank:
            return False
        line = self.line(place)
        after = place + len(line)
        return is_postmark(line) and (after >= self.size or bool(_FIELD.match(self.at(after, after + 80))))

    def _load(self, start: int) -> None:
        self._base = max(0, start - BEHIND)
        self._window = self._read_at(self._base, min(self._base + WINDOW, self.size))
