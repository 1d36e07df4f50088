"""A body in lines, as written and folded for comparison, and the few questions that every reader of it asks."""

import re
from dataclasses import dataclass

from daemon.core.mail.quoting.folding import plain
from daemon.core.mail.quoting.phrases import FIELDS

LINE_READ = 400  # letters of a line that are read; a head is never longer
LINES_SEARCHED = 5_000  # beyond this many lines nothing is recognised

_ABOVE = (  # one of these stands in every line that asks for an answer above it; to look for them once is cheap
    "above th", "oberhalb ", "über dies", "dessus de", "encima de esta", "boven de", "acima desta", "sopra ",
    "tej linii", "nad tento", "ovanför denna", "over denne", "выше эт", "この行より上", "在此行",
)  # fmt: skip
_FIELD = re.compile(r"[> ]{0,40}[*_]{0,2}([^:*]{1,24}?)[ *_]{0,3}:(?!/)")


@dataclass(frozen=True, slots=True)
class Page:
    """A body in lines, and what HTML told of them."""

    lines: tuple[str, ...]
    low: tuple[str, ...]  # folded: lower case, plain spaces and colons, trimmed, cut to LINE_READ
    fields: tuple[int, ...]  # what the header field in a folded line tells, 0 where none is known
    quoted: tuple[bool, ...]  # which folded lines bear the mark of a quote
    dividers: int  # folded lines that are "---" and nothing else
    asking: bool  # whether a line may ask for an answer above it
    attributing: bool  # whether a line may end an attribution
    heads: frozenset[int]  # lines at which a quote begins
    signatures: frozenset[int]  # lines that belong to a signature

    def next_text(self, at: int) -> int:
        """Return the first line from `at` that is not blank, or the number of folded lines."""
        while at < len(self.low) and not self.low[at]:
            at += 1
        return at

    def next_unquoted(self, at: int) -> int:
        """Return the first line from `at` that is neither blank nor marked, or the number of folded lines."""
        low, quoted = self.low, self.quoted
        while at < len(low) and (quoted[at] or not low[at]):
            at += 1
        return at

    def quote_follows(self, at: int) -> bool:
        """Say whether the next line that is not blank is quoted."""
        at = self.next_text(at)
        return at < len(self.low) and self.quoted[at]


def fold(line: str) -> str:
    """Bring a line into the form in which it is compared."""
    return plain(line[:LINE_READ]).strip()


def _is_quoted(folded: str) -> bool:
    """Say whether a folded line bears the mark of a quote (RFC 3676 section 4.5)."""
    return folded.startswith((">", "|>"))


def page(text: str, heads: frozenset[int] = frozenset(), signatures: frozenset[int] = frozenset()) -> Page:
    """Break a text into lines and fold them."""
    lines = tuple(text.split("\n"))
    folded = plain(text)  # folding neither makes nor takes a line end
    low = tuple([line[:LINE_READ].strip() for line in folded.split("\n", LINES_SEARCHED)[:LINES_SEARCHED]])
    fields = tuple([_field(line) if ":" in line else 0 for line in low])
    quoted = tuple(map(_is_quoted, low)) if ">" in folded else (False,) * len(low)
    asking = any(map(folded.__contains__, _ABOVE))
    attributing = "@" in folded or (":" in folded and any(line.endswith(":") for line in low))
    return Page(lines, low, fields, quoted, low.count("---"), asking, attributing, heads, signatures)


def _field(folded: str) -> int:
    match = _FIELD.match(folded)
    return FIELDS.get(match[1].strip(), 0) if match else 0
