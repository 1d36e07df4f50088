"""A desk, its key and a letter, for tests of what leaves the house."""

from email import message_from_bytes
from email.header import decode_header
from email.message import Message as Parsed
from typing import Any

from daemon.core.mail.address import Key, Own
from daemon.core.mail.compose import compose
from daemon.core.mail.letter import Letter
from daemon.core.settings import Desk
from store.model.message import Address, Message
from store.model.outbox import MailKind, NewMail

DESK = Desk(name="Acme Support", address="support@desk.example", timezone="Europe/Berlin")
OWN = Own(("support@desk.example",), "+", "desk.example", (Key("1", b"k" * 32),))
MARK = "abcdefghijklmnop"
LETTER = Letter("We have it", "Hello\n", "<p>Hello</p>\n")
ADA = Address("Ada Lovelace", "ada@customer.example")
ALLOWED = {
    *("From", "To", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "MIME-Version"),
    *("Auto-Submitted", "X-Auto-Response-Suppress", "Precedence", "Content-Type", "Content-Transfer-Encoding"),
    *("X-Triaged-Ticket", "X-Triaged-Kind", "X-Triaged-Verdict", "X-Triaged-Loop"),
}


def composed(letter: Letter = LETTER, kind: MailKind = MailKind.FORWARD, **given: Any) -> NewMail:
    usual: dict[str, Any] = {
        "kind": kind,
        "ticket": 12,
        "to": ADA,
        "desk": DESK,
        "own": OWN,
        "mark": MARK,
        "now": 1_764_000_000.0,
        "due": 7.0,
    }
    return compose(letter, **(usual | given))


def read(mail: NewMail) -> Parsed:
    return message_from_bytes(mail.raw)


def decoded(value: str) -> str:
    """Unfold and decode a header as RFC 2047 says."""
    pieces = decode_header(value.replace("\r\n", "").replace("\n", ""))
    return "".join(piece if isinstance(piece, str) else piece.decode(charset or "ascii") for piece, charset in pieces)


def a_message(**given: Any) -> Message:
    usual: dict[str, Any] = dict.fromkeys(
        ("to", "cc", "reply_to", "references", "headers", "parts", "attachments", "defects"), ()
    )
    usual |= dict.fromkeys(("text", "new_text", "quoted", "subject"), "")
    usual |= dict.fromkeys(("message_id", "sender", "date", "in_reply_to", "forwarded")) | {"size": 0}
    return Message(**(usual | given))
