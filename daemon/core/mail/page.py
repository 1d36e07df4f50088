"""A body in lines, as written and folded for comparison, and the few questions that every reader of it asks."""

from dataclasses import dataclass

LINE_READ = 400  # letters of a line that are read; a head is never longer
LINES_SEARCHED = 20_000  # beyond this many lines nothing is recognised

_NO_WIDTH = (
    0xAD,
    0x200B,
    0x200C,
    0x200D,
    0x200E,
    0x200F,
    0x2060,
    0xFEFF,
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
)
_SPACES = (0x09, 0xA0, 0x202F, 0x3000, *range(0x2000, 0x200B))
_PLAIN = {
    **dict.fromkeys(_NO_WIDTH),
    **dict.fromkeys(_SPACES, " "),
    **dict.fromkeys((0x2019, 0x00B4), "'"),
    0xFF1A: ":",
    0x0307: None,  # the dot that the Turkish capital leaves behind when it is folded
}


@dataclass(frozen=True, slots=True)
class Page:
    """A body in lines, and what HTML told of them."""

    lines: tuple[str, ...]
    low: tuple[str, ...]  # folded: lower case, plain spaces and colons, trimmed, cut to LINE_READ
    heads: frozenset[int] = frozenset()  # lines at which a quote begins
    signatures: frozenset[int] = frozenset()  # lines that belong to a signature

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
    return line[:LINE_READ].casefold().translate(_PLAIN).strip()


def is_quoted(folded: str) -> bool:
    """Say whether a folded line bears the mark of a quote (RFC 3676 section 4.5)."""
    return folded.startswith((">", "|>"))


def page(text: str, heads: frozenset[int] = frozenset(), signatures: frozenset[int] = frozenset()) -> Page:
    """Break a text into lines and fold them."""
    lines = tuple(text.split("\n"))
    return Page(lines, tuple(map(fold, lines[:LINES_SEARCHED])), heads, signatures)
