"""Everything that can be known of a message from its bytes and envelope alone."""

from dataclasses import dataclass

from daemon.core.mail.address import Own
from daemon.core.mail.bounce import read_bounce
from daemon.core.mail.guard import answer_to, automatic, permission
from daemon.core.mail.parse import parse
from daemon.core.mail.proof import prove
from daemon.core.mail.thread import clues
from daemon.core.settings import Acknowledge, Smtp
from store.model.facts import Clues, Facts
from store.model.message import Address, Automatic, Bounce, Envelope, Message, Permission, Proof


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


def read(raw: bytes, envelope: Envelope, own: Own, smtp: Smtp) -> Reading:
    """Read a message; never raises, what was wrong stands in `message.defects`."""
    message = parse(raw)
    bounce = read_bounce(message, envelope)
    proof = prove(message, envelope, smtp)
    return Reading(
        message,
        envelope,
        automatic(message, envelope, own, bounce),
        bounce,
        proof,
        answer_to(message, envelope, proof, own),
        clues(message, envelope, own, bounce, proof),
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
