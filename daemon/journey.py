"""The spine: a message is received, processed, and what follows from it is delivered.

    receive   raw bytes become ours, durably, before the sender hears 250
    process   raw ─ read ─▶ Reading ─ store.facts ─▶ decide ─▶ Changes ─ compose ─▶ store.commit
    deliver   one mail to one recipient, and what became of it
    lapse     a question that nobody answered in time is settled without an answer
    round     once in a while: what a crash left behind

Between the stages stands the store, and nothing else: each stage ends in one transaction, so a crash anywhere loses
nothing and a stage done twice changes nothing twice.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from daemon.core.desk.acting import confirmation, inquiry, kept_since
from daemon.core.desk.authority import needs_proof
from daemon.core.desk.case import Backdrop
from daemon.core.desk.decide import decide
from daemon.core.desk.round import asked_until, overdue
from daemon.core.desk.shadow import asks_for_author
from daemon.core.desk.teaching import learned_from
from daemon.core.desk.words import words_about, words_for, words_of
from daemon.core.mail.address import Own, mark_from
from daemon.core.mail.compose import compose
from daemon.core.mail.dkim_check import KeyRecord, check_signatures, needed_keys
from daemon.core.mail.letter import Words
from daemon.core.mail.reading import Reading, read
from daemon.core.mail.retry import after
from daemon.core.settings import Settings, Smtp
from daemon.core.triage.definition import Definition
from daemon.core.triage.learn import NOTHING, Learned
from daemon.edge.bell import Bell, Stage
from daemon.edge.dns import Dns
from daemon.edge.relay import Relay
from daemon.letters import Letters
from daemon.loops import Hands, Threads
from store.model.changes import Changes, Draft
from store.model.facts import Facts, OpenQuestion
from store.model.message import Envelope, Proven, RawMessage, Receipt
from store.model.outbox import Mail, MailKind, NewMail
from store.store import Store

MESSAGE_LEASE_SECONDS = 60.0  # a stage that takes longer is thought dead, and its work is given to another
MAIL_LEASE_SECONDS = 900.0  # the final dot alone may be waited for ten minutes (RFC 5321 section 4.5.3.2.6)
LARGE = 256 << 10  # octets from which a message is read beside the loop, so that no sender waits for another's
DECIDED_AGAIN = 5  # times, where others change the same ticket at the same moment
AT_ONCE = 500  # questions that are settled before the next are looked for


@dataclass(slots=True)
class Memory:
    """What the team's corrections have taught the judge so far; all that changes in a house."""

    learned: Learned = NOTHING
    latest: tuple[int, ...] = ()  # rows of the latest corrections it is learned from


class Contended(Exception):  # noqa: N818 - it reads as what is the case
    """Others change the same ticket all the time; the message is tried again a little later."""


@dataclass(frozen=True, slots=True)
class House:
    """What the stages have at hand."""

    settings: Settings
    own: Own
    definition: Definition
    letters: Letters
    store: Store
    relay: Relay
    dns: Dns
    bell: Bell
    threads: Threads
    messages: Hands[RawMessage]  # of the crank that turns `process`
    mails: Hands[Mail]  # of the crank that turns `deliver`
    clock: Callable[[], float]  # epoch seconds
    random: Callable[[int], bytes]
    memory: Memory = field(default_factory=Memory)


async def receive(raw: bytes, envelope: Envelope, house: House) -> Receipt:
    """Make a message ours. The door may say 250 after this, and never before (RFC 5321 section 6.1)."""
    with house.messages.promised(1) as hands:
        kept = await house.store.keep_and_lease(raw, envelope, house.clock(), MESSAGE_LEASE_SECONDS * hands)
        if kept.work:
            house.messages.take(kept.work)
        elif not kept.receipt.duplicate:
            house.bell.ring(Stage.PROCESS)
    return kept.receipt


async def process(work: RawMessage, house: House) -> None:
    """Find out what a message changes, then change all of it at once."""
    reading = asks_for_author(await _proven(work, await _read(work, house), house), house.settings)
    async with house.threads.hold(reading.clues):
        for _ in range(DECIDED_AGAIN):
            changes = await _change(work, reading, house)
            if changes is not None:
                break
        else:
            raise Contended(f"message {work.id}: its ticket was changed again and again")
    if changes.corrections:
        await remember(house)


async def _change(work: RawMessage, reading: Reading, house: House) -> Changes | None:
    """Decide and commit; None where somebody changed meanwhile what was decided about."""
    now = house.clock()
    facts = await house.store.facts(reading.clues, now)
    known = await _known(reading, facts, house, now)
    changes = decide(
        reading,
        facts,
        house.settings,
        house.own,
        house.definition,
        now,
        house.memory.learned,
        known,
    )
    opened = await house.store.reserve_number(work.id) if changes.opens else None
    number = opened if changes.ticket is None else changes.ticket
    words = words_for(reading, facts, changes, number, house.settings, house.definition, now)
    mails = tuple(
        _write(draft, _words(draft, words, changes, facts, known, house, opened, now), cause, source, house, now)
        for draft in changes.drafts
        for cause, source in (_source(draft, work, reading, known),)
    )
    filed = await _commit(work, changes, mails, opened, house, now)
    return changes if filed or not (changes.moves or changes.stops or changes.confirms) else None


async def _known(reading: Reading, facts: Facts, house: House, now: float) -> Backdrop:
    """Ask the store what a member's word needs; nothing for all other messages."""
    mark = confirmation(reading, facts, house.settings, now)
    waiting = await house.store.kept(mark, kept_since(now)) if mark else None
    kept = await _read(waiting, house) if waiting else None
    asked = inquiry(reading, kept or reading, facts, house.settings, house.definition, now)
    if asked is None:
        return Backdrop()
    background = await house.store.background(asked)
    first = await _read(background.original, house) if background.original else None
    return Backdrop(background, first, kept)


def _words(
    draft: Draft,
    words: Words,
    changes: Changes,
    facts: Facts,
    known: Backdrop,
    house: House,
    opened: int | None,
    now: float,
) -> Words:
    if known.background is None:
        return words
    return words_of(
        draft,
        words,
        changes,
        known.first.message if known.first else None,
        facts,
        known.background,
        house.definition,
        house.settings,
        opened,
        now,
    )


def _source(
    draft: Draft, work: RawMessage, reading: Reading, known: Backdrop
) -> tuple[RawMessage | None, Reading | None]:
    """Return the message that a draft carries and answers: the one that caused it, or that opened the ticket."""
    if draft.original:
        return (known.background.original if known.background else None), known.first
    return work, reading


async def deliver(mail: Mail, house: House) -> None:
    """Send one mail to one recipient, and write down what became of it."""
    answer = await house.relay.send(
        mail, before_dot=lambda: house.store.attempt(mail, house.clock() + MAIL_LEASE_SECONDS)
    )
    chance = house.random(1)[0] / 255
    settlement = after(answer, mail, house.clock(), chance, house.settings.relay.on_unknown)
    await house.store.settle(mail, settlement, house.clock())


async def unanswered(house: House) -> tuple[OpenQuestion, ...]:
    """Return the questions whose time is over; one lookup, which costs the same however much is stored."""
    return await house.store.questions(asked_until(house.settings, house.clock()), AT_ONCE)


async def lapse(question: OpenQuestion, house: House) -> None:
    """Settle a question that nobody answered in time; whoever is first does it, and nobody does it again."""
    now = house.clock()
    changes = overdue(question, house.settings, now)
    work = await house.store.original(changes.ticket)
    reading = await _read(work, house) if work else None
    words = words_about(question.ticket, changes.verdict, reading.message if reading else None, house.settings, now)
    mails = tuple(_write(draft, words, work, reading, house, now) for draft in changes.drafts)
    if await house.store.lapse(changes, mails, now):
        house.bell.ring(Stage.DELIVER)


async def remember(house: House) -> None:
    """Learn from all corrections anew, if there is one that was not there the last time."""
    latest = await house.store.latest_corrections()
    if latest != house.memory.latest:
        taught = await house.store.corrections()
        house.memory.learned = await asyncio.to_thread(learned_from, taught, house.definition)
        house.memory.latest = latest


async def round_(house: House) -> None:
    """Look after what nobody rang for: what a crash left without an end, what is due again, what others taught."""
    now = house.clock()
    await remember(house)
    await house.store.recover(now)
    drop_acks = house.settings.relay.on_unknown == "drop"
    await house.store.resend_unknown(tuple(kind for kind in MailKind if not (drop_acks and kind is MailKind.ACK)), now)
    house.bell.ring(Stage.PROCESS)
    house.bell.ring(Stage.DELIVER)


async def _commit(
    work: RawMessage, changes: Changes, mails: tuple[NewMail, ...], number: int | None, house: House, now: float
) -> bool:
    """Write down what follows, and hand on at once as many of its mails as there are hands for; False if it was not."""
    with house.mails.promised(len(mails)) as hands:
        leased = await house.store.commit_and_lease(
            work, changes, mails, number, now, hands=hands, seconds=MAIL_LEASE_SECONDS
        )
        for mail in leased or ():
            house.mails.take(mail)
    if leased is not None and len(leased) < len(mails):
        house.bell.ring(Stage.DELIVER)
    return leased is not None


async def _read(work: RawMessage, house: House) -> Reading:
    smtp = house.settings.smtp or Smtp()
    if len(work.raw) < LARGE:
        return read(work.raw, work.envelope, house.own, smtp)
    return await asyncio.to_thread(read, work.raw, work.envelope, house.own, smtp)


async def _proven(work: RawMessage, reading: Reading, house: House) -> Reading:
    """Let a member's command be proven by its own signature where no server of ours vouches for it."""
    if not needs_proof(reading, house.settings):
        return reading
    names = needed_keys(work.raw, reading.message, work.received_at)
    texts = await asyncio.gather(*(house.dns.text(name) for name in names))
    keys = tuple(KeyRecord(name, text) for name, text in zip(names, texts, strict=True) if text is not None)
    if not keys:
        return reading
    proof = await asyncio.to_thread(check_signatures, work.raw, reading.message, keys, work.received_at)
    return replace(reading, proof=proof) if proof.level is not Proven.NO else reading


def _write(
    draft: Draft, words: Words, work: RawMessage | None, reading: Reading | None, house: House, now: float
) -> NewMail:
    """Give a draft its words and its bytes."""
    return compose(
        house.letters.write(draft.letter, draft.language, words),
        kind=draft.kind,
        ticket=words.ticket,
        to=draft.to,
        desk=house.settings.desk,
        own=house.own,
        mark=mark_from(house.random(10)),
        now=now,
        verdict=words.tag,
        answers=reading.message if reading and draft.answers_message else None,
        original=work.raw if work and draft.carries_original else None,
        due=now + draft.hold_seconds,
    )
