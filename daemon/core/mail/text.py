"""HTML to the text that its reader sees, line by line, with what the markup tells of quotes and signatures.

Block elements break lines as they do on the screen, quotes bear ">" as in plain text, hidden nodes are left out. The
walk is a loop over a stack; markup.tame bounds what it can meet.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from daemon.core.mail.quoting.language import names
from daemon.core.mail.quoting.markup import tame

_SKIPPED = names(
    "script|style|head|title|template|object|svg|math|select|iframe|audio|video|noscript|canvas|textarea|button"
)
_BLOCKS = names(
    "address|article|aside|blockquote|body|caption|center|dd|details|dir|div|dl|dt|fieldset|figcaption|figure|footer|"
    "form|h1|h2|h3|h4|h5|h6|header|hgroup|hr|html|li|main|menu|nav|ol|p|pre|section|summary|table|tbody|td|tfoot|th|"
    "thead|tr|ul"
)
_SPACED = names("p|h1|h2|h3|h4|h5|h6|ul|ol|dl|pre")  # an empty line stands above and below them
_INLINE_CELLS = frozenset(("td", "th"))

_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?:\.0+)?\s*(?:[a-z%]{1,3}\s*)?(?:[;!]|$)"
    r"|(?:max-height|opacity)\s*:\s*0(?:\.0+)?\s*(?:px\s*)?(?:[;!]|$)",
)
_NOTHING = re.compile(r":\s*(?:none|hidden|all|0)")  # how each of them ends; to look for it first is cheap
_NO_MARGIN = re.compile(r"margin(?:-top|-bottom)?\s*:\s*0(?![.\d]*[1-9])", re.IGNORECASE)
_BAR = re.compile(
    r"border-left\s*:[^;]{0,40}(?:solid|\d)|border-width\s*:\s*0[a-z]*\s+0[a-z]*\s+0[a-z]*\s+[1-9]", re.IGNORECASE
)
_TOP_RULE = re.compile(r"border-top\s*:\s*solid\s+#(?:B5C4DF|E1E1E1)", re.IGNORECASE)  # Outlook, above its header

# Rows of (attribute, value as a whole word, what it marks), taken from the mail that these programs write.
QUOTE, HEAD, SIGNATURE = "quote", "head", "signature"
MARKS: tuple[tuple[str, str, str], ...] = (
    ("class", "gmail_quote", HEAD),
    ("class", "gmail_quote_container", HEAD),
    ("class", "gmail_attr", HEAD),
    ("class", "yahoo_quoted", HEAD),
    ("class", "moz-cite-prefix", HEAD),
    ("class", "moz-forward-container", HEAD),
    ("class", "moz-email-headers-table", HEAD),
    ("class", "protonmail_quote", HEAD),
    ("class", "tutanota_quote", HEAD),
    ("class", "zmail_extra", HEAD),
    ("class", "OutlookMessageHeader", HEAD),
    ("class", "ms-outlook-ios-reference-expand", HEAD),
    ("class", "ms-outlook-mobile-reference-message", HEAD),
    ("class", "ydp-yahoo_quoted", HEAD),
    ("class", "replyHeader", HEAD),
    ("class", "airmail_on", HEAD),
    ("class", "front-blockquote", HEAD),
    ("class", "sh-quoted-content", HEAD),
    ("class", "email_quote", HEAD),
    ("class", "quoted-reply", HEAD),
    ("class", "mcntmcntquote", HEAD),
    ("id", "divRplyFwdMsg", HEAD),
    ("id", "appendonsend", HEAD),
    ("id", "OLK_SRC_BODY_SECTION", HEAD),
    ("id", "mail-editor-reference-message-container", HEAD),
    ("id", "isForwardContent", HEAD),
    ("id", "isReplyContent", HEAD),
    ("id", "reply-intro", HEAD),
    ("id", "replySplit", HEAD),
    ("id", "stopSpelling", HEAD),
    ("id", "qt", HEAD),
    ("id", "yahoo_quoted", HEAD),
    ("id", "ymail_android_quote", HEAD),
    ("id", "zwchr", HEAD),
    ("class", "gmail_signature", SIGNATURE),
    ("class", "gmail_signature_prefix", SIGNATURE),
    ("class", "moz-signature", SIGNATURE),
    ("class", "protonmail_signature_block", SIGNATURE),
    ("class", "yahoo-signature", SIGNATURE),
    ("class", "tutanota_signature", SIGNATURE),
    ("id", "Signature", SIGNATURE),
    ("id", "signature", SIGNATURE),
    ("id", "AppleMailSignature", SIGNATURE),
    ("id", "ms-outlook-mobile-signature", SIGNATURE),
    ("id", "ms-outlook-mobile-body-separator-line", SIGNATURE),
    ("id", "ymail_android_signature", SIGNATURE),
    ("id", "bloop_sign", SIGNATURE),
    ("id", "BB10_response_div_signature", SIGNATURE),
    ("class", "Signature", SIGNATURE),
    ("class", "x_gmail_signature", SIGNATURE),
    ("class", "x_gmail_quote", HEAD),
    ("id", "x_divRplyFwdMsg", HEAD),
)
_MARKED = {(attribute, value.lower()): mark for attribute, value, mark in MARKS}
_BLANKS = re.compile(r"\n{4,}")
_SPACE = re.compile(r"[ \t\r\n\f]+")


Attributes = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Rendered:
    """HTML as text, and the numbers of the lines of which the markup told something."""

    text: str
    heads: frozenset[int]  # lines at which a quote begins
    signatures: frozenset[int]  # lines that belong to a signature


@dataclass(slots=True)
class _Pen:
    """The page being written."""

    lines: list[str] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    heads: set[int] = field(default_factory=set)
    signatures: set[int] = field(default_factory=set)
    depth: int = 0  # of quotes
    signing: int = 0  # open signature containers
    head_due: bool = False  # a quote begins with the next words
    gap_due: bool = False  # an empty line before the next words
    pre: int = 0
    counters: list[int] = field(default_factory=list)  # of open lists: next number, 0 for bullets

    def write(self, words: str) -> None:
        """Add words to the line, below the empty line that may be due."""
        if self.gap_due:
            self.gap_due = False
            if self.lines and self.lines[-1].strip("> "):
                self.lines.append(">" * self.depth)
        self.line.append(words)

    def end_line(self, even_empty: bool = False) -> None:
        """End the line if anything stands in it."""
        if not self.line and not even_empty:
            return
        words = "".join(self.line).replace("\xa0", " ")
        self.line.clear()
        words = words.rstrip() if self.pre or self.counters else words.strip()
        if (self.head_due or self.signing) and words.strip():
            self._note(len(self.lines))
        if self.depth:
            mark = ">" * self.depth
            words = f"{mark} {words}" if words else mark
        self.lines.append(words)

    def _note(self, number: int) -> None:
        if self.head_due:
            self.heads.add(number)
            self.head_due = False
        if self.signing:
            self.signatures.add(number)


class _End(NamedTuple):
    """The end of an element, and what is to be undone there."""

    tag: str
    mark: str | None
    attributes: Attributes


def read_html(html: str) -> Rendered:
    """Return the text that a reader of this HTML sees. Never raises; takes time proportional to the length."""
    root = LexborHTMLParser(tame(html)).body
    pen = _Pen()
    stack: list[LexborNode | _End] = [root] if root is not None else []
    while stack:
        node = stack.pop()
        if isinstance(node, _End):
            _leave(node, pen)
            continue
        if node is not root and (following := node.next) is not None:
            stack.append(following)
        tag = node.tag or ""
        if tag == "-text":
            _write_text(node.text_content or "", pen)
        elif tag[:1] not in "-_!" and tag not in _SKIPPED:
            attributes = node.attributes
            if attributes and _hidden(attributes):
                continue
            mark = _enter(tag, attributes, pen)
            if mark is not None or tag in _BLOCKS:
                stack.append(_End(tag, mark, attributes))
            if (child := node.child) is not None:
                stack.append(child)
    pen.end_line()
    return Rendered("\n".join(pen.lines), frozenset(pen.heads), frozenset(pen.signatures))


def tells(attributes: Attributes) -> bool:
    """Say whether attributes hide an element, or mark what it is."""
    return _hidden(attributes) or _told(attributes) is not None


def _hidden(attributes: Attributes) -> bool:
    style = (attributes.get("style") or "")[:2000].lower()
    return "hidden" in attributes or bool(_NOTHING.search(style) and _HIDDEN.search(style))


def _write_text(words: str, pen: _Pen) -> None:
    if pen.pre:
        first, *rest = _BLANKS.sub("\n\n\n", words.replace("\r", "")).split("\n")
        if first:
            pen.write(first)
        for line in rest:
            pen.end_line(even_empty=True)
            if line:
                pen.write(line)
        return
    if not (words.isprintable() and "  " not in words):  # what can be printed has no other space than " "
        words = _SPACE.sub(" ", words)
    if words.startswith(" ") and (not pen.line or pen.line[-1].endswith(" ")):
        words = words[1:]
    if words:
        pen.write(words)


def _mark(tag: str, attributes: Attributes, pen: _Pen) -> str | None:
    """Say what an element's markup tells: a quote, the head of one, or a signature."""
    if tag == "blockquote":
        return QUOTE if _is_cited(attributes, pen) else None
    return _told(attributes)


def _told(attributes: Attributes) -> str | None:
    """Say whether attributes mark the head of a quote, or a signature."""
    style = (attributes.get("style") or "")[:2000]
    for name in ("class", "id"):
        for word in (attributes.get(name) or "").lower()[:400].split():
            if mark := _MARKED.get((name, word)):
                return mark
            if word.startswith(("yahoo_quoted", "ydp")) and word.endswith(("yahoo_quoted",)):
                return HEAD
    return HEAD if "border" in style.lower() and _TOP_RULE.search(style) else None


def _is_cited(attributes: Attributes, pen: _Pen) -> bool:
    """Tell a quote from an indented paragraph, which is the same element.

    An editor's indent has a style without a bar. A bare one is a quote, unless it holds the whole message.
    """
    kind, style = (attributes.get("class") or "").lower(), (attributes.get("style") or "")[:2000]
    if pen.depth or "cite" in attributes or attributes.get("type") or _BAR.search(style):
        return True
    if style:
        return "quote" in kind or "cite" in kind
    above = "".join(pen.line) or next((line for line in reversed(pen.lines[-20:]) if line.strip()), "")
    return above.rstrip().endswith(":") if "gmail_quote" in kind else bool(above.strip())


def _enter(tag: str, attributes: Attributes, pen: _Pen) -> str | None:
    """Open an element: break the line, note what it tells. Return what is to be undone at its end."""
    if tag == "br":
        if pen.gap_due:
            pen.write("")
        pen.end_line(even_empty=True)
        return None
    mark = _mark(tag, attributes, pen) if attributes or tag == "blockquote" else None
    if tag in _BLOCKS:
        _open_block(tag, attributes, pen)
    if mark == HEAD:
        pen.head_due = pen.head_due or not pen.depth
    elif mark == SIGNATURE:
        pen.signing += 1
    elif mark == QUOTE:
        pen.end_line()
        pen.depth += 1
    return mark


def _open_block(tag: str, attributes: Attributes, pen: _Pen) -> None:
    if tag in _INLINE_CELLS:
        if pen.line:
            pen.write(" ")
        return
    pen.end_line()
    if tag in _SPACED and not pen.counters and not _tight(attributes):
        pen.gap_due = True
    if tag in ("ul", "ol"):
        pen.counters.append(1 if tag == "ol" else 0)
    elif tag == "li":
        number = pen.counters[-1] if pen.counters else 0
        pen.write("  " * max(len(pen.counters) - 1, 0) + (f"{number}. " if number else "- "))
        if number:
            pen.counters[-1] += 1
    elif tag == "pre":
        pen.pre += 1
    elif tag == "hr":
        pen.write("_" * 32)
        pen.end_line()


def _tight(attributes: Attributes) -> bool:
    """Say whether a paragraph has no empty line around it (Outlook's have none)."""
    if not attributes:
        return False
    style = (attributes.get("style") or "")[:2000]
    return "mso" in (attributes.get("class") or "").lower() or bool(style and _NO_MARGIN.search(style))


def _leave(end: _End, pen: _Pen) -> None:
    """Close an element."""
    tag, mark, attributes = end
    if tag in _BLOCKS and tag not in _INLINE_CELLS:
        pen.end_line()
    if tag in ("ul", "ol") and pen.counters:
        pen.counters.pop()
    if tag in _SPACED and not pen.counters and not _tight(attributes):
        pen.gap_due = True
    if tag == "pre":
        pen.pre -= 1
    if mark == SIGNATURE:
        pen.end_line()
        pen.signing -= 1
    elif mark == QUOTE:
        pen.end_line()
        pen.depth -= 1
        pen.gap_due = False
