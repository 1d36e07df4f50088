"""Which lines of a body are the sender's own: one pass over the lines finds quotes, passed-on parts and signatures.

Every line is looked at a bounded number of times and only its first letters are read, so the time grows with the size
of the text whatever it says. Heads (the lines above a quote) are found by an ordered table of recognisers; what follows
a head is quoted line by line where the lines bear ">", and to the end of the text where they do not.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from daemon.core.mail.phrases import (
    BEGINS,
    DEVICES,
    FIELDS,
    FORWARDS,
    OPENERS,
    ORIGINALS,
    SENDER,
    SENT,
    SUBJECT,
    TO,
    VERB,
)

LINE_READ = 400  # letters of a line that are read; a head is never longer
LINES_SEARCHED = 20_000  # beyond this many lines no head is looked for
WRAPPED = 5  # lines over which an attribution may be broken

_NO_WIDTH = dict.fromkeys(
    [0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
_SPACES = dict.fromkeys([0x09, 0xA0, 0x202F, 0x3000, *range(0x2000, 0x200B)], " ")
_PLAIN = {**_NO_WIDTH, **_SPACES, 0xFF1A: ":", 0x2019: "'", 0x00B4: "'", 0x0307: None}


class Kind(Enum):
    """What a head announces."""

    ATTRIBUTION = "attribution"  # On Monday, Anna wrote:
    HEADER = "header"  # From: Sent: To: Subject:
    ORIGINAL = "original"  # -----Original Message-----
    FORWARD = "forward"  # ---------- Forwarded message ----------
    CONTAINER = "container"  # HTML said so
    DELIMITER = "delimiter"  # ## please reply above this line ##


@dataclass(frozen=True, slots=True)
class Head:
    """Lines [start, end) that stand above a quote."""

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Page:
    """A body in lines: as written, and folded for comparison (lower case, plain spaces, trimmed, cut)."""

    lines: tuple[str, ...]
    low: tuple[str, ...]
    heads: frozenset[int] = frozenset()  # lines at which HTML begins a quote
    signatures: frozenset[int] = frozenset()  # lines of which HTML says that they are a signature


@dataclass(frozen=True, slots=True)
class Split:
    """A body parted: which lines are new, and the first head, if any."""

    new: tuple[int, ...]
    head: Head | None


def page(text: str, heads: frozenset[int] = frozenset(), signatures: frozenset[int] = frozenset()) -> Page:
    """Break a text into lines and fold them."""
    lines = tuple(text.split("\n"))
    low = tuple(line[:LINE_READ].translate(_PLAIN).strip().casefold() for line in lines[:LINES_SEARCHED])
    return Page(lines, low, heads, signatures)


# --- heads ------------------------------------------------------------------------------------------------------------

_DATE = re.compile(
    r"(?P<dmy>\d{1,4}[./-]\s?\d{1,2}[./-]\s?\d{1,4}|\d{4}\s?[年년]|\d{1,2}\s?[月월])"
    r"|(?P<time>\d{1,2}[:.h]\d{2}(?!\d)|\d{1,2} ?[ap]\.?m\b)|(?P<year>(?:19|20)\d\d)"
)
_ADDRESS = re.compile(r"[^\s<>@]{1,64}@[^\s<>@]{1,255}")
_DASHED = re.compile(r"[-_=*#~>—– ]{0,60}(.{2,60}?)[-_=*#~—– :]{0,60}")
_RULE = re.compile(r"[_-]{5,}|[_—–]{3,}")
_FIELD = re.compile(r"[*_]{0,2}([^:*]{1,24}?)[ *_]{0,3}:[ *_]{0,3}")
_OPENING = re.compile(r"[\"'*_(\[-]{0,2}([^\s,:]{1,24})")


def quoted(line: str) -> bool:
    """Say whether a folded line bears the mark of a quote (RFC 3676 section 4.5)."""
    return line.startswith((">", "|>"))


def field(line: str) -> tuple[int, str]:
    """Return what the header field in a folded line tells (0: none is known) and its value."""
    match = _FIELD.match(line)
    return (FIELDS.get(match[1].strip(), 0), line[match.end() :]) if match else (0, "")


def _next_text(view: Page, at: int) -> int:
    """Return the next line that is not blank, or the number of lines."""
    while at < len(view.low) and not view.low[at]:
        at += 1
    return at


def _followed_by_quote(view: Page, at: int) -> bool:
    at = _next_text(view, at)
    return at < len(view.low) and quoted(view.low[at])


def _evidence(joined: str) -> int:
    """Count what speaks for an attribution: a date, a time of day, a year, an address."""
    kinds = {match.lastgroup for match in _DATE.finditer(joined)}
    return 2 * ("dmy" in kinds) + ("time" in kinds) + ("year" in kinds) + 2 * bool(_ADDRESS.search(joined))


def _opens(line: str) -> bool:
    match = _OPENING.match(line)
    return match is not None and (match[1] in OPENERS or line[0].isdigit())


def _is_attribution(joined: str, before_quote: bool) -> bool:
    if not joined.endswith(":"):
        return False
    verb = VERB.search(joined)
    evidence = _evidence(joined)
    if verb and (_opens(joined) or _ADDRESS.search(joined)) and evidence >= 2:
        return True
    return before_quote and (evidence >= 2 or (verb is not None and len(joined) < 120))


def _attribution(view: Page, at: int) -> Head | None:
    """Find "On DATE, NAME wrote:", broken over up to five lines."""
    first = view.low[at]
    if not first.endswith(":") and not _opens(first) and "@" not in first and not first[:1].isdigit():
        return None
    joined = ""
    for end in range(at + 1, min(at + 1 + WRAPPED, len(view.low) + 1)):
        line = view.low[end - 1]
        if not line or quoted(line) or len(joined) > LINE_READ or (end > at + 1 and _starts_afresh(line)):
            break
        joined = f"{joined} {line}" if joined else line
        if line.endswith(":") and _is_attribution(joined, _followed_by_quote(view, end)):
            return Head(Kind.ATTRIBUTION, at, end)
    return _bare_attribution(view, at)


def _starts_afresh(line: str) -> bool:
    """Say whether a line begins an attribution of its own, so that the text before it is none of it."""
    return _opens(line) and line.endswith(":") and _is_attribution(line, before_quote=False)


def _bare_attribution(view: Page, at: int) -> Head | None:
    """Find "2009/5/12 Anna <anna@example.org>" above a quote."""
    line = view.low[at]
    if line[:1].isdigit() and _ADDRESS.search(line) and _DATE.match(line) and _followed_by_quote(view, at + 1):
        return Head(Kind.ATTRIBUTION, at, at + 1)
    return None


def header_end(view: Page, at: int) -> tuple[int, int, bool]:
    """Read header lines from `at`: return the line after them, what they tell, and whether an address is named.

    A line that is no field continues the one before it, if that is broken; blank lines between fields are passed over.
    """
    told, end, address, count, pos = 0, at, False, 0, at
    while pos < min(len(view.low), at + 24):
        line = view.low[pos].lstrip("> ")
        bits, value = field(line)
        if bits:
            told, end, count = told | bits, pos + 1, count + 1
            address = address or "@" in value
        elif line and (end != pos or not count or not _continues(view, pos)):
            break
        elif line:
            end = pos + 1
        elif pos > end + 1:
            break
        pos += 1
    return end, told if count > 1 else 0, address


def _continues(view: Page, at: int) -> bool:
    """Say whether a line may be the rest of a broken header field: another field follows soon."""
    return any(field(line.lstrip("> "))[0] for line in view.low[at + 1 : at + 3])


def _header(view: Page, at: int) -> Head | None:
    """Find "From: … Sent: … To: … Subject: …" in any order."""
    if not field(view.low[at])[0]:
        return None
    end, told, address = header_end(view, at)
    whole = told & SENDER and told & SUBJECT and told & (SENT | TO)
    if whole or (told & SENDER and address and told & SENT and told & (TO | SUBJECT)):
        return Head(Kind.HEADER, at, end)
    return None


def _separator(view: Page, at: int) -> Head | None:
    """Find "-----Original Message-----" and "---------- Forwarded message ----------" with what header follows."""
    line = view.low[at]
    if len(line) > 160:
        return None
    dashed = line[0] in "-_=*#~—–"
    match = _DASHED.fullmatch(line)
    words = match[1].strip() if match else ""
    after = _next_text(view, at + 1)
    end, told, _ = header_end(view, after) if after < len(view.low) else (at, 0, False)
    end = end if told else at + 1
    if words in BEGINS and (line.endswith(":") or dashed):
        return Head(Kind.FORWARD, at, end)
    if dashed and words in FORWARDS:
        return Head(Kind.FORWARD, at, end)
    if dashed and words in ORIGINALS:
        return Head(Kind.ORIGINAL, at, end)
    if dashed and told and (_RULE.fullmatch(line) or told & SENDER):
        return Head(Kind.HEADER, at, end)
    return None


_ABOVE = re.compile(
    r"(?:reply|respond|response|answer|write|type).{0,40}\babove (?:this|the) (?:line|dotted line)"
    r"|above this line.{0,40}(?:reply|respond|answer)|(?:oberhalb|über) dieser (?:linie|zeile)"
    r"|au[- ]dessus de cette ligne|encima de esta línea|boven deze (?:regel|lijn)|acima desta linha"
    r"|sopra (?:di )?questa (?:riga|linea)|(?:powyżej|nad) tej linii|nad tento řádek|ovanför denna rad|over denne linje"
    r"|выше этой (?:линии|строки)|この行より上|在此行(?:以上|上方|之上)"
)
_BELOW = re.compile(r"(?:reply|respond|answer|write|type).{0,40}\b(?:below|under) this line")


def _delimiter(view: Page, at: int) -> Head | None:
    """Find a helpdesk's "## please reply above this line ##"."""
    line = view.low[at]
    if len(line) < 160 and _ABOVE.search(line):
        return Head(Kind.DELIMITER, at, at + 1)
    return None


def _container(view: Page, at: int) -> Head | None:
    return Head(Kind.CONTAINER, at, at) if at in view.heads else None


RECOGNISERS: tuple[Callable[[Page, int], Head | None], ...] = (
    _separator,
    _header,
    _attribution,
    _delimiter,
    _container,
)


def find_head(view: Page, at: int) -> Head | None:
    """Return the head that begins at a line, if one does."""
    return next((head for find in RECOGNISERS if (head := find(view, at))), None)


# --- signatures -------------------------------------------------------------------------------------------------------


def signs(view: Page, at: int) -> bool:
    """Say whether a signature begins at a line."""
    line = view.low[at]
    if at in view.signatures or line in {"--", "---", "—", "–"}:
        return True
    return len(line) < 120 and line.lstrip("<[(*_-— ").startswith(DEVICES)


# --- the pass ---------------------------------------------------------------------------------------------------------


def split(view: Page) -> Split:
    """Part a body into the sender's own lines and the others. The lines keep their order; nothing is rewritten."""
    new: list[int] = []
    first: Head | None = None
    at, signing = 0, False
    while at < len(view.low):
        line = view.low[at]
        if quoted(line):
            signing = False
            at += 1
        elif line and (head := find_head(view, at)):
            first, signing = first or head, False
            at = (
                max(head.end, at)
                if _followed_by_quote(view, head.end) and head.kind is not Kind.CONTAINER
                else _resume(view, head)
            )
        else:
            signing = signing or bool(line and signs(view, at))
            if not signing:
                new.append(at)
            at += 1
    if at < len(view.lines):
        new.extend(range(at, len(view.lines)))
    return Split(tuple(new), first)


def _resume(view: Page, head: Head) -> int:
    """Return where the sender's words go on after a quote without marks: below a delimiter, or nowhere."""
    if head.kind is Kind.DELIMITER:
        for at in range(head.end, len(view.low)):
            if len(view.low[at]) < 160 and _BELOW.search(view.low[at]):
                return at + 1
    return len(view.lines)
