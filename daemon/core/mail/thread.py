"""Which ticket does this message belong to? First its clues, then, with what the store knows of them, the answer.

Signals in order: the repeat of a filed message, a delivery report on mail of ours, the secret reply address, our own
signed Message-ID, a foreign Message-ID we filed, a number in the subject. The last two are believed only of somebody
who takes part in the ticket; the others hold the message unverified where its sender does not. The title alone never
threads.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from daemon.core.mail.address import Own, Purpose, fold, mark_of_message_id, mark_of_reply_address
from daemon.core.mail.bounce import complained_id
from daemon.core.mail.sender import sender_path
from store.model.facts import Clues, Facts, SentMail, Signal, Threading
from store.model.message import Address, Bounce, Envelope, Message
from store.model.outbox import MailKind
from store.model.ticket import Ticket

REOPEN_SECONDS = 30 * 86400.0  # an ended ticket takes a customer's answer for so long
NAMED_AT_MOST = 30  # foreign Message-IDs that are looked up
DIGEST_LETTERS = 4000
ANSWERABLE = frozenset({Purpose.TALK, Purpose.COMMAND, Purpose.CONFIRM})
TO_CUSTOMERS = frozenset({MailKind.ACK, MailKind.REPLY, MailKind.ASK, MailKind.NOTICE})
_NUMBER = re.compile(r"\[#([1-9][0-9]{0,8})\]")
_FOOTER = re.compile(r"\n(?:-- ?|[_=*-]{4,}[ \t]*+)(?=\n|\Z)")


@dataclass(frozen=True, slots=True)
class Found:
    """A ticket that a signal leads to."""

    number: int
    takes_part: bool
    conversation: int | None = None  # the ticket whose readers it is shared with, where that is part of another
    ended_at: float | None = None  # only where an answer after REOPEN_SECONDS is a new request


@dataclass(frozen=True, slots=True)
class Lead:
    """A signal, how it is followed, and whether it is enough for somebody who does not take part."""

    signal: Signal
    follow: Callable[[Clues, Facts], Iterator[Found]]
    holds_strangers: bool
    why: str


def clues(
    message: Message, envelope: Envelope, own: Own, bounce: Bounce | None, answer: Address | None = None
) -> Clues:
    """Return what a message says that the store may know something about; `answer` is where one would go."""
    named = tuple(dict.fromkeys(i for i in (message.in_reply_to, *message.references) if i))
    ours = {i: mark for i in named if (mark := mark_of_message_id(own, i))}
    own_marks = tuple(ours.values())
    signed = _reply_marks(envelope, own)
    reply_marks = _marks(signed, ANSWERABLE)
    return Clues(
        message_id=message.message_id,
        sender=fold(message.sender.address) if message.sender else sender_path(message, envelope),
        answer_to=fold(answer.address) if answer else "",
        reply_marks=reply_marks,
        own_marks=own_marks,
        foreign_ids=tuple(i for i in named if i not in ours)[:NAMED_AT_MOST],
        subject_number=subject_number(message.subject),
        bounced_mark=_bounced_mark(message, bounce, own, (*own_marks, *reply_marks)),
        text_digest=text_digest((message.new_text.strip() and message.new_text) or message.text),
        command_marks=_marks(signed, frozenset({Purpose.COMMAND})),
        confirm_marks=_marks(signed, frozenset({Purpose.CONFIRM})),
    )


def thread(clues: Clues, facts: Facts, now: float) -> Threading:
    """Return the ticket a message belongs to and the signal that decided; signal NONE is a new request.

    A Threading with a signal other than NONE always has a ticket. `linked` is a ticket that the message names without
    belonging to it: its sender is a stranger there, or it ended more than 30 days ago.
    """
    linked: tuple[int, str] | None = None
    for lead in LEADS:
        for found in lead.follow(clues, facts):
            refused = _refused(lead, found, now)
            if not refused:
                unverified = not found.takes_part
                why = f"{lead.why}; its sender does not take part" if unverified else lead.why
                if found.conversation:
                    why = f"{why}; #{found.conversation} is part of #{found.number}"
                return Threading(lead.signal, found.number, unverified, why=why, conversation=found.conversation)
            linked = linked or (found.number, f"{lead.why} #{found.number}, but {refused}")
    if linked:
        return Threading(Signal.NONE, None, linked=linked[0], why=linked[1])
    return Threading(Signal.NONE, None, why="names no ticket")


def subject_number(subject: str) -> int | None:
    """Return the number of the first `[#12]` in a subject."""
    match = _NUMBER.search(subject)
    return int(match[1]) if match else None


def text_digest(text: str) -> str:
    """Return a digest of a text that a list's footer, its case and its blanks do not change."""
    body = text.replace("\r\n", "\n")
    footer = _FOOTER.search(f"\n{body}")  # so that each line begins with a line end, which is quickly found
    first = body[: footer.start()] if footer and body[: footer.start()].strip() else body
    plain = " ".join(first.split()).casefold()[:DIGEST_LETTERS]
    return sha256(plain.encode("utf-8", "replace")).hexdigest()[:32]


def _reply_marks(envelope: Envelope, own: Own) -> tuple[tuple[Purpose, str], ...]:
    signed = (mark_of_reply_address(own, address) for address in envelope.rcpt_to)
    return tuple(dict.fromkeys(filter(None, signed)))


def _marks(signed: tuple[tuple[Purpose, str], ...], purposes: frozenset[Purpose]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(mark for purpose, mark in signed if purpose in purposes))


def _bounced_mark(message: Message, bounce: Bounce | None, own: Own, otherwise: tuple[str, ...]) -> str | None:
    """The mail of ours that a report names; a report on delivery may also just answer it."""
    returned = bounce.original_id if bounce else complained_id(message)
    quoted = mark_of_message_id(own, returned) if returned else None
    return quoted or (next(iter(otherwise), None) if bounce else None)


def _refused(lead: Lead, found: Found, now: float) -> str:
    if not found.takes_part and not lead.holds_strangers:
        return "its sender does not take part"
    if found.ended_at is not None and now - found.ended_at > REOPEN_SECONDS:
        return "that ended more than 30 days ago"
    return ""


# --- how each signal is followed -------------------------------------------------------------------------------------


def _repeats(clues: Clues, facts: Facts) -> Iterator[Found]:
    for known in facts.known:
        same = known.message_id == clues.message_id and known.text_digest == clues.text_digest
        if same and known.sender == clues.sender:
            yield Found(known.ticket, takes_part=True)


def _reported(clues: Clues, facts: Facts) -> Iterator[Found]:
    for mail in facts.sent:
        if mail.mark == clues.bounced_mark and mail.ticket is not None:
            yield _found(facts, mail.ticket, takes_part=True)


def _addressed(clues: Clues, facts: Facts) -> Iterator[Found]:
    return _of_mail(clues.reply_marks, clues, facts)


def _answered(clues: Clues, facts: Facts) -> Iterator[Found]:
    return _of_mail(clues.own_marks, clues, facts)


def _of_mail(marks: tuple[str, ...], clues: Clues, facts: Facts) -> Iterator[Found]:
    sent = {mail.mark: mail for mail in facts.sent}
    for mark in marks:  # what was meant for a member vouches for nobody else, even if he takes part
        mail = sent.get(mark)
        if mail is None or mail.ticket is None:
            continue
        ticket = facts.ticket(mail.ticket)
        member = mail.kind not in TO_CUSTOMERS
        takes_part = _got(mail, clues.sender) or (not member and _takes_part(ticket, clues.sender))
        yield _found(facts, mail.ticket, takes_part, ending=not member)


def _known(clues: Clues, facts: Facts) -> Iterator[Found]:
    known = {entry.message_id: entry.ticket for entry in facts.known}
    for identifier in clues.foreign_ids:
        if identifier in known:
            yield from _of_ticket(known[identifier], clues, facts)


def _numbered(clues: Clues, facts: Facts) -> Iterator[Found]:
    if clues.subject_number is not None:
        yield from _of_ticket(clues.subject_number, clues, facts)


def _of_ticket(number: int, clues: Clues, facts: Facts) -> Iterator[Found]:
    ticket = facts.ticket(number)
    if ticket is not None:
        yield _found(facts, number, _takes_part(ticket, clues.sender), ending=True)


def _found(facts: Facts, number: int, takes_part: bool, *, ending: bool = False) -> Found:
    """What is written to a ticket that is part of another is filed there; who takes part stays its own matter."""
    ticket = facts.ticket(number)
    if ticket is None:
        return Found(number, takes_part)
    whole = facts.survivor(ticket)
    conversation = number if whole is not ticket else None
    return Found(whole.number, takes_part, conversation, whole.ended_at if ending else None)


def _got(mail: SentMail, sender: str) -> bool:
    return bool(sender) and fold(mail.to) == sender


def _takes_part(ticket: Ticket | None, sender: str) -> bool:
    return ticket is not None and bool(sender) and (ticket.takes_part(sender) or fold(ticket.reporter) == sender)


LEADS: tuple[Lead, ...] = (
    Lead(Signal.REPEAT, _repeats, holds_strangers=False, why="repeats a message that was filed with it"),
    Lead(Signal.REPORT, _reported, holds_strangers=True, why="reports on the delivery of a mail of ours"),
    Lead(Signal.ADDRESS, _addressed, holds_strangers=True, why="was sent to the reply address of a mail of ours"),
    Lead(Signal.OWN_ID, _answered, holds_strangers=True, why="answers a Message-ID of ours"),
    Lead(Signal.FOREIGN_ID, _known, holds_strangers=False, why="answers a message that was filed with it"),
    Lead(Signal.SUBJECT, _numbered, holds_strangers=False, why="names the number in its subject"),
)
