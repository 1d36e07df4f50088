"""How far a mailbox has been read, how it fares, and whether all that it holds is stored."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Place:
    """Up to where a folder was read: all its messages up to `uid` are ours, as long as UIDVALIDITY is the same.

    A UID names a message only together with the folder's UIDVALIDITY (RFC 3501 section 2.3.1.1).
    """

    account: str  # user@host:port
    folder: str
    validity: int
    uid: int  # 0: nothing yet


@dataclass(frozen=True, slots=True)
class MailboxLine:
    """How a folder fares, for the operator."""

    account: str
    folder: str
    validity: int  # 0 where it was never opened
    uid: int
    read_at: float | None  # when it was last read to its end; None for never
    error: str  # "" while all is well
    error_since: float | None
    refused: bool = False  # what is wrong is the login


@dataclass(frozen=True, slots=True)
class Letter:
    """A message of a mailbox as the store sees it."""

    message_id: str
    subject: str
    stored: bool  # it is ours, or was until it was erased


class Difference(StrEnum):
    """What is wrong with a message about which a mailbox and the store do not agree."""

    WAITING = "waiting"  # not stored yet, and the daemon has not come to it
    LOST = "lost"  # read, and not stored
    NOT_MOVED = "not-moved"  # stored, and still where it was
    MOVED_NOT_STORED = "moved-not-stored"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the last comparison of a mailbox with the store came to."""

    account: str
    at: float  # epoch seconds
    messages: int  # that were looked at
    stored: int
    differences: tuple[tuple[Difference, int], ...]  # how many of each, those that there are

    @property
    def total(self) -> int:
        """How many messages there is something wrong with."""
        return sum(many for _, many in self.differences)
