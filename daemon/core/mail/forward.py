"""A message that somebody passed on inside theirs: who wrote it, about what, and its words."""

import re

from daemon.core.mail.quote import Split
from daemon.core.mail.quoting.headblock import HeadBlock, read_block
from daemon.core.mail.quoting.heads import Head, Kind, find_head
from daemon.core.mail.quoting.page import Page, page
from daemon.core.mail.quoting.phrases import SENDER, SUBJECT
from store.model.message import Address, Forwarded

_MARK = re.compile(r"^\s{0,8}\|?> ?")
_ADDRESS = re.compile(r"[^\s<>@\[\]()\"':;,]{1,64}@[^\s<>@\[\]()\"':;,]{1,255}")


def read_forwarded(view: Page, parts: Split) -> Forwarded | None:
    """Return the message passed on inline, or None.

    A head with fields is taken for one whether it stands above a forward or above an answer: Outlook writes the same
    lines for both. Whoever needs the difference has the subject of the message, and the thread it belongs to.
    """
    if parts.marked is not None:
        view = _unmarked(view, parts.marked)
        head = find_head(view, start) if (start := view.next_text(0)) < len(view.low) else None
    else:
        head = parts.head
    if head is None or head.kind not in (Kind.FORWARD, Kind.HEADER, Kind.ORIGINAL):
        return None
    block = _block(view, head)
    if head.kind is not Kind.FORWARD and not block.value(SENDER):
        return None
    subject = " ".join(block.value(SUBJECT).split())
    return Forwarded(_address(block.value(SENDER)), subject or None, _words(view, head))


def _unmarked(view: Page, at: int) -> Page:
    """Return the marked lines from here on as a page of their own, with one mark taken off."""
    end = next((n for n in range(at, len(view.low)) if view.low[n] and not view.quoted[n]), len(view.low))
    return page("\n".join(_MARK.sub("", line, count=1) for line in view.lines[at:end]))


def _block(view: Page, head: Head) -> HeadBlock:
    for at in range(head.start, head.end):
        block = read_block(view, at)
        if len(block.fields) > 1:
            return block
    return HeadBlock(head.end, (), view)


def _address(value: str) -> Address | None:
    """Read `Anna <anna@example.org>`, `Anna [mailto:anna@example.org]` and their like; None where no address stands."""
    found = _ADDRESS.search(value[:1000].replace("mailto:", " "))
    if found is None:
        return None
    name = re.split(r"[<\[(]|mailto:", value[:1000], maxsplit=1)[0].strip(" \t\"'")
    return Address("" if found[0] in name else name, found[0])


def _words(view: Page, head: Head) -> str:
    """Return the text below the head: to the end of the marked lines where it is marked, else to the end."""
    if view.quote_follows(head.end):
        return "\n".join(line.rstrip() for line in _unmarked(view, view.next_text(head.end)).lines).strip("\n")
    return "\n".join(line.rstrip() for line in view.lines[head.end :]).strip("\n")
