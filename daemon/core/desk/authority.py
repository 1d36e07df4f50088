"""Who may command: a member whose mail is proven, at the secret address that was given to that member alone.

Two things count, and both must speak of the same member. The *mark*: the mail came to the reply address of a mail of
ours whose one recipient was that member. The *proof*: a trusted server, or our own check of a signature, vouches for
the domain of From, and From is that member's address to the letter. One of the two alone is half an authority: what it
orders waits until the member says yes to a confirmation in the member's own mailbox. A mail without either is text.

Only the envelope's recipients are looked at: Delivered-To, Reply-To, Sender and the headers of other desks are what
any sender may write.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from daemon.core.mail.address import Purpose, domain_of, fold
from daemon.core.mail.compose import MARKS
from daemon.core.mail.dkim_tags import read_signature
from daemon.core.mail.mime.defect import forbids_acting
from daemon.core.mail.proof import CHECKED_HERE
from daemon.core.mail.reading import Reading
from daemon.core.mail.sender import related
from daemon.core.settings import Person, Settings
from store.model.facts import Clues, Facts, SentMail
from store.model.message import AutomaticKind, Door, Proven
from store.model.outbox import SIGNALS

COMMAND_SECONDS = 14 * 86400.0  # a reply address takes commands for so long
CONFIRM_SECONDS = 86400.0  # and a confirmation its yes
PROVING = frozenset({Proven.DKIM, Proven.DMARC})  # SPF speaks of the envelope alone
LIFETIME = {Purpose.COMMAND: COMMAND_SECONDS, Purpose.CONFIRM: CONFIRM_SECONDS}


class Level(StrEnum):
    """How far a mail may command."""

    NONE = "none"  # text, and nothing follows from it
    HALF = "half"  # a command waits for the member's yes to a confirmation
    FULL = "full"  # a command is applied


@dataclass(frozen=True, slots=True)
class Authority:
    """What a mail may do, in whose name, and why.

    `sent` is the mail of ours that was answered: its ticket is the one that the commands are about, whatever the
    subject says. At level HALF `person` is who has to confirm.
    """

    level: Level
    person: Person | None
    sent: SentMail | None
    why: str


@dataclass(frozen=True, slots=True)
class _Mark:
    """A mail of ours whose secret address was used."""

    sent: SentMail
    purpose: Purpose
    holder: Person | None  # the member it was sent to, if that is still one
    live: bool


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a mail shows for its authority."""

    reading: Reading
    author: Person | None  # the member whose address stands in From
    proven: bool
    mark: _Mark | None
    tickets: frozenset[int | None]  # that its reply addresses lead to

    @property
    def holds(self) -> bool:
        """Says whether a member's address was used while it was good for something."""
        return self.mark is not None and self.mark.live and self.mark.holder is not None

    @property
    def own(self) -> bool:
        """Says whether From names the very member that the address was given to."""
        return self.mark is not None and self.holds and self.mark.holder == self.author

    @property
    def once(self) -> bool:
        """Says whether a second delivery of it could be told from the first."""
        return self.reading.message.message_id is not None

    @property
    def confirms(self) -> bool:
        """Says whether it answers a confirmation."""
        return self.mark is not None and self.holds and self.mark.purpose is Purpose.CONFIRM


@dataclass(frozen=True, slots=True)
class Row:
    """A level, when it is reached, who it is given to, and its reason in a few words."""

    level: Level
    applies: Callable[[_Claim], bool]
    person: Callable[[_Claim], Person | None]
    why: str


def authority(reading: Reading, facts: Facts, settings: Settings, now: float) -> Authority:
    """Say who may command by this mail, and how far; the first row that applies decides."""
    claim = _claim(reading, facts, settings, now)
    row = next(row for row in ROWS if row.applies(claim))
    return Authority(row.level, row.person(claim), claim.mark.sent if claim.mark else None, row.why)


def is_proven(reading: Reading) -> bool:
    """Say whether the domain of From is vouched for well enough to command.

    A signature of that domain which leaves the end of the body open (`l=`, RFC 6376 section 8.2), or one that we cannot
    read, spoils what another server says: it may pass there, whatever was written below it.
    """
    proof, sender = reading.proof, reading.message.sender
    if sender is None or proof.level not in PROVING or proof.domain != domain_of(sender.address):
        return False
    return proof.source == CHECKED_HERE or not _leaves_body_open(reading, proof.domain)


def needs_proof(reading: Reading, settings: Settings) -> bool:
    """Say whether a signature checked by ourselves could turn this mail into a command.

    Not where a trusted server says that the domain of From did not send it: of two words on one mail the worse counts.
    """
    marked = bool(reading.clues.command_marks) and author_of(reading, settings) is not None
    return marked and not is_proven(reading) and not reading.proof.disowned


def author_of(reading: Reading, settings: Settings) -> Person | None:
    """Return the member whose address stands in From, letter for letter; ASCII letters are compared without case."""
    sender = reading.message.sender
    if sender is None or len(reading.message.every("from")) != 1:
        return None
    return _member(settings, sender.address)


# --- what a mail shows -----------------------------------------------------------------------------------------------


def _claim(reading: Reading, facts: Facts, settings: Settings, now: float) -> _Claim:
    author = author_of(reading, settings)
    marks = (_mark(mail, reading.clues, facts, settings, now) for mail in facts.sent)
    best = sorted(filter(None, marks), key=lambda m: (not m.live, m.holder is None, m.holder != author, m.sent.mark))
    tickets = frozenset(mail.ticket for mail in facts.sent if mail.mark in reading.clues.reply_marks)
    return _Claim(reading, author, is_proven(reading), next(iter(best), None), tickets)


def _mark(mail: SentMail, clues: Clues, facts: Facts, settings: Settings, now: float) -> _Mark | None:
    """Return the mail of ours if it was answered at the address that its kind gives to its one recipient."""
    if mail.kind in SIGNALS:  # it left by another way than mail, and has no address
        return None
    purpose = MARKS[mail.kind].reply
    used = {Purpose.COMMAND: clues.command_marks, Purpose.CONFIRM: clues.confirm_marks}.get(purpose, ())
    if mail.mark not in used:
        return None
    begun = next((epoch.since for epoch in facts.epochs if epoch.address == fold(mail.to)), 0.0)
    live = now - mail.created_at <= LIFETIME[purpose] and mail.created_at >= begun
    return _Mark(mail, purpose, _member(settings, mail.to), live)


def _member(settings: Settings, address: str) -> Person | None:
    return next((person for person in settings.people if _letters(person.address) == _letters(address)), None)


def _letters(address: str) -> bytes:
    """Only ASCII letters lose their case: folding all of Unicode would make one mailbox of two."""
    return address.strip().encode("utf-8", "surrogatepass").lower()


def _leaves_body_open(reading: Reading, author: str) -> bool:
    signatures = (read_signature(value) for value in reading.message.every("dkim-signature"))
    return any(one is None or (one.partial and related(one.domain, author)) for one in signatures)


# --- the table -------------------------------------------------------------------------------------------------------


def _nobody(_: _Claim) -> None:
    return None


def _author(claim: _Claim) -> Person | None:
    return claim.author


def _holder(claim: _Claim) -> Person | None:
    return claim.mark.holder if claim.mark else None


def _is_automatic(claim: _Claim) -> bool:
    return claim.reading.automatic.kind is not AutomaticKind.NONE


def _has_no_author(claim: _Claim) -> bool:
    message = claim.reading.message
    return message.sender is None or len(message.every("from")) != 1 or forbids_acting(message.defects)


def _came_from_a_file(claim: _Claim) -> bool:
    return claim.reading.envelope.door in {Door.IMPORT, Door.FILE}


def _proven_author(claim: _Claim) -> bool:
    return claim.proven and claim.author is not None


def _was_known(claim: _Claim) -> bool:
    return claim.mark is not None and claim.mark.holder is None


ROWS = (
    Row(Level.NONE, _is_automatic, _nobody, "a machine wrote it"),
    Row(Level.NONE, _has_no_author, _nobody, "two readers may take it for two different mails, or its author for two"),
    Row(Level.NONE, _came_from_a_file, _nobody, "it was read from a file, and nobody sent it now"),
    Row(Level.NONE, lambda c: len(c.tickets) > 1, _nobody, "it answers mails about different tickets at once"),
    Row(
        Level.FULL,
        lambda c: c.own and c.proven and c.once,
        _author,
        "a proven member, at the address given to that member",
    ),
    # It was sent to the member's mailbox alone, so whoever answers it reads that mailbox: this is how members command
    # whose domain signs nothing, or whose list software breaks the signature.
    Row(
        Level.FULL,
        lambda c: c.own and c.confirms and not c.reading.proof.disowned,
        _author,
        "the confirmation that went to the member's own mailbox was answered in the member's name",
    ),
    Row(Level.NONE, lambda c: c.confirms, _nobody, "a confirmation is answered only by the member it went to"),
    Row(
        Level.HALF,
        lambda c: c.own and c.proven,
        _author,
        "it has no Message-ID, so a second delivery could not be told from the first",
    ),
    Row(Level.HALF, lambda c: c.own, _author, "nobody vouches for the sender of this mail"),
    Row(
        Level.HALF,
        lambda c: c.holds and _proven_author(c),
        _author,
        "a proven member, but the address was given to another",
    ),
    Row(Level.HALF, lambda c: c.holds, _holder, "the address was given to a member, but somebody else used it"),
    Row(
        Level.HALF,
        lambda c: _proven_author(c) and c.mark is not None and not c.mark.live,
        _author,
        "a proven member, but the address takes no commands any more: it is too old, or was disowned",
    ),
    Row(Level.HALF, _proven_author, _author, "a proven member, but not at an address that takes commands"),
    Row(Level.NONE, _was_known, _nobody, "the address was given to somebody who is no member"),
    Row(Level.NONE, lambda c: c.mark is not None, _nobody, "the address is too old, and nobody vouches for the sender"),
    Row(Level.NONE, lambda c: c.author is not None, _nobody, "it says it is from a member, and nothing shows it"),
    Row(Level.NONE, lambda _: True, _nobody, "not from a member"),
)
