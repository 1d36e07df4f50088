"""The few header fields that mail programs write above a quoted or forwarded message: From, Sent, To, Subject."""

import re
from dataclasses import dataclass

from daemon.core.mail.quoting.page import Page
from daemon.core.mail.quoting.phrases import FIELDS, SENDER, SENT, SUBJECT, TO

LINES_READ = 24  # of one block
_INNER = re.compile(r"(?<=[ *])([^\s:*]{1,14}) ?\*?: ")
_PREFIX = re.compile(r"^[\s>|]{0,40}")
_EMPHASIS = " \t*_\u200e\u200f\u202a\u202c\xa0"


@dataclass(frozen=True, slots=True)
class HeadBlock:
    """Fields that stand together. What one tells is SENDER, SENT, TO or SUBJECT, or two of them in two languages."""

    end: int  # the line after the last field
    fields: tuple[tuple[int, int], ...]  # what it tells, and the line it begins in
    view: Page

    def told(self) -> int:
        """Return all that the fields tell, as bits."""
        bits = 0
        for bit, _ in self.fields:
            bits |= bit
        return bits

    def value(self, bit: int) -> str:
        """Return the value, as written, of the first field that tells this, "" where none does."""
        for number, (bits, start) in enumerate(self.fields):
            if bits & bit:
                end = self.fields[number + 1][1] if number + 1 < len(self.fields) else self.end
                lines = [_PREFIX.sub("", line[:2000], count=1).strip() for line in self.view.lines[start:end]]
                return " ".join(lines).replace("：", ":").partition(":")[2].strip(_EMPHASIS)
        return ""


def read_block(view: Page, at: int) -> HeadBlock:
    """Read the fields from a line on.

    A line that is no field continues the one before it if another field follows soon (long subjects are broken so);
    blank lines are passed over where another field follows, since HTML made into text often has them.
    """
    found: list[tuple[int, int]] = []
    end = at
    for pos in range(at, min(len(view.low), at + LINES_READ)):
        if bits := view.fields[pos]:
            found.append((bits, pos))
            end = pos + 1
        elif not found:
            break
        elif not view.low[pos].strip("> "):
            if not _new_field_follows(view, pos, found):
                break
        elif end == pos and any(view.fields[pos + 1 : pos + 3]):
            end = pos + 1
        else:
            break
    return HeadBlock(end, tuple(found), view)


def told_in_line(folded: str) -> int:
    """Return what the fields in one line tell, as bits: some programs write the whole block in a line."""
    bits = 0
    for match in _INNER.finditer(folded):
        bits |= FIELDS.get(match[1], 0)
    return bits


def _new_field_follows(view: Page, at: int, found: list[tuple[int, int]]) -> bool:
    """Say whether a field that is not among those found stands below at most two blank lines."""
    pos = next((pos for pos in range(at, min(at + 3, len(view.low))) if view.low[pos].strip("> ")), None)
    return pos is not None and view.fields[pos] != 0 and all(view.fields[pos] != known for known, _ in found)


def names_a_message(block: HeadBlock, evidence_of_time: int, subject_needed: bool = True) -> bool:
    """Say whether fields without any other sign are the head of a message, and no list that a person wrote.

    A person may write "From: Paris, To: London, Date: 3 May": so a subject is asked for, or an address, or a full time.
    """
    told = block.told()
    if told & SUBJECT and told & (SENT | TO) and len(block.fields) > 2:
        return True
    if not told & SENT or evidence_of_time < 2:
        return not subject_needed and "@" in block.value(SENDER)
    return "@" in block.value(SENDER) or bool(told & TO and len(block.fields) > 2)
