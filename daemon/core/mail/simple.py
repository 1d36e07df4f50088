"""The words of simple HTML: where nothing but a few harmless tags stands in it, they are known without a parser.

To set up an HTML parser costs as much as a fifth of an ordinary mail. Most mail says in HTML what it says in plain
text, in paragraphs and line breaks, and to see that needs no tree. All else is left to `text.read_html`.
"""

import re
from html import unescape
from html.entities import html5
from itertools import accumulate
from operator import add

from daemon.core.mail.text import tells

LONGEST = 50_000  # characters
TAGS = 250  # none of them stands too deep for `markup.tame`
# What a tag puts between two words. A parser shows the text of all of them in the order in which it is written.
_NOTHING = "html /html head /head meta body /body img a /a b /b em /em font /font i /i span /span strong /strong u /u"
_BREAKS = "br p /p div /div"
_BETWEEN = dict.fromkeys(_NOTHING.split(), "") | dict.fromkeys(_BREAKS.split(), " ")
_TAG = re.compile(r'<(/?[a-zA-Z]{1,6})((?:[ \t\r\n\f]++[a-zA-Z-]{1,40}="[^"<>]{0,2000}")*+)[ \t\r\n\f]*+/?>')
_DOCTYPE = re.compile(r"[ \t\r\n\f]*+<!doctype [^<>]{1,500}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r'([a-zA-Z-]{1,40})="([^"]*)"')
_REFERENCE = re.compile(r"&(?=[a-zA-Z0-9#]|\Z)([a-zA-Z0-9]{1,31};|)")  # before all else an "&" is just one


def words(html: str) -> list[str] | None:
    """Return the words that a reader of this HTML sees, `read_html(html).text.split()`; None where it is not simple."""
    if len(html) > LONGEST or html.count("<") > TAGS:
        return None
    doctype = _DOCTYPE.match(html)
    pieces = _TAG.split(html[doctype.end() :] if doctype else html)
    texts, tags, attributes = pieces[::3], list(map(str.lower, pieces[1::3])), pieces[2::3]
    written = "".join(texts)
    if "<" in written or "\0" in written or not _are_simple(tags) or not all(map(_are_inert, filter(None, attributes))):
        return None
    if "&" in written:  # text by text, since what a tag parts is no reference
        if not all(map(_is_resolved, texts)):
            return None
        texts = list(map(unescape, texts))
    texts[1:] = map(add, map(_BETWEEN.__getitem__, tags), texts[1:])
    return "".join(texts).split()


def _are_simple(tags: list[str]) -> bool:
    """Say whether all tags are known, and none closes what is not open: such a one breaks no line."""
    steps = accumulate((tag == "div") - (tag == "/div") for tag in tags) if "/div" in tags else ()
    return _BETWEEN.keys() >= set(tags) and min(steps, default=0) >= 0


def _are_inert(attributes: str) -> bool:
    """Say whether the attributes of one tag change nothing but how a text looks."""
    found = {name.lower(): value for name, value in reversed(_ATTRIBUTE.findall(attributes))}  # the first one counts
    return not tells(found) and not any("&" in found.get(name, "") for name in ("style", "class", "id"))


def _is_resolved(text: str) -> bool:
    """Say whether all references of a text are known by name (WHATWG HTML section 13.5)."""
    return "&" not in text or html5.keys() >= set(_REFERENCE.findall(text))
