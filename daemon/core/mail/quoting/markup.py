"""Hostile HTML made harmless before it is parsed: size, length of a tag, number of tags and depth are bounded.

The time of an HTML parser grows with the square of the depth of open elements, of the attributes of one tag, and of
the formatting elements left open, which are opened anew in every paragraph (WHATWG HTML section 13.2.4.3). One scan
over the tags takes all three away. What is dropped is markup only; the text stays.
"""

import re
from dataclasses import dataclass, field

from daemon.core.mail.quoting.language import names

HTML_READ = 1_000_000  # characters; what follows is not read
TAG_LENGTH = 16_384  # characters; a longer tag is dropped
TAGS_READ = 50_000  # what follows them is not read
DEPTH = 256  # open elements; what is nested deeper is laid flat
FORMATS_OPEN = 8

# Quotation marks are honoured as far as they are closed; reading further than a browser would only errs to safety.
_TAG = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9:_-]{0,40})((?:[^>"']++|"[^"]*+"|'[^']*+'|["'])*+)>?""")
_TELLING = re.compile(r"style|hidden|class|id", re.IGNORECASE)  # attributes of a formatting element that matter here
_FORMATS = names("a|abbr|b|big|code|em|font|i|kbd|nobr|s|small|strike|strong|sub|sup|tt|u")
_LEAVES = names(  # void, or closed by the next of their kind
    "area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr|p|li|td|th|tr|dd|dt|option|optgroup|thead|"
    "tbody|tfoot|html|head|body"
)


@dataclass(slots=True)
class _Open:
    """What stands open at a place of the document."""

    elements: dict[str, int] = field(default_factory=dict)
    depth: int = 0
    formats: int = 0


def tame(html: str) -> str:
    """Return HTML that a parser reads in a time proportional to its length."""
    html = html[:HTML_READ]
    kept: list[str] = []
    opened, at = _Open(), 0
    for count, tag in enumerate(_TAG.finditer(html)):
        if count == TAGS_READ:
            html = html[: tag.start()]
            break
        if not _harmless(tag, opened):
            kept.append(html[at : tag.start()])
            at = tag.end()
    return "".join((*kept, html[at:]))


def _harmless(tag: re.Match[str], opened: _Open) -> bool:
    closing, name, attributes = tag.groups()
    name = name.lower()
    if name in _LEAVES:
        return len(attributes) <= TAG_LENGTH
    step = -1 if closing else 1
    formats = name in _FORMATS
    if closing:
        keep = opened.elements.get(name, 0) > 0
    elif formats and (opened.formats >= FORMATS_OPEN or not _TELLING.search(attributes)):
        keep = False
    else:
        keep = opened.depth < DEPTH and len(attributes) <= TAG_LENGTH
    if keep:
        opened.elements[name] = opened.elements.get(name, 0) + step
        opened.depth += step
        opened.formats += step * formats
    return keep
