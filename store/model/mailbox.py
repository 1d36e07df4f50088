"""How far a mailbox has been read, and how it fares."""

from dataclasses import dataclass


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
