"""Finding out: all that is asked of the world about a message before the policy decides."""

import asyncio
from dataclasses import dataclass, replace

from daemon.core.desk.acting import confirmation, inquiry, kept_since
from daemon.core.desk.authority import needs_proof
from daemon.core.desk.case import Backdrop, Listed
from daemon.core.desk.clock.hearing import ADDED
from daemon.core.desk.listed import inquiries
from daemon.core.desk.rota.heard import hearing
from daemon.core.mail.body import is_plain
from daemon.core.mail.clean import clip
from daemon.core.mail.dkim_check import KeyRecord, check_signatures, needed_keys
from daemon.core.mail.reading import Reading, is_suspicious, read, read_head
from daemon.house import House
from daemon.planning import plan_turns
from store.model.changes import Draft
from store.model.facts import Facts, Inquiry
from store.model.message import Proven, RawMessage, Safety
from store.model.occasion import Occasion

ADDED_LETTERS = 600  # of each message stand in the letter that tells of several
HOUR = 3600.0
LARGE = 12 << 10  # octets from which a message is read beside the loop: a hostile one of that size takes some 10 ms


@dataclass(frozen=True, slots=True)
class Findings:
    """A message with all that the store knows which bears on it, at one moment."""

    work: RawMessage
    reading: Reading
    facts: Facts
    known: Backdrop  # what a member's word needs; empty for all other messages
    now: float


async def read_message(work: RawMessage, house: House) -> Reading:
    """Return all that follows from the bytes and the envelope. Raises Busy where it has to come again for that."""
    smtp = house.settings.door_of(work.envelope)
    if len(work.raw) < LARGE:
        return read(work.raw, work.envelope, house.own, smtp)
    if house.apart is None or not is_suspicious(work.raw):
        return await asyncio.to_thread(read, work.raw, work.envelope, house.own, smtp)
    found = await house.apart.read(work.raw, work.envelope, house.own, smtp)
    return found if isinstance(found, Reading) else read_head(work.raw, work.envelope, house.own, smtp, found)


async def scan(work: RawMessage, reading: Reading, house: House) -> RawMessage:
    """Return a message with the reason why it may not leave the house, if the virus scanner gives one.

    It is looked at whole, since what reads as text here may be an attachment for another mail program. What was not
    looked at is held only where there is more to it than one plain text.
    """
    if house.scanner is None:
        return work
    found = await house.scanner.scan(work.raw)
    infected, failing = found.safety is Safety.INFECTED, house.settings.scan.failing
    unscanned = found.safety is Safety.UNSCANNED and failing == "hold" and not is_plain(reading.message)
    return replace(work, quarantine=found if infected or unscanned else None)


async def prove_author(work: RawMessage, reading: Reading, house: House) -> Reading:
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


async def find_out(work: RawMessage, reading: Reading, house: House) -> Findings:
    """Ask the store for everything that bears on a message."""
    now = house.clock()
    facts = await house.store.facts(reading.clues, now)
    return Findings(work, reading, facts, await _known(reading, facts, house, now), now)


async def find_originals(occasion: Occasion, house: House) -> dict[int, tuple[RawMessage, Reading]]:
    """Return the messages that opened the tickets which the drafts of an occasion speak of, where there still are."""
    found: dict[int, tuple[RawMessage, Reading]] = {}
    for number in {draft.about for draft in occasion.drafts if draft.about is not None}:
        work = await house.store.original(number)
        if work is not None:
            found[number] = work, await read_message(work, house)
    return found


async def find_added(occasion: Occasion, house: House) -> Occasion:
    """Return an occasion whose letters say what was added to their tickets since the last card."""
    return replace(occasion, drafts=tuple([await _with_added(draft, occasion, house) for draft in occasion.drafts]))


async def _with_added(draft: Draft, occasion: Occasion, house: House) -> Draft:
    due = occasion.about(draft.about)
    if draft.letter != ADDED or due is None:
        return draft
    came = await house.store.added(due.ticket.number, max(due.ticket.heard, default=0.0))
    readings = [await read_message(one, house) for one in came]
    rows = tuple((one.clues.sender, clip(one.message.new_text.strip(), ADDED_LETTERS)) for one in readings)
    return replace(draft, said=tuple(replace(said, rows=rows) for said in draft.said))


async def _known(reading: Reading, facts: Facts, house: House, now: float) -> Backdrop:
    """Ask the store what a member's word needs; nothing for all other messages."""
    if not facts.sent:  # it answers no mail of ours
        return Backdrop()
    mark = confirmation(reading, facts, house.settings, now)
    waiting = await house.store.kept(mark, kept_since(now)) if mark else None
    kept = await read_message(waiting, house) if waiting else None
    of_turns = hearing(reading, kept or reading, facts, house.settings, house.definition, now)
    if of_turns.at_all:
        await plan_turns(house)
    if of_turns.alone:
        row, since = (waiting.id, waiting.received_at) if waiting else (None, now)
        sent = await house.store.confirmations(of_turns.asks, now - HOUR) if of_turns.asks else 0
        return Backdrop(kept=kept, waiting=row, waiting_since=since, confirmations=sent)
    if several := inquiries(reading, kept or reading, facts, house.settings, house.definition, now):
        return Backdrop(kept=kept, listed=await _listed(several, house))
    asked = inquiry(reading, kept or reading, facts, house.settings, house.definition, now)
    if asked is None:
        return Backdrop()
    background = await house.store.background(asked)
    first = await read_message(background.original, house) if background.original else None
    answered = await read_message(background.answered, house) if background.answered else None
    return Backdrop(background, first, kept, answered=answered)


async def _listed(asked: tuple[Inquiry, ...], house: House) -> tuple[Listed, ...]:
    """Return the tickets that an answer to a list names, with all that bears on them, in their order."""
    found = []
    for one in asked:
        background = await house.store.background(one)
        first = await read_message(background.original, house) if background.original else None
        if background.about:
            found.append(Listed(background.about, background, first))
    return tuple(found)
