"""What waits for the virus scanner, and what became of it."""

from dataclasses import dataclass

from store.model.message import RawMessage, Scan
from store.model.outbox import NewMail


@dataclass(frozen=True, slots=True)
class Unscanned:
    """A message that is looked at again, and who got its text without it."""

    work: RawMessage
    ticket: int | None
    to: tuple[str, ...]  # addresses that a forward of its ticket went to since


@dataclass(frozen=True, slots=True)
class Look:
    """What came of another look."""

    of: Unscanned
    scan: Scan
    mails: tuple[NewMail, ...] = ()  # with what is free to leave
    again: float | None = None  # when it is looked at once more (epoch seconds), while it is unscanned
