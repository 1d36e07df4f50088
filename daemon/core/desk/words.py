"""What a letter may speak of, taken from the message and from what it changes."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from daemon.core.commands.plan import UNNUMBERED
from daemon.core.desk.case import Listed
from daemon.core.desk.clock.question import silent_tag
from daemon.core.desk.shadow import SHADOW, author_reading
from daemon.core.mail.letter import Words, excerpt
from daemon.core.mail.lookalike import resembled
from daemon.core.mail.reading import Reading
from daemon.core.settings import Settings
from daemon.core.triage.definition import Definition
from store.model.changes import Changes, Draft
from store.model.facts import Background, Facts
from store.model.message import Message
from store.model.occasion import Occasion
from store.model.outbox import MailKind
from store.model.ticket import Ticket
from store.model.verdict import Verdict

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def words_for(
    reading: Reading,
    facts: Facts,
    changes: Changes,
    number: int | None,
    settings: Settings,
    definition: Definition,
    now: float,
) -> Words:
    """Return the words for every letter that a message causes; `number` is that of its ticket."""
    reading = (author_reading(reading, settings) if changes.reason == SHADOW else None) or reading
    message, opens = reading.message, changes.opens
    verdict = opens.verdict if opens else None
    ticket = facts.ticket(changes.ticket)
    return Words(
        desk=settings.desk.name,
        address=settings.desk.address,
        ticket=number,
        subject=ticket.subject if ticket else message.subject,
        reporter_name=message.sender.name if message.sender else "",
        reporter_address=reading.clues.sender,
        resembles=_resembled(message, settings),
        tag=verdict.tag if verdict else None,
        unsure=bool(verdict and verdict.unsure),
        question_minutes=settings.duty.answer_minutes if opens and opens.asks else None,
        silence=silent_tag(verdict) if verdict else None,
        area=verdict.area if verdict else None,
        clauses=verdict.clauses if verdict else (),
        questions=_questions(verdict, opens.language, definition) if verdict and opens else (),
        next_look=next_look(settings, now),
        excerpt=excerpt(message),
        attachments=message.attachments,
        recipient=", ".join(changes.failing),
        reason=message.new_text if changes.failing else "",
    )


def words_about(
    ticket: Ticket, verdict: Verdict | None, message: Message | None, settings: Settings, now: float
) -> Words:
    """Return the words for a letter about a ticket that no new message causes; `message` is the one that opened it."""
    return Words(
        desk=settings.desk.name,
        address=settings.desk.address,
        ticket=ticket.number,
        subject=ticket.subject,
        reporter_name=message.sender.name if message and message.sender else "",
        reporter_address=ticket.reporter,
        resembles=_resembled(message, settings),
        tag=verdict.tag if verdict else ticket.verdict,
        unsure=bool(verdict and verdict.unsure),
        area=verdict.area if verdict else ticket.area,
        clauses=verdict.clauses if verdict else (),
        next_look=next_look(settings, now),
        excerpt=excerpt(message) if message else "",
        attachments=message.attachments if message else (),
    )


def _resembled(message: Message | None, settings: Settings) -> str:
    """Return whose address or name the sender of a message borrows, "" for nobody's."""
    if message is None or message.sender is None:
        return ""
    house = (settings.desk.name, settings.desk.address), *((one.name, one.address) for one in settings.people)
    return resembled(message.sender.name, message.sender.address, house)


def words_at(draft: Draft, occasion: Occasion, first: Message | None, settings: Settings, now: float) -> Words:
    """Return the words for a mail that time alone brings about; `first` is the message that opened its ticket."""
    due = occasion.about(draft.about)
    if due is None:
        words = Words(desk=settings.desk.name, address=settings.desk.address, ticket=draft.about)
    else:
        words = words_about(due.ticket, occasion.verdict or due.verdict, first, settings, now)
    return replace(words, tag=draft.tag, said=draft.said, text=draft.text)


def words_of(
    draft: Draft,
    words: Words,
    changes: Changes,
    first: Message | None,
    facts: Facts,
    background: Background,
    definition: Definition,
    settings: Settings,
    opened: int | None,
    now: float,
) -> Words:
    """Return the words for one mail that a member's word causes.

    `words` are those of the member's own message, `first` is the one that opened the ticket.
    """
    about = draft.about or changes.ticket  # what is about a ticket that this mail opens speaks of the one it comes from
    ticket = facts.ticket(about) or (background.ticket(about) if about else None)
    if about == UNNUMBERED and opened and (report := facts.ticket(changes.ticket)):  # the bug that the report becomes
        ticket = replace(report, number=opened)
    if ticket is None:
        return words
    verdict = background.verdict
    if draft.original and verdict:
        words = words_about(ticket, verdict, first, settings, now)
    else:  # what the member wrote is for the desk alone
        words = replace(words, excerpt="", reporter_name="", resembles="", attachments=())
    questions = _questions(verdict, draft.language, definition) if draft.kind is MailKind.ASK and verdict else ()
    return replace(
        words,
        ticket=opened if draft.about == UNNUMBERED else ticket.number,
        subject=ticket.subject,
        reporter_address=ticket.reporter,
        tag=draft.tag,
        unsure=False,
        questions=questions,
        said=draft.said,
        opened=opened,
        text=draft.text,
    )


def numbered(changes: Changes, numbers: tuple[int, ...]) -> Changes:
    """Put the numbers that were given to several tickets into the mails: -1 stands for the first, -2 and so on."""

    def number(stands: int | None) -> int | None:
        return numbers[-stands - 1] if stands is not None and stands < 0 else stands

    drafts = (
        replace(
            draft,
            about=number(draft.about),
            said=tuple(replace(one, ticket=number(one.ticket), opened=number(one.opened)) for one in draft.said),
        )
        for draft in changes.drafts
    )
    return replace(changes, drafts=tuple(drafts))


def words_listed(
    draft: Draft,
    words: Words,
    changes: Changes,
    listed: tuple[Listed, ...],
    facts: Facts,
    definition: Definition,
    settings: Settings,
    now: float,
) -> Words:
    """Return the words for one mail that an answer to a list causes; what the member wrote is for the desk alone."""
    bare = replace(
        words, ticket=None, subject="", excerpt="", reporter_name="", reporter_address="", resembles="", attachments=()
    )
    if draft.about is None:
        return replace(bare, tag=None, said=draft.said)
    around = ((one, one.ticket if one.ticket.number == draft.about else None) for one in listed)
    whole = [(one, ticket or one.background.ticket(draft.about)) for one, ticket in around]
    found = sorted((pair for pair in whole if pair[1]), key=lambda pair: pair[0].ticket.number != draft.about)
    if not found:
        return replace(bare, ticket=draft.about, said=draft.said, text=draft.text, tag=draft.tag)
    one, ticket = found[0]
    known = replace(facts, tickets=(ticket,)) if ticket else facts
    first = one.first.message if one.first else None
    return words_of(draft, bare, changes, first, known, one.background, definition, settings, None, now)


def _questions(verdict: Verdict, language: str, definition: Definition) -> tuple[str, ...]:
    """Return what to ask the reporter, in their language where the definition speaks it."""
    wanted = (fact for name in verdict.missing for fact in definition.facts if fact.name == name)
    return tuple(fact.ask.get(language) or next(iter(fact.ask.values())) for fact in wanted)


def next_look(settings: Settings, now: float) -> datetime:
    """Return when the team next goes through what is new: the daily digest of a working day, in the desk's zone."""
    return _next_at(settings.digest.daily, settings.duty.days, settings.desk.timezone, now // 60 * 60)


@lru_cache(1)
def _next_at(daily: str, working: str, zone: str, minute: float) -> datetime:
    """Return when a time of a working day comes next after a minute; mails of one minute share it."""
    local = datetime.fromtimestamp(minute, UTC).astimezone(ZoneInfo(zone))
    at, days = time.fromisoformat(daily), working_days(working)
    for ahead in range(8):
        look = datetime.combine(local.date() + timedelta(days=ahead), at, local.tzinfo)
        if look > local and look.weekday() in days:
            return look
    raise AssertionError("a week has a working day")


def working_days(text: str) -> frozenset[int]:
    """Return the days of a text such as "mon-fri" or "sat,mon" as numbers, Monday being 0; a range may pass Sunday.

    >>> sorted(working_days("fri-mon"))
    [0, 4, 5, 6]
    """
    found: set[int] = set()
    for piece in text.split(","):
        first, _, last = piece.partition("-")
        start, end = _WEEK.index(first), _WEEK.index(last or first)
        found |= {day % 7 for day in range(start, end + 1 if end >= start else end + 8)}
    return frozenset(found)
