"""The spine: a message is received, processed, and what follows from it is delivered.

    receive   raw bytes become ours, durably, before the sender hears 250
    process   raw ─ read ─▶ Reading ─ find out ─▶ Findings ─ decide ─▶ Changes ─ write ─▶ store.commit
    deliver   one mail to one recipient, and what became of it
    elapse    what time alone brings about: a question nobody answered, a card nobody took, a digest
    round     once in a while: what a crash left behind

Between the stages stands the store, and nothing else: each stage ends in one transaction, so a crash anywhere loses
nothing and a stage done twice changes nothing twice.
"""

import asyncio
from dataclasses import replace

import structlog

from daemon.alarms import Alert, alerts
from daemon.calendar import Brought, Engagement, engagements
from daemon.core.desk.clock.gathering import STRETCH_SECONDS, put_off, spared
from daemon.core.desk.clock.moment import Moment
from daemon.core.desk.clock.rules import clocks, occasions
from daemon.core.desk.decide import decide
from daemon.core.desk.readers import TO_READERS, may_read
from daemon.core.desk.shadow import asks_for_author
from daemon.core.desk.teaching import learned_from
from daemon.core.desk.withholding import withheld
from daemon.core.mail.reading import Reading
from daemon.core.mail.retry import after
from daemon.edge.apart import Busy
from daemon.edge.bell import Stage
from daemon.edge.log import stations
from daemon.finding import Findings, find_added, find_originals, find_out, prove_author, read_message, scan
from daemon.forgetting import forget_old
from daemon.house import House
from daemon.planning import plan_turns
from daemon.wording import write_mails, write_occasion
from store.model.changes import Changes, Outcome
from store.model.message import Envelope, RawMessage, Receipt
from store.model.occasion import Occasion
from store.model.outbox import Answer, Delivery, Mail, MailKind, MailState, NewMail

MESSAGE_LEASE_SECONDS = 60.0  # a stage that takes longer is thought dead, and its work is given to another
MAIL_LEASE_SECONDS = 60.0  # renewed while a mail is in hand: the final dot alone may be waited for ten minutes
WAITED_SECONDS = 5.0  # a mail that leaves later than this was held, or queued behind something
PAUSES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.4)  # seconds that a message waits for an older one which another process works
OUT_OF_TURN_SECONDS = 1.0  # until it is taken up again, if that was not enough
LARGE_ORIGINAL = 256 << 10  # octets from which a mail with it is written beside the loop
AT_ONCE = 100  # acknowledgements that may be decided side by side, by the same count of those that left
TO_OPERATOR = frozenset({MailKind.NOTICE, MailKind.ROSTER})  # what the desk needs help with, and gaps of the rota
DECIDED_AGAIN = 5  # times, where others change the same ticket at the same moment

RECEIVED, READ, JUDGED, DECIDED = "received", "read", "judged", "decided"  # stations of a message
SENT, TRIED, HAPPENED = "sent", "tried", "happened"  # of a mail, and of what time brings about

log = structlog.get_logger()


class Contended(Exception):  # noqa: N818 - it reads as what is the case
    """Others change the same ticket all the time; the message is tried again a little later."""


async def receive(raw: bytes, envelope: Envelope, house: House, aside: str = "") -> Receipt:
    """Make a message ours. The door may say 250 after this, and never before (RFC 5321 section 6.1).

    With words in `aside` it is not worked, but set aside at once for that reason.
    """
    with house.messages.promised(1, envelope.mail_from.lower(), len(raw)) as hands:
        kept = await house.store.keep_and_lease(raw, envelope, house.clock(), MESSAGE_LEASE_SECONDS * hands, aside)
        if kept.work:
            house.messages.take(kept.work)
        elif not (kept.receipt.duplicate or aside):
            house.bell.ring(Stage.PROCESS)
    stations(RECEIVED, message=kept.id, token=kept.receipt.token, door=envelope.door, octets=len(raw))
    return kept.receipt


async def process(work: RawMessage, house: House) -> None:
    """Find out what a message changes, then change all of it at once."""
    async with house.threads.of_sender(work.envelope):
        changes = await _worked(work, house)
    if changes is None:
        await house.store.put_off(work, house.clock() + OUT_OF_TURN_SECONDS)
        return
    if changes.outcome is Outcome.SET_ASIDE:
        log.warning("set aside", message=work.id, why=changes.reason)
    for address in changes.revokes:
        log.warning("a member did not write what came in their name; their older addresses are dead", member=address)
    if changes.corrections or changes.overrides:
        await remember(house)


async def _worked(work: RawMessage, house: House) -> Changes | None:
    """Read a message and change what it changes; None if that has to wait for others."""
    try:
        reading = await prove_author(work, await read_message(work, house), house)
    except Busy:
        return None
    reading = asks_for_author(reading, house.settings)
    stations(READ, message=work.id, automatic=reading.automatic.kind, proven=reading.proof.level)
    return await _in_turn(await scan(work, reading, house), reading, house)


async def _in_turn(work: RawMessage, reading: Reading, house: House) -> Changes | None:
    """Change what a message changes once all older ones of its conversation have; None if one takes too long."""
    for pause in PAUSES:
        if pause:
            await asyncio.sleep(pause)
        async with house.threads.hold(reading.clues):
            if not await house.store.behind(work):
                return await _decided(work, reading, house)
    return None


async def _decided(work: RawMessage, reading: Reading, house: House) -> Changes:
    for _ in range(DECIDED_AGAIN):
        changes = await _change(work, reading, house)
        if changes is not None:
            return changes
    raise Contended(f"message {work.id}: its ticket was changed again and again")


async def _change(work: RawMessage, reading: Reading, house: House) -> Changes | None:
    """Decide and commit; None where somebody changed meanwhile what was decided about."""
    found = await find_out(work, reading, house)
    changes = decide(
        reading,
        found.facts,
        house.settings,
        house.own,
        house.definition,
        found.now,
        house.memory.learned,
        found.known,
        roster=house.memory.roster,
    )
    changes = withheld(changes, work.quarantine, found.now)
    if found.facts.budget.desk_hour + AT_ONCE >= house.settings.acknowledge.desk_per_hour:
        changes = replace(changes, most_acks=house.settings.acknowledge.desk_per_hour)
    if changes.opens and changes.opens.calls:
        calls = await house.store.count_call(changes.opens.calls[-1], found.now, STRETCH_SECONDS, f"message/{work.id}")
        changes = spared(changes, calls, found.now)
    opened = await house.store.reserve_number(work.id) if changes.opens else None
    further = await house.store.take_numbers(len(changes.further))
    mails = await _written(changes, opened, further, found, house)
    filed = await _commit(work, changes, mails, (opened, *further), house, found.now)
    if filed:
        _say(work, changes, opened, mails)
        return changes
    contended = changes.moves or changes.stops or changes.confirms or changes.refiles or changes.most_acks
    return None if contended else changes


async def _written(
    changes: Changes, opened: int | None, further: tuple[int, ...], found: Findings, house: House
) -> tuple[NewMail, ...]:
    """Write the mails; beside the loop where a large message goes along."""
    if len(found.work.raw) < LARGE_ORIGINAL:
        return write_mails(changes, opened, further, found, house)
    return await asyncio.to_thread(write_mails, changes, opened, further, found, house)


def _say(work: RawMessage, changes: Changes, opened: int | None, mails: tuple[NewMail, ...]) -> None:
    """Say what a message was judged to be, and what it changed."""
    ticket = changes.ticket if opened is None else opened
    verdict = changes.opens.verdict if changes.opens else None
    if verdict:
        stations(
            JUDGED,
            message=work.id,
            ticket=ticket,
            tag=verdict.tag,
            unsure=verdict.unsure or None,
            score=round(verdict.score, 2),
            definition=verdict.definition,
        )
    why, kinds = changes.reason or None, "+".join([mail.kind for mail in mails]) or None
    stations(DECIDED, message=work.id, ticket=ticket, outcome=changes.outcome, why=why, mails=kinds)


async def deliver(mail: Mail, house: House) -> None:
    """Send one mail to one recipient who may still read it, and write down what became of it."""
    if not await _may_read(mail, house):
        await house.store.withhold(mail, "its recipient may read it no longer", house.clock())
        return
    answer = await _hand_over(mail, house)
    chance = house.random(1)[0] / 255
    settlement = after(answer, mail, house.clock(), chance, house.settings.relay.on_unknown)
    await house.store.settle(mail, settlement, house.clock())
    stations(
        SENT if settlement.state is MailState.SENT else TRIED,
        message=mail.cause,
        ticket=mail.ticket,
        mail=mail.id,
        kind=mail.kind,
        outcome=None if settlement.state is MailState.SENT else answer.delivery,
    )


async def deliver_beside(mail: Mail, house: House) -> None:
    """Have what is no mail delivered beside the mails, which must not wait for it; later, where too much waits."""
    if not house.beside.take(mail.to, lambda: deliver(mail, house)):
        busy = after(Answer(Delivery.DEFERRED, "too much waits for this way"), mail, house.clock(), 0.5, "resend")
        await house.store.settle(mail, busy, house.clock())


async def _hand_over(mail: Mail, house: House) -> Answer:
    """Send it; what the operator must hear of does not depend on the relay that may be the trouble itself."""

    async def before_dot() -> bool:
        until = house.clock() + MAIL_LEASE_SECONDS
        return await house.store.attempt(mail, until) and house.clock() < until  # who was stopped in between may not

    if mail.kind in house.ways:
        return await house.ways[mail.kind].send(mail, house.settings, before_dot)
    answer = await house.relay.send(mail, before_dot)
    put_off = answer.delivery in (Delivery.DEFERRED, Delivery.UNREADY)
    alarm = mail.kind in TO_OPERATOR and mail.ticket is None and mail.to == house.settings.desk.operator
    return await house.spare.send(mail, before_dot) if put_off and alarm and house.spare else answer


async def keep_in_hand(house: House) -> None:
    """Renew the leases of all mails in hand, however long the next server takes; who is dead renews nothing."""
    until = house.clock() + MAIL_LEASE_SECONDS
    await asyncio.gather(*(house.store.renew(mail, until) for mail in house.mails.full))


async def end_standstill(house: House) -> None:
    """Take from processes that stand still what nobody else can have meanwhile; beside the writing, which may wait."""
    if ended := await house.store.end_standstill(MAIL_LEASE_SECONDS):
        log.warning("another process stood still in the middle of a transaction, which was ended", connections=ended)


async def _may_read(mail: Mail, house: House) -> bool:
    """Look again at whoever a mail that has waited is for; its ticket is asked for only where readers matter."""
    if house.clock() - mail.created_at < WAITED_SECONDS:
        return True
    readers = await house.store.readers(mail.ticket) if mail.kind in TO_READERS and mail.ticket is not None else None
    return may_read(mail, readers, house.settings)


async def due(house: House) -> tuple[Occasion | Engagement | Alert, ...]:
    """Return what time has brought about; a few lookups, which cost the same however much is stored."""
    moment = _moment(house)
    of_tickets = occasions(await house.store.due(clocks(moment)), moment)
    return (*of_tickets, *await engagements(moment, house), *await alerts(moment, house))


async def elapse(what: Occasion | Engagement | Alert, house: House) -> None:
    """Let it happen, with its mails; whoever is first does it, and nobody does it again."""
    moment = _moment(house)
    brought = await (_bring(what, moment, house) if isinstance(what, Occasion) else what.keep(moment, house))
    if await house.store.happen(brought.occasion, brought.mails, moment.now) and brought.mails:
        house.bell.ring(Stage.DELIVER)
        for mail in brought.mails:
            stations(HAPPENED, ticket=mail.ticket, what=brought.occasion.key.partition("/")[0], mails=mail.kind)


async def _bring(occasion: Occasion, moment: Moment, house: House) -> Brought:
    if occasion.calls:
        calls = await house.store.count_call(occasion.calls, moment.now, STRETCH_SECONDS, occasion.key)
        occasion = put_off(occasion, calls, moment.now)
    occasion = await find_added(occasion, house)
    originals = await find_originals(occasion, house)
    return Brought(occasion, write_occasion(occasion, originals, house, moment.now))


def _moment(house: House) -> Moment:
    return Moment(house.settings, house.memory.roster, house.clock())


async def remember(house: House) -> None:
    """Take up what others wrote: learn from all corrections anew, and plan the turns anew, if there is anything new."""
    await plan_turns(house)
    latest = await house.store.latest_corrections()
    if latest != house.memory.latest:
        taught = await house.store.corrections()
        house.memory.learned = await asyncio.to_thread(learned_from, taught, house.definition)
        house.memory.latest = latest


async def round_(house: House) -> None:
    """Look after what nobody rang for: what a crash left without an end, and what is due again."""
    now = house.clock()
    await _hold_if_restored(house)
    await keep_in_hand(house)  # first: a process that was stopped for a while must not call its own mails lost
    await house.store.recover(now)
    drop_acks = house.settings.relay.on_unknown == "drop"
    await forget_old(house)
    await house.store.resend_unknown(tuple(kind for kind in MailKind if not (drop_acks and kind is MailKind.ACK)), now)
    house.bell.ring(Stage.PROCESS)
    house.bell.ring(Stage.DELIVER)


async def _hold_if_restored(house: House) -> None:
    """Send nothing from a copy of a store until a person has released it: most of it may have left long ago."""
    stopped = await house.store.is_stopped()
    if stopped and not house.mails.tied:
        log.warning("this store is a restored copy: nothing is sent until `triaged outbox release`")
    house.mails.tied = stopped


async def _commit(
    work: RawMessage,
    changes: Changes,
    mails: tuple[NewMail, ...],
    numbers: tuple[int | None, ...],
    house: House,
    now: float,
) -> bool:
    """Write down what follows, and hand on at once as many of its mails as there are hands for; False if it was not."""
    with house.mails.promised(len(mails), octets=sum(len(mail.raw) for mail in mails)) as hands:
        leased = await house.store.commit_and_lease(
            work,
            changes,
            mails,
            numbers[0],
            now,
            hands=hands,
            seconds=MAIL_LEASE_SECONDS,
            further=tuple(filter(None, numbers[1:])),
        )
        for mail in leased or ():
            house.mails.take(mail)
    if leased is not None and len(leased) < len(mails):
        house.bell.ring(Stage.DELIVER)
    return leased is not None
