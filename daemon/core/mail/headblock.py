"""The few header fields that mail programs write above a quoted or forwarded message: From, Sent, To, Subject."""

import re
from dataclasses import dataclass

from daemon.core.mail.page import Page
from daemon.core.mail.phrases import FIELDS, SENDER, SENT, SUBJECT, TO

LINES_READ = 24  # of one block
_FIELD = re.compile(r"[*_]{0,2}([^:*]{1,24}?)[ *_]{0,3}:(?!/)[ *_]{0,3}")
_PREFIX = re.compile(r"^[\s>|]{0,40}")


@dataclass(frozen=True, slots=True)
class HeadBlock:
    """Fields that stand together. What one tells is SENDER, SENT, TO or SUBJECT, or two of them in two languages."""

    end: int  # the line after the last field
    fields: tuple[tuple[int, str], ...]  # what it tells, and its value as written

    def told(self) -> int:
        """Return all that the fields tell, as bits."""
        bits = 0
        for bit, _ in self.fields:
            bits |= bit
        return bits

    def value(self, bit: int) -> str:
        """Return the first value of a field that tells this, "" where none does."""
        return next((value for bits, value in self.fields if bits & bit), "")


def field(folded: str) -> int:
    """Return what the header field in a folded line tells, 0 where none is known."""
    match = _FIELD.match(folded)
    return FIELDS.get(match[1].strip(), 0) if match else 0


def read_block(view: Page, at: int) -> HeadBlock:
    """Read the fields from a line on.

    A line that is no field continues the one before it if another field follows soon (long subjects are broken so);
    blank lines are passed over where another field follows, since HTML made into text often has them.
    """
    found: list[tuple[int, str]] = []
    end = at
    for pos in range(at, min(len(view.low), at + LINES_READ)):
        line = view.low[pos].lstrip("> ")
        bits = field(line)
        if bits:
            found.append((bits, _value(view.lines[pos])))
            end = pos + 1
        elif not line:
            if not found or not _new_field_follows(view, pos, found):
                break
        elif end == pos and found and _field_follows(view, pos):
            found[-1] = (found[-1][0], f"{found[-1][1]} {_bare(view.lines[pos])}")
            end = pos + 1
        else:
            break
    return HeadBlock(end, tuple(found))


def _field_follows(view: Page, at: int) -> bool:
    return any(field(line.lstrip("> ")) for line in view.low[at + 1 : at + 3])


def _new_field_follows(view: Page, at: int, found: list[tuple[int, str]]) -> bool:
    """Say whether a field that is not among those found stands below at most two blank lines."""
    lines = (line.lstrip("> ") for line in view.low[at : at + 3])
    bits = next((field(line) for line in lines if line), 0)
    return bits != 0 and all(bits != known for known, _ in found)


def _bare(line: str) -> str:
    return _PREFIX.sub("", line[:2000], count=1).strip()


def _value(line: str) -> str:
    """Return what stands behind the colon of a field, as written."""
    bare = _bare(line).replace("：", ":")
    return bare.partition(":")[2].strip(" \t*_\u200e\u200f\xa0")


def names_a_message(block: HeadBlock, evidence_of_time: int, subject_needed: bool = True) -> bool:
    """Say whether fields without any other sign are the head of a message, and no list that a person wrote.

    A person may write "From: Paris, To: London, Date: 3 May": so a subject is asked for, or an address, or a full time.
    """
    told = block.told()
    if not told & SENDER or len(block.fields) < 2:
        return False
    if told & SUBJECT and told & (SENT | TO) and len(block.fields) > 2:
        return True
    if not told & SENT or evidence_of_time < 2:
        return not subject_needed and "@" in block.value(SENDER)
    return "@" in block.value(SENDER) or bool(told & TO and len(block.fields) > 2)
