"""A body in lines, as written and folded for comparison, and the few questions that every reader of it asks."""

import re
from dataclasses import dataclass

from daemon.core.mail.folding import plain
from daemon.core.mail.phrases import FIELDS

LINE_READ = 400  # letters of a line that are read; a head is never longer
LINES_SEARCHED = 5_000  # beyond this many lines nothing is recognised

_FIELD = re.compile(r"[> ]{0,40}[*_]{0,2}([^:*]{1,24}?)[ *_]{0,3}:(?!/)")


@dataclass(frozen=True, slots=True)
class Page:
    """A body in lines, and what HTML told of them."""

    lines: tuple[str, ...]
    low: tuple[str, ...]  # folded: lower case, plain spaces and colons, trimmed, cut to LINE_READ
    fields: tuple[int, ...]  # what the header field in a folded line tells, 0 where none is known
    heads: frozenset[int] = frozenset()  # lines at which a quote begins
    signatures: frozenset[int] = frozenset()  # lines that belong to a signature
    dividers: int = 0  # lines that are "---" and nothing else

    def next_text(self, at: int) -> int:
        """Return the first line from `at` that is not blank, or the number of folded lines."""
        while at < len(self.low) and not self.low[at]:
            at += 1
        return at

    def quote_follows(self, at: int) -> bool:
        """Say whether the next line that is not blank is quoted."""
        at = self.next_text(at)
        return at < len(self.low) and is_quoted(self.low[at])


def fold(line: str) -> str:
    """Bring a line into the form in which it is compared."""
    return plain(line[:LINE_READ]).strip()


def is_quoted(folded: str) -> bool:
    """Say whether a folded line bears the mark of a quote (RFC 3676 section 4.5)."""
    return folded.startswith((">", "|>"))


def page(text: str, heads: frozenset[int] = frozenset(), signatures: frozenset[int] = frozenset()) -> Page:
    """Break a text into lines and fold them."""
    lines = tuple(text.split("\n"))
    folded = plain(text).split("\n", LINES_SEARCHED)[:LINES_SEARCHED]  # folding neither makes nor takes a line end
    low = tuple([line[:LINE_READ].strip() for line in folded])
    return Page(lines, low, tuple(map(_field, low)), heads, signatures, low.count("---"))


def _field(folded: str) -> int:
    match = _FIELD.match(folded) if ":" in folded[:72] else None
    return FIELDS.get(match[1].strip(), 0) if match else 0
