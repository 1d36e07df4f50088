"""The spine: a message is received, processed, and what follows from it is delivered.

    receive   raw bytes become ours, durably, before the sender hears 250
    process   raw ─ read ─▶ Reading ─ store.facts ─▶ decide ─▶ Changes ─ compose ─▶ store.commit
    deliver   one mail to one recipient, and what became of it
    round     once in a while: what a crash left behind, and what has come due

Between the stages stands the store, and nothing else: each stage ends in one transaction, so a crash anywhere loses
nothing and a stage done twice changes nothing twice.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from daemon.core.desk.decide import decide
from daemon.core.desk.words import words_for
from daemon.core.mail.address import Own, mark_from
from daemon.core.mail.compose import compose
from daemon.core.mail.letter import Words
from daemon.core.mail.reading import Reading, read
from daemon.core.mail.retry import after
from daemon.core.settings import Settings, Smtp
from daemon.core.triage.definition import Definition
from daemon.edge.bell import Bell, Stage
from daemon.edge.relay import Relay
from daemon.letters import Letters
from daemon.loops import Hands, Threads
from store.model.changes import Changes, Draft
from store.model.message import Envelope, RawMessage, Receipt
from store.model.outbox import Mail, MailKind, NewMail
from store.store import Store

MESSAGE_LEASE_SECONDS = 60.0  # a stage that takes longer is thought dead, and its work is given to another
MAIL_LEASE_SECONDS = 900.0  # the final dot alone may be waited for ten minutes (RFC 5321 section 4.5.3.2.6)
LARGE = 256 << 10  # octets from which a message is read beside the loop, so that no sender waits for another's


@dataclass(frozen=True, slots=True)
class House:
    """What the stages have at hand."""

    settings: Settings
    own: Own
    definition: Definition
    letters: Letters
    store: Store
    relay: Relay
    bell: Bell
    threads: Threads
    messages: Hands[RawMessage]  # of the crank that turns `process`
    mails: Hands[Mail]  # of the crank that turns `deliver`
    clock: Callable[[], float]  # epoch seconds
    random: Callable[[int], bytes]


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
    reading = await _read(work, house)
    async with house.threads.hold(reading.clues):
        now = house.clock()
        facts = await house.store.facts(reading.clues, now)
        changes = decide(reading, facts, house.settings, house.own, house.definition, now)
        opened = await house.store.reserve_number(work.id) if changes.opens else None
        number = opened or changes.ticket
        words = words_for(reading, facts, changes, number, house.settings, house.definition, now)
        mails = tuple(_write(draft, words, work, reading, house, now) for draft in changes.drafts)
        await _commit(work, changes, mails, opened, house, now)


async def deliver(mail: Mail, house: House) -> None:
    """Send one mail to one recipient, and write down what became of it."""
    answer = await house.relay.send(
        mail, before_dot=lambda: house.store.attempt(mail, house.clock() + MAIL_LEASE_SECONDS)
    )
    chance = house.random(1)[0] / 255
    settlement = after(answer, mail, house.clock(), chance, house.settings.relay.on_unknown)
    await house.store.settle(mail, settlement, house.clock())


async def round_(house: House) -> None:
    """Look after what nobody rang for: attempts that a crash left without an end, and what is due again."""
    now = house.clock()
    await house.store.recover(now)
    drop_acks = house.settings.relay.on_unknown == "drop"
    await house.store.resend_unknown(tuple(kind for kind in MailKind if not (drop_acks and kind is MailKind.ACK)), now)
    house.bell.ring(Stage.PROCESS)
    house.bell.ring(Stage.DELIVER)


async def _commit(
    work: RawMessage, changes: Changes, mails: tuple[NewMail, ...], number: int | None, house: House, now: float
) -> None:
    """Write down what follows, and hand on at once as many of its mails as there are hands for."""
    with house.mails.promised(len(mails)) as hands:
        leased = await house.store.commit_and_lease(
            work, changes, mails, number, now, hands=hands, seconds=MAIL_LEASE_SECONDS
        )
        for mail in leased:
            house.mails.take(mail)
    if len(leased) < len(mails):
        house.bell.ring(Stage.DELIVER)


async def _read(work: RawMessage, house: House) -> Reading:
    smtp = house.settings.smtp or Smtp()
    if len(work.raw) < LARGE:
        return read(work.raw, work.envelope, house.own, smtp)
    return await asyncio.to_thread(read, work.raw, work.envelope, house.own, smtp)


def _write(draft: Draft, words: Words, work: RawMessage, reading: Reading, house: House, now: float) -> NewMail:
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
        answers=reading.message if draft.answers_message else None,
        original=work.raw if draft.carries_original else None,
        due=now + draft.hold_seconds,
    )
