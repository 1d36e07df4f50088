"""What one language's mail programs write around a quoted, a forwarded and a signed text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """How one language says it; each text holds alternatives parted by "|"."""

    code: str  # ISO 639-1
    opens: str  # first word of an attribution: "on" (date, name wrote:)
    wrote: str  # the verb of an attribution
    sender: str  # names of the header fields that stand above a quoted message
    sent: str
    to: str
    subject: str
    original: str  # between dashes, above a quoted message
    forwarded: str  # between dashes, above a message passed on
    begin: str  # a line of its own above a message passed on
    device: str  # first words of the line that a telephone or a free mailer adds
    device_ends: str = ""  # its last words, in languages that put the verb there
    closing: str = ""  # a formal farewell that stands in a line of its own above the name


def names(joined: str) -> frozenset[str]:
    """Return the alternatives of a text that parts them by "|"."""
    return frozenset(joined.split("|"))
