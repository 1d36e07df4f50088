"""Everything that can be known of a message from its bytes and envelope alone."""

from dataclasses import dataclass, replace

from daemon.core.mail.address import Own
from daemon.core.mail.bounce import read_bounce
from daemon.core.mail.guard import answer_to, automatic, permission
from daemon.core.mail.parse import parse
from daemon.core.mail.proof import prove
from daemon.core.mail.thread import clues
from daemon.core.settings import Acknowledge, Smtp
from store.model.facts import Clues, Facts
from store.model.message import Address, Automatic, Bounce, Envelope, Message, Permission, Proof

HEAD_OCTETS = 8 << 10  # of a message that could not be read whole; a hostile one of that size takes some 7 ms
APART_OCTETS = 256 << 10  # from which any message is read apart
HEADER_OCTETS = 32 << 10  # longest header of an ordinary message
DELIMITERS = 1000  # lines that begin like the delimiter of a part


@dataclass(frozen=True, slots=True)
class Reading:
    """A message with all that follows from it before the store is asked."""

    message: Message
    envelope: Envelope
    automatic: Automatic
    bounce: Bounce | None
    proof: Proof
    answer_to: Address | None  # where an acknowledgement would go
    clues: Clues
    unread: str = ""  # why no more than its head was read


def read(raw: bytes, envelope: Envelope, own: Own, smtp: Smtp) -> Reading:
    """Read a message; never raises, what was wrong stands in `message.defects`."""
    message = parse(raw)
    bounce = read_bounce(message, envelope)
    proof = prove(message, envelope, smtp)
    answer = answer_to(message, envelope, proof, own)
    return Reading(
        message,
        envelope,
        automatic(message, envelope, own, bounce),
        bounce,
        proof,
        answer,
        clues(message, envelope, own, bounce, answer),
    )


def may_answer(reading: Reading, facts: Facts, settings: Acknowledge, own: Own) -> Permission:
    """Say whether what was read may be acknowledged, by what the store knows of its sender."""
    return permission(
        reading.message,
        reading.envelope,
        reading.automatic,
        proof=reading.proof,
        facts=facts,
        settings=settings,
        own=own,
    )


def read_head(raw: bytes, envelope: Envelope, own: Own, smtp: Smtp, why: str) -> Reading:
    """Read only the beginning of a message that could not be read whole: who wrote it, and whether a machine did."""
    start = raw[:HEAD_OCTETS]
    head, end, _ = start.partition(b"\n\r\n" if b"\r\n" in start else b"\n\n")
    if not end:
        head = head.rpartition(b"\n")[0]
    return replace(read(head + b"\r\n\r\n", envelope, own, smtp), unread=why)


def is_suspicious(raw: bytes) -> bool:
    """Say by a glance whether reading a message may cost more than its size: a huge header, or very many parts."""
    if len(raw) >= APART_OCTETS or raw.count(b"\n--") > DELIMITERS:
        return True
    return not (raw.find(b"\n\r\n", 0, HEADER_OCTETS) > -1 or raw.find(b"\n\n", 0, HEADER_OCTETS) > -1)
