"""No shadow support: a request that a customer sent to a member in private is filed for the customer.

A member passes such a mail on to the desk. The customer becomes the reporter, is acknowledged, and told to write to the
desk next time; the member hears in one line that it was filed. Nothing here is a command: who forwards it is believed
no more than any other sender, and the customer is written to within the same budgets.
"""

import re
from dataclasses import replace

from daemon.core.desk.authority import author_of
from daemon.core.mail.address import Own, fold, is_own
from daemon.core.mail.guard import automatic
from daemon.core.mail.reading import Reading, may_answer
from daemon.core.mail.sender import usable
from daemon.core.mail.subject import base_subject
from daemon.core.settings import Settings
from store.model.facts import Facts
from store.model.message import Address, AutomaticKind, Permission

SHADOW = "shadow"  # the reason by which the digests count such tickets
_FORWARDS = re.compile(r"\s{0,9}\[?(?:fwd?|wg|tr|rv|enc|i|doorst|vb|pd)\s{0,9}:", re.IGNORECASE)


def author_reading(reading: Reading, settings: Settings) -> Reading | None:
    """Return a member's forward as if its author had written to the desk; None for every other mail.

    Outlook writes the same lines above an answer as above a forward, so the subject has to say that it is one, or the
    mail of the author is attached.
    """
    author = _author(reading, settings)
    forwarded = reading.message.forwarded
    if author is None or forwarded is None:
        return None
    message = replace(
        reading.message,
        sender=author,
        subject=base_subject(forwarded.subject or reading.message.subject),
        text=forwarded.text,
        new_text=forwarded.text,
        quoted="",
    )
    envelope = replace(reading.envelope, mail_from=author.address)
    return replace(
        reading,
        message=message,
        envelope=envelope,
        automatic=automatic(message, envelope, _own(settings), None),  # an author may be a machine's address
        answer_to=author,
        clues=replace(reading.clues, sender=fold(author.address), answer_to=fold(author.address)),
    )


def asks_for_author(reading: Reading, settings: Settings) -> Reading:
    """Return the reading with the author as the one who is written to, so that the author's budget is looked up."""
    author = _author(reading, settings)
    return replace(reading, clues=replace(reading.clues, answer_to=fold(author.address))) if author else reading


def author_permission(reading: Reading, facts: Facts, settings: Settings) -> Permission:
    """Say whether the author of `author_reading` may be written to."""
    return may_answer(reading, facts, settings.acknowledge, _own(settings))


def _author(reading: Reading, settings: Settings) -> Address | None:
    message, clues = reading.message, reading.clues
    author = message.forwarded.sender if message.forwarded else None
    if author is None or author_of(reading, settings) is None or reading.automatic.kind is not AutomaticKind.NONE:
        return None
    if clues.reply_marks or clues.own_marks or not usable(author.address) or not _says_forward(reading):
        return None
    members = {fold(person.address) for person in settings.people}
    return None if fold(author.address) in members or is_own(_own(settings), author.address) else author


def _says_forward(reading: Reading) -> bool:
    attached = any(part.content_type == "message/rfc822" for part in reading.message.parts)
    subject = reading.message.subject
    return attached or bool(_FORWARDS.match(subject)) or subject.rstrip().casefold().endswith("(fwd)")


def _own(settings: Settings) -> Own:
    desk = settings.desk
    return Own(tuple(fold(address) for address in desk.addresses), desk.tag, desk.id_host, ())
