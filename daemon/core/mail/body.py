"""The body of a message as a reader sees it: the whole text, what is new in it, what was quoted, what was passed on."""

import re
from dataclasses import dataclass, replace

from daemon.core.mail import simple
from daemon.core.mail.forward import read_forwarded
from daemon.core.mail.quote import split
from daemon.core.mail.quoting.page import page
from daemon.core.mail.text import Rendered, read_html
from store.model.message import Forwarded, Message

_STUB = re.compile(r"\bhtml\b|(?:view|read|open|see|display).{0,60}(?:browser|online)", re.IGNORECASE)
_WORD = re.compile(r"\w{1,40}")
_NOT_SHOWN = re.compile(r"(?:https?:|mailto:|cid:|www\.)[^\s>\])]{1,2000}|\[[^\]\n]{1,200}\]")
LETTERS_COMPARED = 20_000


@dataclass(frozen=True, slots=True)
class Body:
    """What a message says; the lines of `new_text` stand in `text` in the same order."""

    text: str  # the whole body, lines ended by "\n"
    new_text: str  # what its sender wrote: no quotes, no signature, no forwarded part
    quoted: str  # the lines that were cut
    forwarded: Forwarded | None
    alike: bool = True  # False where plain text and HTML say different things: such a body may not command


def is_plain(message: Message) -> bool:
    """Say whether a message is one plain text and nothing else, for any reader of mail."""
    types = [part.content_type for part in message.parts]
    return types == ["text/plain"] and not message.attachments and not message.defects


def read_body(plain: str | None, html: str | None) -> Body:
    """Read the body of a message from its plain text, its HTML, or both (RFC 2046 section 5.1.4). Never raises.

    Plain text is preferred, unless it is empty or only says that there is HTML. Where the two say different things,
    both are read, one below the other, so that nothing said in one alone is overlooked. They are `alike` only if the
    first line of the new text, where a command would stand, is shown in both.
    """
    written = _lines(plain or "")
    if html and _surely_alike(written, html):
        return _part(written, frozenset(), frozenset())
    shown = read_html(html) if html else Rendered("", frozenset(), frozenset())
    if not _says_something(written, shown.text):
        return _part(shown.text, shown.heads, shown.signatures)
    body = _part(written, frozenset(), frozenset())
    if not shown.text.strip():
        return body
    if shown.text.split() == body.text.split():
        return body
    other = _part(shown.text, shown.heads, shown.signatures)
    said, seen = _words(body.new_text), _words(shown.text)
    if _most(said, seen, spare=4) and _most(_words(other.new_text), _words(body.text), spare=2):
        return body if _words(_first_line(body.new_text)) <= seen else replace(body, alike=False)
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


def _surely_alike(written: str, html: str) -> bool:
    """Say whether plain text is worth reading and HTML has the same words, as far as that is seen without a parser."""
    said = simple.words(html)
    return bool(said) and said == written.split() and not _is_stub(written.strip())


def _is_stub(bare: str) -> bool:
    """Say whether a plain text perhaps only says that there is HTML."""
    return len(bare) < 400 and _STUB.search(bare) is not None


def _says_something(written: str, shown: str) -> bool:
    """Say whether the plain text is worth reading beside the HTML."""
    bare = written.strip()
    return bool(bare) and not (len(shown.strip()) > 2 * len(bare) and _is_stub(bare))


def _words(text: str) -> set[str]:
    """Return the words of a text, without what one alternative writes out and the other only links to."""
    return set(_WORD.findall(_NOT_SHOWN.sub(" ", text[:LETTERS_COMPARED].casefold())))


def _first_line(text: str) -> str:
    """Return the line in which a command would stand."""
    return text.lstrip().partition("\n")[0]


def _most(part: set[str], whole: set[str], spare: int) -> bool:
    """Say whether the words of a part stand in the whole, all but one in `spare`.

    Programs write links, lists and pictures in two ways, so that the two alternatives hardly ever have the same words.
    """
    return len(part - whole) <= len(part) // spare


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
    return "\n".join(map(str.rstrip, lines)).strip("\n")
