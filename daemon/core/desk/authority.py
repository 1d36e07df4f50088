"""Who may command: a member whose mail is proven, by the secret address that was given to that member alone."""

from dataclasses import dataclass
from enum import StrEnum

from daemon.core.mail.address import fold
from daemon.core.mail.defect import forbids_acting
from daemon.core.mail.reading import Reading
from daemon.core.settings import Person, Settings
from store.model.facts import Facts, SentMail
from store.model.message import AutomaticKind, Door, Proven

COMMAND_SECONDS = 14 * 86400.0  # a reply address takes commands for so long
CONFIRM_SECONDS = 86400.0  # and a confirmation its yes


class Level(StrEnum):
    """How far a mail may command."""

    NONE = "none"  # text, and nothing follows from it
    HALF = "half"  # a command waits for the member's yes to a confirmation
    FULL = "full"  # a command is applied


@dataclass(frozen=True, slots=True)
class Authority:
    """What a mail may do, in whose name, and why."""

    level: Level
    person: Person | None
    sent: SentMail | None  # the mail of ours that was answered
    why: str


def authority(reading: Reading, facts: Facts, settings: Settings, now: float) -> Authority:
    """Say who may command by this mail, and how far."""
    author = _member(settings, reading.clues.sender)
    odd = reading.envelope.door in {Door.IMPORT, Door.FILE} or forbids_acting(reading.message.defects)
    if author is None or odd or reading.automatic.kind is not AutomaticKind.NONE:
        return Authority(Level.NONE, None, None, "no member wrote it")
    sent = _answered(reading, facts, author, now)
    proven = reading.proof.level in (Proven.DKIM, Proven.DMARC)
    if sent and (proven or sent.mark in reading.clues.confirm_marks):
        return Authority(Level.FULL, author, sent, "a member's answer to the member's own address")
    if sent or proven:
        return Authority(Level.HALF, author, sent, "only one of address and proof")
    return Authority(Level.NONE, None, None, "neither address nor proof")


def _member(settings: Settings, address: str) -> Person | None:
    return next((person for person in settings.people if fold(person.address) == fold(address)), None)


def _answered(reading: Reading, facts: Facts, author: Person, now: float) -> SentMail | None:
    """Return the mail of ours that was given to this member, and is answered at its secret address in time."""
    lives = dict.fromkeys(reading.clues.command_marks, COMMAND_SECONDS)
    lives |= dict.fromkeys(reading.clues.confirm_marks, CONFIRM_SECONDS)
    theirs = (mail for mail in facts.sent if mail.mark in lives and fold(mail.to) == fold(author.address))
    return next((mail for mail in theirs if now - mail.created_at <= lives[mail.mark]), None)
