"""A letter becomes a mail: final octets, envelope and marks, ready for the outbox.

Written by hand and not by email.message: the serialiser of CPython before 3.12.5 lets a value become a header
(CVE-2024-6923), and it takes ten times as long. What is written here is small: a fixed set of headers, a text, a page
of HTML, and for a forward the original.

The envelope sender is the null sender for acknowledgements (RFC 3834 section 3.3: nothing may answer an answer) and
otherwise the reply address of purpose TALK with the mail's own mark: a delivery report or a vacation note finds the
mail that it is about, and never learns the address that commands.

The original travels octet by octet as message/rfc822, declared 8bit where it is (RFC 2046 section 5.2.1 allows no
other encoding); for a next hop without 8BITMIME the relay asks `seven_bit` for the same mail with the original as a
base64 file.
"""

from binascii import b2a_base64, b2a_qp
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from daemon.core.mail import header_line
from daemon.core.mail.address import Own, Purpose, loop_value, message_id, reply_address
from daemon.core.mail.clean import lines as plain_lines
from daemon.core.mail.letter import Letter
from daemon.core.settings import Desk
from store.model.message import Address, Message
from store.model.outbox import MailKind, NewMail
from store.model.verdict import Tag

LINE_OCTETS = 998  # RFC 5322 section 2.1.1, without the line break
REFERENCES = 10  # newest of the thread that are named, beside its first

_RFC822 = b"Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n"
_EML = (
    b"Content-Type: application/octet-stream\r\n"
    b'Content-Disposition: attachment; filename="original.eml"\r\n'
    b"Content-Transfer-Encoding: base64\r\n\r\n"
)
_EIGHT_BIT = b"Content-Transfer-Encoding: 8bit\r\n"
_SEVEN_BIT = b"Content-Transfer-Encoding: 7bit\r\n"


@dataclass(frozen=True, slots=True)
class Marks:
    """What a kind of mail says about itself."""

    reply: Purpose  # what an answer to it is good for
    automatic: str | None  # Auto-Submitted (RFC 3834 section 5), None where a person wrote it
    bulk: bool = False  # Precedence: bulk, for responders that know nothing newer
    null_sender: bool = False
    named: bool = True  # the recipient's display name stands in To


_GENERATED = "auto-generated"
MARKS: dict[MailKind, Marks] = {
    MailKind.ACK: Marks(Purpose.TALK, "auto-replied", bulk=True, null_sender=True, named=False),
    MailKind.CARD: Marks(Purpose.COMMAND, _GENERATED),
    MailKind.FORWARD: Marks(Purpose.TALK, _GENERATED),
    MailKind.RESULT: Marks(Purpose.COMMAND, _GENERATED),
    MailKind.REPLY: Marks(Purpose.TALK, None),
    MailKind.ASK: Marks(Purpose.TALK, None),
    MailKind.CONFIRM: Marks(Purpose.CONFIRM, _GENERATED),
    MailKind.NOTICE: Marks(Purpose.TALK, _GENERATED),
    MailKind.DIGEST: Marks(Purpose.COMMAND, _GENERATED),
    MailKind.ROSTER: Marks(Purpose.COMMAND, _GENERATED),
}


@dataclass(frozen=True, slots=True)
class Calendar:
    """An iCalendar object that travels with a mail, and what it asks of the reader's (RFC 6047 section 2.4)."""

    octets: bytes
    method: str  # REQUEST or CANCEL


def compose(
    letter: Letter,
    *,
    kind: MailKind,
    ticket: int | None,
    to: Address,
    desk: Desk,
    own: Own,
    mark: str,
    now: float,
    verdict: Tag | None = None,
    answers: Message | None = None,
    original: bytes | None = None,
    due: float,
    lines: tuple[int, ...] = (),
    news: bool = False,
    calendar: Calendar | None = None,
) -> NewMail:
    """Return the mail, ready for the outbox.

    `answers` is the message that In-Reply-To and References name; `original` goes along whole, and so does `calendar`;
    `news` may reach many, and never tells them an address that commands. Raises ValueError for a recipient that cannot
    be written, and for octets that no relay may see (which no input should bring about).
    """
    marks, identifier = replace(MARKS[kind], reply=Purpose.TALK) if news else MARKS[kind], message_id(own, mark)
    talk = reply_address(own, Purpose.TALK, mark)
    answered = talk if marks.reply is Purpose.TALK else reply_address(own, marks.reply, mark)
    head = [
        *_parties(marks, to, desk, answered),
        header_line.unstructured("Subject", letter.subject),
        f"Date: {_date(int(now), desk.timezone)}\r\n",
        f"Message-ID: <{identifier}>\r\n",
        _thread(answers) if answers else "",
        *_labels(marks, kind, ticket, verdict, own),
        "MIME-Version: 1.0\r\n",
    ]
    raw = "".join(head).encode("utf-8") + _body(letter, _stem(mark, original), original, calendar)
    if fault := wire_fault(raw):
        raise ValueError(fault)
    return NewMail(mark, kind, ticket, "" if marks.null_sender else talk, to.address, identifier, raw, due, lines)


def wire_fault(raw: bytes) -> str | None:
    """Return what makes these octets unfit for the wire (RFC 5321 sections 2.3.8 and 4.5.3.1.6), or None."""
    breaks = raw.count(b"\r\n")
    if raw.count(b"\r") != breaks or raw.count(b"\n") != breaks:
        return "a bare CR or LF"
    if _has_long_line(raw):
        return f"a line of more than {LINE_OCTETS} octets"
    return "a NUL" if b"\0" in raw else None


def _has_long_line(raw: bytes) -> bool:
    """Leap from one line break to the last that is within reach, as often as there are lines of full length."""
    at = 0
    while len(raw) - at > LINE_OCTETS:
        found = raw.rfind(b"\n", at, at + LINE_OCTETS + 2)
        if found < 0:
            return True
        at = found + 1
    return False


def seven_bit(raw: bytes) -> bytes:
    """Return a mail of ours with its 8-bit original as a base64 file, for a server without 8BITMIME (RFC 6152)."""
    head = raw[: raw.index(b"\r\n\r\n")]
    delimiter = b"\r\n--" + head[head.rindex(b'boundary="') + 10 : -1]
    opening = delimiter + b"\r\n" + _RFC822 + _EIGHT_BIT + b"\r\n"
    start, end = raw.find(opening), raw.rindex(delimiter)
    if start < 0:
        return raw
    before = raw[:start].replace(b"\r\n" + _EIGHT_BIT, b"\r\n", 1)
    return before + delimiter + b"\r\n" + _EML + _base64(raw[start + len(opening) : end]) + raw[end:]


def self_test() -> str | None:
    """Return the fault if a hostile value could become a header of ours, or None: asked once at every start."""
    hostile = "x\r\nBcc: v@v.test\r\n\r\nbody\u2028Bcc: v@v.test\x85Bcc: v@v.test\x0bBcc: v@v.test =?utf-8?q?=0D=0A?="
    for value in (hostile, hostile * 9, "a" * 2000 + hostile):
        written = [header_line.unstructured("Subject", value), header_line.mailbox("To", Address(value, "a@b.test"))]
        rows = "".join(written).split("\r\n")[:-1]
        named = [row for row in rows if not row.startswith(" ")]
        if len(named) != 2 or wire_fault("".join(written).encode("utf-8")) or not "".join(rows).isascii():
            return "a value of a stranger could write headers into our mail"
    return None


@lru_cache(1)
def _date(now: int, zone: str) -> str:
    """Return the moment as a header writes it; mails of one second share it."""
    return format_datetime(datetime.fromtimestamp(now, ZoneInfo(zone)))


def _parties(marks: Marks, to: Address, desk: Desk, answered: str) -> tuple[str, ...]:
    if not header_line.is_mailbox(to.address):
        raise ValueError(f"this recipient cannot be written: {to.address!r}")
    return (
        header_line.mailbox("From", Address(desk.name, desk.address)),
        header_line.mailbox("To", to if marks.named else Address("", to.address)),
        header_line.mailbox("Reply-To", Address("", answered)),
    )


def _labels(marks: Marks, kind: MailKind, ticket: int | None, verdict: Tag | None, own: Own) -> tuple[str, ...]:
    return (
        f"Auto-Submitted: {marks.automatic}\r\nX-Auto-Response-Suppress: All\r\n" if marks.automatic else "",
        "Precedence: bulk\r\n" if marks.bulk else "",
        f"X-Triaged-Ticket: {ticket}\r\n" if ticket is not None else "",
        f"X-Triaged-Kind: {kind}\r\n",
        f"X-Triaged-Verdict: {verdict}\r\n" if verdict else "",
        f"X-Triaged-Loop: {loop_value(own)}\r\n",
    )


def _thread(answers: Message) -> str:
    """In-Reply-To and References (RFC 5322 section 3.6.4): the thread's first and its newest, oldest first."""
    parent = (answers.message_id,) if answers.message_id and header_line.is_identifier(answers.message_id) else ()
    known = [*answers.references, *([answers.in_reply_to] if answers.in_reply_to and not answers.references else [])]
    older = tuple(dict.fromkeys(value for value in known if header_line.is_identifier(value) and value not in parent))
    named = older if len(older) <= REFERENCES else (*older[: REFERENCES - 1], older[-1])
    chain = tuple(reversed((*parent, *named)))
    return header_line.identifiers("In-Reply-To", parent) + header_line.identifiers("References", chain)


def _stem(mark: str, original: bytes | None) -> bytes:
    """Return what all boundaries of the mail end in: letters that stand nowhere in the original."""
    stem = mark.encode("ascii")
    while original is not None and stem in original:
        stem += b"x"
    return stem


def _body(letter: Letter, stem: bytes, original: bytes | None, calendar: Calendar | None) -> bytes:
    """Return MIME headers and body; boundaries begin with `=_`, which no part that is encoded contains."""
    outer, inner = b"=_0" + stem, b"=_1" + stem
    words = [_text_part(b"text/plain", letter.text), _text_part(b"text/html", letter.html)]
    words += [_calendar_part(calendar)] if calendar else []
    if original is None:
        return _multipart(b"alternative", outer, words)
    travels = wire_fault(original) is None
    eight = _EIGHT_BIT if travels and not original.isascii() else b""
    parts = [_multipart(b"alternative", inner, words), _original_part(original, travels)]
    return eight + _multipart(b"mixed", outer, parts)


def _multipart(subtype: bytes, boundary: bytes, parts: list[bytes]) -> bytes:
    delimiter = b"--" + boundary
    opened = b"Content-Type: multipart/" + subtype + b'; boundary="' + boundary + b'"\r\n\r\n'
    return opened + b"".join([delimiter + b"\r\n" + part + b"\r\n" for part in parts]) + delimiter + b"--\r\n"


def _text_part(content_type: bytes, text: str) -> bytes:
    """Return a text part as 7bit where it is ASCII in short lines, else as quoted-printable (RFC 2045 section 6.7)."""
    octets = plain_lines(text).rstrip("\n").replace("\n", "\r\n").encode("utf-8") + b"\r\n"
    opened = b"Content-Type: " + content_type + b"; charset=utf-8\r\nContent-Transfer-Encoding: "
    if octets.isascii() and b"=_" not in octets and max(map(len, octets.split(b"\r\n"))) <= 78:
        return opened + b"7bit\r\n\r\n" + octets
    return opened + b"quoted-printable\r\n\r\n" + b2a_qp(octets, istext=True)


def _calendar_part(calendar: Calendar) -> bytes:
    """Return a calendar as the last and best of the alternatives, where calendars look for it (RFC 6047 section 4)."""
    kind = f"Content-Type: text/calendar; charset=utf-8; method={calendar.method}\r\n"
    return kind.encode("ascii") + b"Content-Transfer-Encoding: base64\r\n\r\n" + _base64(calendar.octets)


def _original_part(original: bytes, travels: bool) -> bytes:
    if not travels:
        return _EML + _base64(original)
    return _RFC822 + (_SEVEN_BIT if original.isascii() else _EIGHT_BIT) + b"\r\n" + original


def _base64(octets: bytes) -> bytes:
    coded = b2a_base64(octets, newline=False)
    return b"\r\n".join([coded[n : n + 76] for n in range(0, len(coded), 76)])
