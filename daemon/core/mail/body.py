"""The body of a message as a reader sees it: the whole text, what is new in it, what was quoted, what was passed on."""

import re
from dataclasses import dataclass

from daemon.core.mail.forward import read_forwarded
from daemon.core.mail.page import page
from daemon.core.mail.quote import split
from daemon.core.mail.text import Rendered, read_html
from store.model.message import Forwarded

_STUB = re.compile(
    r"(?:view|read|open|see|display).{0,60}(?:html|browser|online)|html.{0,40}(?:view|client|reader|mail)",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w{2,40}")
WORDS_COMPARED = 400


@dataclass(frozen=True, slots=True)
class Body:
    """What a message says; the lines of `new_text` stand in `text` in the same order."""

    text: str  # the whole body, lines ended by "\n"
    new_text: str  # what its sender wrote: no quotes, no signature, no forwarded part
    quoted: str  # the lines that were cut
    forwarded: Forwarded | None
    alike: bool = True  # False where plain text and HTML say different things: such a body may not command


def read_body(plain: str | None, html: str | None) -> Body:
    """Read the body of a message from its plain text, its HTML, or both (RFC 2046 section 5.1.4). Never raises.

    Plain text is preferred, unless it is empty or only says that there is HTML. Where the two say different things,
    both are read, one below the other, so that nothing said in one alone is overlooked.
    """
    written = _lines(plain or "")
    shown = read_html(html) if html else Rendered("", frozenset(), frozenset())
    if not _says_something(written, shown.text):
        return _part(shown.text, shown.heads, shown.signatures)
    body = _part(written, frozenset(), frozenset())
    if not shown.text.strip() or _alike(body, shown.text):
        return body
    other = _part(shown.text, shown.heads, shown.signatures)
    return Body(
        _join(body.text, other.text),
        _join(body.new_text, other.new_text),
        _join(body.quoted, other.quoted),
        body.forwarded or other.forwarded,
        alike=False,
    )


def _lines(text: str) -> str:
    """Bring line ends into one form."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _join(*texts: str) -> str:
    return "\n\n".join(text for text in texts if text.strip())


def _says_something(written: str, shown: str) -> bool:
    """Say whether the plain text is worth reading beside the HTML."""
    bare = written.strip()
    return bool(bare) and not (shown.strip() and len(bare) < 400 and _STUB.search(bare) and len(shown) > len(bare))


def _words(text: str) -> set[str]:
    found: set[str] = set()
    for match in _WORD.finditer(text[:20_000].casefold()):
        found.add(match[0])
        if len(found) >= WORDS_COMPARED:
            break
    return found


def _alike(body: Body, shown: str) -> bool:
    """Say whether HTML shows what the plain text says: nearly all its new words, and hardly any that are new to it."""
    new, all_shown = _words(body.new_text), _words(shown)
    return len(new - all_shown) <= len(new) // 4 and len(all_shown - _words(body.text)) <= len(all_shown) // 2


def _part(text: str, heads: frozenset[int], signatures: frozenset[int]) -> Body:
    view = page(text, heads, signatures)
    parts = split(view)
    new = set(parts.new)
    own = [view.lines[at] for at in parts.new]
    if parts.head and parts.head.kept:
        own[parts.new.index(parts.head.start)] = view.lines[parts.head.start][: parts.head.kept].rstrip()
    cut = [line for at, line in enumerate(view.lines) if at not in new]
    if parts.head and parts.head.kept:
        cut.insert(0, view.lines[parts.head.start][parts.head.kept :])
    return Body(text, _trimmed(own), _trimmed(cut), read_forwarded(view, parts))


def _trimmed(lines: list[str]) -> str:
    """Join lines, without the blank ones at either end and without space at their ends."""
    return "\n".join(line.rstrip() for line in lines).strip("\n")
