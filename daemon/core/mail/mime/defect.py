"""What can be wrong with a message, by name, and which of it forbids acting on what the message says."""

from collections.abc import Iterable
from typing import NamedTuple


class Defect(NamedTuple):
    """A fault: its name, what it means, and whether two readers may take such a message for two different ones."""

    name: str
    meaning: str
    forbids: bool = False


DEFECTS = (
    Defect("ambiguous", "fields or encodings contradict each other: readers may see different messages", True),
    Defect("differing-views", "the plain text and the HTML say different things", True),
    Defect("two-from", "more than one From field", True),
    Defect("many-from", "more than one author in From", True),
    Defect("malformed-from", "From is neither `[name] <address>` nor `address`", True),
    Defect("no-from", "no author", True),
    Defect("no-message-id", "no Message-ID"),
    Defect("no-date", "no Date"),
    Defect("bad-date", "a Date that is none"),
    Defect("empty", "no octets at all"),
    Defect("no-header", "no header: everything is text"),
    Defect("no-separator", "no empty line between header and body"),
    Defect("header-no-colon", "a line in the header that is no field"),
    Defect("header-too-long", "a header of more than 256 KiB, cut"),
    Defect("too-many-headers", "more than 1000 fields, cut"),
    Defect("leading-blank-lines", "empty lines before the header"),
    Defect("mbox-line", "a `From ` line before the header"),
    Defect("bare-cr", "lines that end with CR alone"),
    Defect("nul", "NUL in the header"),
    Defect("raw-8bit-header", "octets above 127 in the header"),
    Defect("no-boundary", "a multipart that names no boundary"),
    Defect("empty-multipart", "a multipart in which no part was found, read as text"),
    Defect("unclosed-multipart", "a multipart whose closing line is missing"),
    Defect("too-deep", "more than 50 levels of parts, the rest unopened", True),
    Defect("too-many-parts", "more than 500 parts, the rest unread", True),
    Defect("too-many-delimiters", "more than 500,000 lines like a delimiter, the rest unread", True),
    Defect("bad-transfer-encoding", "an unknown or broken transfer encoding"),
    Defect("bad-base64", "base64 with something else in it"),
    Defect("bad-charset", "text that is not in the charset it declares, or in none that is known"),
    Defect("text-cut", "a text of more than 1 MiB, cut"),
)
_FORBIDDING = frozenset(row.name for row in DEFECTS if row.forbids)


def forbids_acting(defects: Iterable[str]) -> bool:
    """Say whether a message with these defects may never command: its text is kept, and nothing follows from it."""
    return not _FORBIDDING.isdisjoint(defects)
