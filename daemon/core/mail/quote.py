"""Which lines of a body are the sender's own: one pass over the lines parts them from quotes and signatures.

What follows a head is quoted line by line where the lines bear a mark, so that answers between and below them are kept,
and to the end of the text where they do not. The pass looks at each line a bounded number of times.
"""

import re
from dataclasses import dataclass, field

from daemon.core.mail.quoting.heads import Head, Kind, find_head, is_below_delimiter
from daemon.core.mail.quoting.page import Page
from daemon.core.mail.quoting.signature import begins_signature

_RULE = re.compile(r"[-_=—–]{3,}")
_LINK = re.compile(r"[(<\[\s]{0,4}https?://")
_OWN_MARK = re.compile(r"[|:)\]}#%!+=]{1,2}(?= |$)|--\]|[a-z]{1,4}>")  # marks other than ">", seen below attributions
_ARMOUR = "-----begin pgp signed message-----"  # headers follow, to a blank line (RFC 9580 section 7)


@dataclass(frozen=True, slots=True)
class Split:
    """A body parted: which lines are new, and the first head, if any."""

    new: tuple[int, ...]
    head: Head | None
    marked: int | None = None  # the first quoted line, if no head stands above it


@dataclass(slots=True)
class _Reading:
    """How far the pass has come, and what it has seen."""

    view: Page
    new: list[int] = field(default_factory=list)
    head: Head | None = None
    marked: int | None = None
    mark: str = ""  # of quotes below the last head, besides ">"
    signing: bool = False
    written: bool = False  # something of the sender's own has been seen

    def is_quote(self, at: int) -> bool:
        if self.view.quoted[at] or (self.mark and self.view.low[at].startswith(self.mark)):
            return True
        return _torn_off(self.view, at)

    def pass_quote(self, at: int) -> int:
        """Step over a quoted line and those that follow it, and over blank ones: they part it from the answer."""
        if self.head is None and self.marked is None:
            self.marked = at
            self.drop_rule()
        self.signing = False
        return self.view.next_unquoted(at + 1)

    def pass_head(self, head: Head) -> int:
        """Step over a head. Return where reading goes on: at marked lines, below a delimiter, or nowhere."""
        self.head, self.signing = self.head or head, False
        if head.kept:
            self.new.append(head.start)
        self.drop_rule()
        if head.kind is Kind.DELIMITER:
            self.drop_blanks()
            return _below_delimiter(self.view, head.end)
        self.mark = _mark_below(self.view, head.end)
        return self.view.next_text(head.end) if self.mark or self.view.quote_follows(head.end) else len(self.view.lines)

    def pass_words(self, at: int) -> int:
        """Keep a line, unless it belongs to a signature."""
        line = self.view.low[at]
        if line == _ARMOUR:
            return next((pos for pos in range(at, len(self.view.low)) if not self.view.low[pos]), at) + 1
        self.signing = self.signing or (line != "" and begins_signature(self.view, at, self.written))
        self.written = self.written or line != ""
        if not self.signing:
            self.new.append(at)
        return at + 1

    def drop_rule(self) -> None:
        """Take back a rule that ends the words so far: it parts them from the quote below."""
        last = next(
            (n for n in range(len(self.new) - 1, max(len(self.new) - 4, -1), -1) if self.view.low[self.new[n]]), 0
        )
        if self.new and _RULE.fullmatch(self.view.low[self.new[last]]):
            del self.new[last:]

    def drop_blanks(self) -> None:
        while self.new and not self.view.low[self.new[-1]]:
            self.new.pop()


def split(view: Page) -> Split:
    """Part a body into the sender's own lines and the others. The lines keep their order; nothing is rewritten."""
    reading = _Reading(view)
    at = 0
    while at < len(view.low):
        if not view.low[at]:
            at = reading.pass_words(at)
        elif reading.is_quote(at):
            at = reading.pass_quote(at)
        elif head := find_head(view, at):
            at = reading.pass_head(head)
        else:
            at = reading.pass_words(at)
    reading.new.extend(range(at, len(view.lines)))
    return Split(tuple(reading.new), reading.head, reading.marked)


def _torn_off(view: Page, at: int) -> bool:
    """Say whether an unmarked line between two quoted ones is the end of the first, which a program broke."""
    if not (0 < at < len(view.low) - 1 and view.quoted[at - 1] and view.quoted[at + 1]):
        return False
    return _LINK.match(view.low[at]) is not None or (len(view.lines[at - 1]) >= 68 and len(view.low[at]) < 40)


def _mark_below(view: Page, at: int) -> str:
    """Return the mark, other than ">", that the first lines below a head share, "" where they share none."""
    lines = [line for line in view.low[at : at + 6] if line][:2]
    match = _OWN_MARK.match(lines[0]) if len(lines) > 1 else None
    return match[0] if match and all(line.startswith(match[0]) for line in lines) else ""


def _below_delimiter(view: Page, at: int) -> int:
    below = next((pos for pos in range(at, len(view.low)) if is_below_delimiter(view.low[pos])), None)
    return len(view.lines) if below is None else view.next_text(below + 1)
