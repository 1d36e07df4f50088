"""Messages, envelopes and a desk made by hand, for tests that are about what is said of them."""

from dataclasses import replace
from typing import Any

from daemon.core.mail.address import Key, Own
from store.model.facts import Facts, SentMail
from store.model.message import Address, Door, Envelope, Message, Part
from store.model.outbox import MailKind
from store.model.ticket import Kind, Participant, Role, State, Ticket

OWN = Own(("support@hd.test", "sales@hd.test"), "+", "hd.test", (Key("1", b"k" * 32),))
NO_DESK = Own((), "+", "", (Key("1", b"k" * 32),))
CUSTOMER = "cust@customer.test"
NOW = 1_760_000_000.0

_EMPTY = Message(
    message_id="one@customer.test",
    subject="Printer on fire",
    sender=Address("Cust Omer", CUSTOMER),
    to=(Address("", "support@hd.test"),),
    cc=(),
    reply_to=(),
    date=None,
    in_reply_to=None,
    references=(),
    headers=(),
    parts=(),
    text="Hello, the printer does not print any more.",
    new_text="Hello, the printer does not print any more.",
    quoted="",
    forwarded=None,
    attachments=(),
    defects=(),
    size=400,
)


def message(*headers: tuple[str, str], **fields: Any) -> Message:
    """Return an ordinary customer's message with these further headers and fields."""
    sender = fields.get("sender", _EMPTY.sender)
    shown = (("from", sender.address),) if sender else ()
    body = {"new_text": fields["text"]} if "text" in fields and "new_text" not in fields else {}
    return replace(_EMPTY, headers=(*shown, ("to", "support@hd.test"), *headers), **fields, **body)


def envelope(mail_from: str = CUSTOMER, *rcpt_to: str, peer: str = "127.0.0.1", door: Door = Door.SMTP) -> Envelope:
    """Return what the transport says of a mail to the desk."""
    return Envelope(mail_from, rcpt_to or ("support@hd.test",), peer, door)


def part(content_type: str, text: str = "") -> Part:
    """Return a leaf of a MIME tree."""
    return Part(content_type, text, None, None, inline=False, size=len(text), sha256="")


def ticket(number: int, *participants: str, ended_at: float | None = None) -> Ticket:
    """Return a ticket of these people, the first of whom reported it."""
    return Ticket(
        number=number,
        kind=Kind.REPORT,
        state=State.CLOSED if ended_at else State.NEW,
        verdict=None,
        unsure=False,
        resolution=None,
        subject="Printer on fire",
        reporter=participants[0],
        owner=None,
        team=None,
        area=None,
        priority=None,
        language="en",
        opened_at=NOW - 86400,
        ended_at=ended_at,
        participants=tuple(Participant(address, Role.REPORTER) for address in participants),
    )


def sent(mark: str, number: int | None, to: str = CUSTOMER, kind: MailKind = MailKind.ACK) -> Facts:
    """Return facts with one mail of ours about a ticket of the customer."""
    tickets = (ticket(number, CUSTOMER),) if number is not None else ()
    return Facts(sent=(SentMail(mark, number, to, kind, NOW - 3600),), tickets=tickets)
