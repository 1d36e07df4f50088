"""Drafts become mails: each gets its words, its bytes, and the message that it carries or answers."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from daemon.core.commands.plan import UNNUMBERED
from daemon.core.desk.rota.mails import about_turns
from daemon.core.desk.words import numbered, words_at, words_for, words_listed, words_of
from daemon.core.mail.address import Purpose, mark_from, reply_address
from daemon.core.mail.compose import MARKS, compose
from daemon.core.mail.letter import WHOLE, Words, excerpt
from daemon.core.mail.reading import Reading
from daemon.core.roster.interruption import by_message, by_time
from daemon.finding import Findings
from daemon.house import House
from daemon.signals import happenings, pages, requests
from store.model.changes import Changes, Draft
from store.model.message import RawMessage
from store.model.occasion import Occasion
from store.model.outbox import NewMail
from store.model.ticket import Ticket

_SAID_TO = frozenset({Purpose.COMMAND, Purpose.CONFIRM})  # reply addresses that take a word of a member


def write_mails(
    changes: Changes, opened: int | None, further: tuple[int, ...], found: Findings, house: House
) -> tuple[NewMail, ...]:
    """Return the mails that a message causes; `opened` and `further` are the numbers of the tickets it opens."""
    number = opened if changes.ticket is None else changes.ticket
    if found.known.listed and opened is not None:
        changes = numbered(changes, (opened, *further))
    words = words_for(found.reading, found.facts, changes, number, house.settings, house.definition, found.now)
    background, roster = found.known.background, house.memory.roster
    mails = []
    for draft in changes.drafts:
        own = _words(draft, words, changes, opened, found, house)
        mail = _write(draft, own, *_source(draft, found), house, found.now)
        disturbs = by_message(draft, changes, found.facts, background, roster, found.now)
        mails.append(replace(mail, off_duty=True) if disturbs else mail)
        if house.settings.notify:
            mails += pages(draft, own.ticket, own.subject, house, found.now)
    if house.settings.webhooks:
        numbers = () if opened is None else (opened, *further)
        mails += requests(changes, words, numbers, house, found.now)
        mails += happenings(changes.moves, _looked_at(found), house, found.now)
    return tuple(mails)


def write_occasion(
    occasion: Occasion, originals: Mapping[int, tuple[RawMessage, Reading]], house: House, now: float
) -> tuple[NewMail, ...]:
    """Return the mails that time alone brings about; `originals` are the messages that opened the tickets."""
    mails = []
    for draft in occasion.drafts:
        work, reading = originals.get(draft.about or 0, (None, None))
        words = words_at(draft, occasion, reading.message if reading else None, house.settings, now)
        mail = _write(draft, words, work, reading, house, now)
        disturbs = by_time(draft, occasion, house.memory.roster, now)
        mails.append(replace(mail, off_duty=True) if disturbs else mail)
        if house.settings.notify:
            mails += pages(draft, words.ticket, words.subject, house, now)
    if house.settings.webhooks:
        mails += happenings(occasion.moves, (due.ticket for due in occasion.tickets), house, now)
    return tuple(mails)


def _looked_at(found: Findings) -> Iterator[Ticket]:
    """Yield all tickets that a message may change, as they were looked at."""
    known = found.known
    for background in filter(None, (known.background, *(one.background for one in known.listed))):
        yield from background.related
        yield from filter(None, (background.about,))
    yield from (one.ticket for one in known.listed)
    yield from found.facts.tickets


def _words(draft: Draft, words: Words, changes: Changes, opened: int | None, found: Findings, house: House) -> Words:
    known = found.known
    if about_turns(draft):
        return Words(desk=house.settings.desk.name, address=house.settings.desk.address, said=draft.said)
    if known.listed or draft.letter == "lines":
        return words_listed(
            draft, words, changes, known.listed, found.facts, house.definition, house.settings, found.now
        )
    if known.background is None:
        return replace(words, said=draft.said, text=draft.text) if draft.said else words
    if draft.about == UNNUMBERED and known.answered:
        own = replace(changes, ticket=None)
        whole = words_for(known.answered, found.facts, own, opened, house.settings, house.definition, found.now)
        return replace(whole, said=draft.said, opened=opened)
    return words_of(
        draft,
        words,
        changes,
        known.first.message if known.first else None,
        found.facts,
        known.background,
        house.definition,
        house.settings,
        opened,
        found.now,
    )


def _source(draft: Draft, found: Findings) -> tuple[RawMessage | None, Reading | None]:
    """Return the message that a draft carries and answers: the one that caused it, or that opened the ticket."""
    if draft.about == UNNUMBERED and found.known.background and found.known.answered:
        return found.known.background.answered, found.known.answered
    if draft.original and (one := next((o for o in found.known.listed if o.ticket.number == draft.about), None)):
        return one.background.original, one.first
    if draft.original:
        return (found.known.background.original if found.known.background else None), found.known.first
    return found.work, found.reading


def _write(
    draft: Draft, words: Words, work: RawMessage | None, reading: Reading | None, house: House, now: float
) -> NewMail:
    """Give a draft its words and its bytes."""
    mark, marks = mark_from(house.random(10)), MARKS[draft.kind]
    if marks.reply in _SAID_TO:
        words = replace(words, answer=reply_address(house.own, marks.reply, mark))
    if draft.copy_of:
        words = replace(words, copy_of=draft.copy_of)
    held = work.quarantine if work else None
    if held and reading:
        whole = excerpt(reading.message, WHOLE) if draft.carries_original else words.excerpt
        words = replace(words, quarantine=held, excerpt=whole)
    if draft.answer_minutes:
        words = replace(words, answer_minutes=draft.answer_minutes)
    return compose(
        house.letters.write(draft.letter, draft.language, words),
        kind=draft.kind,
        ticket=words.ticket,
        to=draft.to,
        desk=house.settings.desk,
        own=house.own,
        mark=mark,
        now=now,
        verdict=words.tag,
        answers=reading.message if reading and draft.answers_message else None,
        original=work.raw if work and draft.carries_original and not held else None,
        due=now + draft.hold_seconds,
        lines=draft.lines,
    )
