"""The lines that stand above a quoted or forwarded message, in every language: an ordered table of recognisers.

Each recogniser reads a bounded number of lines and letters, so that the search takes a time proportional to the text.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from daemon.core.mail.quoting.headblock import names_a_message, read_block, told_in_line
from daemon.core.mail.quoting.page import LINE_READ, Page, fold
from daemon.core.mail.quoting.phrases import (
    BEGINS,
    FORWARDS,
    MESSAGES,
    OPENERS,
    ORIGINALS,
    SENDER,
    SENT,
    SUBJECT,
    has_verb,
)

WRAPPED = 6  # lines over which an attribution may be broken


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
    kept: int = 0  # letters of the first line that are the sender's own, where a program ran the two together


_DATE = re.compile(
    r"(?P<day>\d{1,4}[./-]\s?\d{1,2}[./-]\s?\d{1,4}|\d{4}\s?[年년]"
    r"|[^\W\d]{3,12}\.? \d{1,2}(?:st|nd|rd|th)?,? (?:19|20)\d\d"
    r"|\d{1,2}(?:st|nd|rd|th|er|\.|º|-го)? (?:de |d')?[^\W\d]{3,12}\.?,? (?:de |del |г\. )?(?:19|20)\d\d)"
    r"|(?P<time>\d{1,2}[:.h]\d{2}(?!\d)|\d{1,2} ?[ap]\.?m\b)|(?P<year>(?:19|20)\d\d)"
)
_DIGIT = re.compile(r"\d")
_ADDRESS = re.compile(r"[^\s<>@]{1,64}@[^\s<>@]{1,255}")
_FIRST_WORD = re.compile(r"[\"'*_(\[-]{0,2}([^\s,:]{1,24})")
_WEIGHT = {"day": 2, "time": 1, "year": 1}


def evidence(text: str) -> int:
    """Weigh what speaks for an attribution: a day 2, a time of day 1, a year 1, an address 2."""
    text = text[:LINE_READ]
    kinds = {match.lastgroup for match in _DATE.finditer(text)} if _DIGIT.search(text) else set()
    return sum(_WEIGHT[kind] for kind in kinds if kind) + 2 * ("@" in text and _ADDRESS.search(text) is not None)


# --- attributions -----------------------------------------------------------------------------------------------------


def _opens(line: str) -> bool:
    match = _FIRST_WORD.match(line)
    return match is not None and (match[1] in OPENERS or match[1][0].isdigit())


def _is_attribution(joined: str, before_quote: bool) -> bool:
    if not joined.endswith(":"):
        return False
    weight = evidence(joined)
    if weight < 2 and not before_quote:
        return False
    verb = has_verb(joined)
    if weight >= 5 or (verb and (weight >= 3 or _opens(joined) or "@" in joined) and weight >= 2):
        return True
    return before_quote and (weight >= 2 or (verb and len(joined) < 120))


def _attribution(view: Page, at: int) -> Head | None:
    """Find "On DATE, NAME wrote:", which may be broken over several lines."""
    first = view.low[at]
    if not view.attributing or not (first[-1] == ":" or "@" in first or _opens(first)):
        return None
    if not any(line.endswith(":") for line in view.low[at : at + WRAPPED]):
        return _bare_attribution(view, at)
    joined, end = "", at
    while end < min(at + WRAPPED, len(view.low)):
        line = view.low[end]
        if not _joins(view, joined, end) or len(joined) > LINE_READ:
            break
        joined, end = f"{joined} {line}".strip(), end + 1
        if line.endswith(":") and _is_attribution(joined, view.quote_follows(end)):
            return _after_own_words(view, Head(Kind.ATTRIBUTION, at, end))
        if line.endswith(":") and joined.count("<") <= joined.count(">"):
            break
    return _bare_attribution(view, at)


def _joins(view: Page, joined: str, at: int) -> bool:
    """Say whether a line may go on an attribution that has begun."""
    line = view.low[at]
    bracket_open = joined.count("<") > joined.count(">")
    if not line:
        return bool(joined) and (bracket_open or view.low[at + 1 : at + 2] == ("<",))
    if view.quoted[at]:
        return bracket_open
    return not joined or not (line.endswith(":") and _opens(line) and _is_attribution(line, before_quote=False))


def _after_own_words(view: Page, head: Head) -> Head:
    """Find where an attribution begins in a line that starts with the sender's own words ("ok On Mon, … wrote:")."""
    line = view.low[head.start]
    if _opens(line) or head.end > head.start + 1:
        return head
    for match in list(re.finditer(r"(?<= )[^\s\d]{1,12}(?= )", line))[:12]:
        own, rest = line[: match.start()], line[match.start() :]
        if evidence(own) or any(letter.isdigit() for letter in own):
            return head
        if match[0] in OPENERS and evidence(rest[:40]) and _is_attribution(rest, before_quote=False):
            kept = view.lines[head.start].lower().rfind(rest[:6])
            return Head(head.kind, head.start, head.end, max(kept, 0))
    return head


def _bare_attribution(view: Page, at: int) -> Head | None:
    """Find "2009/5/12 Anna <anna@example.org>" above a quote."""
    line = view.low[at]
    if line[0].isdigit() and _ADDRESS.search(line) and _DATE.match(line) and view.quote_follows(at + 1):
        return Head(Kind.ATTRIBUTION, at, at + 1)
    return None


# --- header blocks and separators -------------------------------------------------------------------------------------

_DASHED = re.compile(r"([-_=*#~>—–]{0,60}) {0,4}([^-_=*#~>—–].{0,100}?) {0,4}:? {0,4}([-_=*#~>—–]{0,60}) {0,4}:?")
_RULE = re.compile(r"[-_=—–]{3,}")


def _header(view: Page, at: int) -> Head | None:
    """Find "From: … Sent: … To: … Subject: …" in any order."""
    if not view.fields[at]:
        return None
    block = read_block(view, at)
    if not block.told() & SENDER:
        return None
    if len(block.fields) == 1:
        told = told_in_line(view.low[at])
        return Head(Kind.HEADER, at, at + 1) if told & SUBJECT and told & SENT else None
    return Head(Kind.HEADER, at, block.end) if names_a_message(block, evidence(fold(block.value(SENT)))) else None


def _separator(view: Page, at: int) -> Head | None:
    """Find "-----Original Message-----", "---------- Forwarded message ----------", or a rule above header fields."""
    line = view.low[at]
    if len(line) > 200 or not (line[0] in "-_=*#~—–" or line.rstrip(":. ") in BEGINS):
        return None
    block = read_block(view, view.next_text(at + 1))
    told = block.told() if len(block.fields) > 1 else 0
    end = block.end if told else at + 1
    if _RULE.fullmatch(line):
        return Head(Kind.HEADER, at, end) if told & SENDER and names_a_message(block, 9, subject_needed=False) else None
    match = _DASHED.fullmatch(line)
    if match is None:
        return None
    return _named(
        view, Head(Kind.ORIGINAL, at, end), match[2].strip(), min(len(match[1]), len(match[3])), bool(told & SENDER)
    )


def _named(view: Page, head: Head, words: str, dashes: int, sender_follows: bool) -> Head | None:
    """Say what the words between dashes announce."""
    dashed = dashes >= 2 or view.low[head.start][0] in "-_=*#~—–"
    if words in BEGINS or (dashed and words.startswith(FORWARDS)):
        return Head(Kind.FORWARD, head.start, head.end)
    if dashed and (words in ORIGINALS or (dashes >= 2 and sender_follows)):
        return head
    if dashes >= 3 and len(words) < 60 and "pgp" not in words and MESSAGES.search(words) and len(words.split()) <= 4:
        return head
    if dashes >= 2 and has_verb(words) and (evidence(words) >= 2 or view.quote_follows(head.start + 1)):
        return Head(Kind.ATTRIBUTION, head.start, head.start + 1)
    return None


# --- delimiters and containers ----------------------------------------------------------------------------------------

_ABOVE = re.compile(
    r"(?:reply|respond|response|answer|write|type)\b.{0,40}\babove (?:this|the) (?:dotted )?line"
    r"|above this line.{0,40}(?:reply|respond|answer)|(?:oberhalb|über) dieser (?:linie|zeile)"
    r"|au[- ]dessus de cette ligne|encima de esta línea|boven deze (?:regel|lijn)|acima desta linha"
    r"|sopra (?:di )?questa (?:riga|linea)|(?:powyżej|nad) tej linii|nad tento řádek|ovanför denna rad|over denne linj"
    r"|выше этой (?:линии|строки)|この行より上|在此行(?:以上|上方|之上)"
)
_BELOW = re.compile(
    r"(?:reply|respond|answer|write|type)\b.{0,40}\b(?:below|under) this line|unterhalb dieser (?:linie|zeile)"
    r"|(?:au[- ]dessous|en dessous) de cette ligne|debajo de esta línea|onder deze (?:regel|lijn)"
)


def _delimiter(view: Page, at: int) -> Head | None:
    """Find a helpdesk's "## please reply above this line ##"."""
    line = view.low[at]
    return Head(Kind.DELIMITER, at, at + 1) if view.asking and len(line) < 160 and _ABOVE.search(line) else None


def is_below_delimiter(folded: str) -> bool:
    """Say whether a folded line asks for an answer below it."""
    return len(folded) < 160 and _BELOW.search(folded) is not None


def _container(view: Page, at: int) -> Head | None:
    return Head(Kind.CONTAINER, at, at + 1) if at in view.heads else None


RECOGNISERS: tuple[Callable[[Page, int], Head | None], ...] = (
    _separator,
    _header,
    _attribution,
    _delimiter,
    _container,
)


def find_head(view: Page, at: int) -> Head | None:
    """Return the head that begins at a line with words, if one does."""
    for find in RECOGNISERS:
        if head := find(view, at):
            return head
    return None
