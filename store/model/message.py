"""What arrives, and what was read from it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Door(StrEnum):
    """The way by which a message came in."""

    SMTP = "smtp"
    LMTP = "lmtp"
    IMAP = "imap"
    IMPORT = "import"
    FILE = "file"  # `triaged explain`: no envelope but what the file's own header says


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox as somebody wrote it: display name (may be empty) and `local@domain`."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the transport said of a message (RFC 5321 section 2.3.1), apart from the message itself."""

    mail_from: str  # "" is the null sender
    rcpt_to: tuple[str, ...]
    peer: str = ""  # IP address of the client, "" where there is none
    door: Door = Door.SMTP


class Safety(StrEnum):
    """What a virus scanner makes of a message."""

    CLEAN = "clean"
    INFECTED = "infected"
    UNSCANNED = "unscanned"  # the scanner did not answer, or could not look


@dataclass(frozen=True, slots=True)
class Scan:
    """The outcome of one look of the virus scanner."""

    safety: Safety
    words: str = ""  # the name of what was found, or why it was not looked at


@dataclass(frozen=True, slots=True)
class RawMessage:
    """A message that is ours: stored bytes and envelope, leased to one worker under a fence."""

    id: int
    raw: bytes
    envelope: Envelope
    received_at: float
    tries: int  # how often it was taken up, this time included
    fence: int  # a stage may only end the work whose fence it holds
    quarantine: Scan | None = None  # why neither it nor its attachments may leave the house; None: they may


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the door may tell the sender once the bytes are durable."""

    token: str  # short and public: the first letters of the content digest
    duplicate: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a message at the store's door."""

    receipt: Receipt
    work: RawMessage | None  # leased to whoever brought it, where that was wished and it is no duplicate
    id: int | None = None  # of its row; None for a duplicate


@dataclass(frozen=True, slots=True)
class Part:
    """One leaf of a message's MIME tree, in the order of the bytes; message/* is a leaf and stays closed."""

    content_type: str  # lower case, "text/plain" where none or an unusable one was given (RFC 2045 section 5.2)
    text: str  # decoded text of text/* and message/* leaves (capped), else ""
    filename: str | None
    content_id: str | None
    inline: bool
    size: int  # octets after the transfer encoding was taken off
    sha256: str  # of those octets


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is no body text."""

    filename: str | None
    content_type: str
    size: int
    content_id: str | None
    sha256: str


class AutomaticKind(StrEnum):
    """What kind of machine wrote a message, if one did."""

    NONE = "none"
    AUTO_REPLY = "auto-reply"
    BOUNCE = "bounce"
    LIST = "list"
    BULK = "bulk"
    OWN = "own"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Automatic:
    """Whether a machine wrote this, and by which signs."""

    kind: AutomaticKind
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether an automatic answer may be sent, and by which rules (all that spoke, in order)."""

    allowed: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a delivery report says (RFC 3464, or the free form of older servers)."""

    permanent: bool
    recipients: tuple[str, ...]
    status: str | None  # "5.1.1" (RFC 3463)
    original_id: str | None  # Message-ID of the mail that failed, where the report quotes it


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A message that somebody passed on inside theirs."""

    sender: Address | None
    subject: str | None
    text: str


class Proven(StrEnum):
    """How surely a message comes from whom it names."""

    NO = "no"
    SPF = "spf"  # the envelope's domain only
    DKIM = "dkim"  # a signature of the From domain
    DMARC = "dmarc"


@dataclass(frozen=True, slots=True)
class Proof:
    """Who really sent it: the best result that a trusted server (RFC 8601) or our own check vouches for."""

    level: Proven
    domain: str  # the domain it is proven for, "" at level NO
    source: str  # authserv-id of the server that said so, or "here"
    disowned: bool = False  # a trusted server says that the From domain did not send it (DMARC failed, and SPF too)


@dataclass(frozen=True, slots=True)
class Message:
    """A message as read from its bytes; reading never fails, what was wrong is in `defects`."""

    message_id: str | None
    subject: str
    sender: Address | None  # From
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    date: datetime | None
    in_reply_to: str | None
    references: tuple[str, ...]  # newest first, In-Reply-To not repeated
    headers: tuple[tuple[str, str], ...]  # top level, names in lower case, values unfolded and decoded, in order
    parts: tuple[Part, ...]
    text: str  # the whole body as text
    new_text: str  # without quotes and signature
    quoted: str  # what was cut
    forwarded: Forwarded | None
    attachments: tuple[Attachment, ...]
    defects: tuple[str, ...]  # short names such as "no-from", "ambiguous", "too-deep"
    size: int  # octets of the raw message

    def header(self, name: str) -> str | None:
        """Return the first value of a top-level header, or None."""
        for key, value in self.headers:
            if key == name:
                return value
        return None

    def every(self, name: str) -> tuple[str, ...]:
        """Return all values of a top-level header, topmost first."""
        return tuple([value for key, value in self.headers if key == name])
