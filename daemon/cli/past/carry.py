"""Carry what was read into the store: batch after batch, each whole or not at all, in the order of the dates."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from daemon.cli.past.mailbox import Mailbox, Place
from daemon.cli.past.nursery import DEADLY, Nursery
from daemon.cli.past.reader import ENVELOPE, Desk, Read
from daemon.core.desk.past import Ours, Together, file_past, judged
from daemon.core.triage.definition import Definition
from store.bringing import Overtaken
from store.identity import Identity
from store.model.bringing import Batch, Brought
from store.model.changes import Changes, Filed, Outcome
from store.model.facts import Clues, Signal, Threading
from store.model.ticket import Event
from store.store import Store

AT_ONCE = 200  # messages of a batch
OCTETS_AT_ONCE = 16 << 20  # of a batch, unless one message is larger
AHEAD = 2  # batches in hand for each process
AGAIN = 5  # times a batch is decided anew, where the daemon stores the same messages meanwhile
NOTHING_NAMED = Clues(None, "", "", (), (), (), None, None, "")


@dataclass(slots=True)
class Tally:
    """What became of the messages."""

    total: int  # in the mailbox
    before: int = 0  # brought along by an earlier run
    read: int = 0
    duplicates: int = 0
    became: Counter[Outcome] = field(default_factory=Counter)
    silenced: Counter[str] = field(default_factory=Counter)
    unreadable: list[str] = field(default_factory=list)
    deadly: list[str] = field(default_factory=list)  # kept unread, since reading them ended the process
    opened: int = 0  # conversations left open
    unanswered: int = 0  # and those that could be

    @property
    def kept(self) -> int:
        """Messages that are now in the store, and were not before."""
        return sum(self.became.values())

    @property
    def done(self) -> int:
        """Messages of the mailbox that need not be looked at again."""
        return self.before + self.read


@dataclass(frozen=True, slots=True)
class Carrier:
    """Who reads, by what it is judged, and where it is kept."""

    desk: Desk
    definition: Definition
    readers: Nursery
    store: Store


async def carry(
    mailbox: Mailbox, carrier: Carrier, tally: Tally, stopping: asyncio.Event, step: Callable[[int], None]
) -> None:
    """Bring the messages along that no earlier run has; ends early, after a whole batch, where it is to stop."""
    tally.before = min(await carrier.store.brought(mailbox.mark), len(mailbox))
    step(tally.before)
    async for some in _read(carrier.readers, mailbox.places(tally.before), stopping):
        await _bring(some, mailbox, carrier, tally)
        step(len(some))


async def leave_open(store: Store, ours: Ours, since: float, now: float, tally: Tally, *, opening: bool) -> None:
    """Open again, if that is wished, the conversations whose last word is a stranger's and no older than `since`."""
    last = {one.ticket: one.sender for one in await store.last_words(since)}
    waiting = tuple(sorted(ticket for ticket, sender in last.items() if sender not in ours))
    tally.unanswered = len(waiting)
    if opening and waiting:
        tally.opened = await store.open_again(
            waiting, Event(now, "triaged", "left open: nobody answered the last mail")
        )


async def _read(readers: Nursery, places: Iterable[Place], stopping: asyncio.Event) -> AsyncIterator[tuple[Read, ...]]:
    """Yield what is read, in order; a few batches are read ahead."""
    batches = _batches(places)
    ahead: deque[asyncio.Future[tuple[Read, ...]]] = deque()
    while not stopping.is_set():
        for batch in islice(batches, AHEAD * readers.readers - len(ahead)):
            ahead.append(asyncio.wrap_future(readers.read(batch)))
        if not ahead:
            return
        yield await ahead.popleft()
    for one in ahead:
        one.cancel()


def _batches(places: Iterable[Place]) -> Iterator[tuple[Place, ...]]:
    batch: list[Place] = []
    size = 0
    for place in places:
        if batch and (len(batch) == AT_ONCE or size + place.end - place.start > OCTETS_AT_ONCE):
            yield tuple(batch)
            batch, size = [], 0
        batch.append(place)
        size += place.end - place.start
    if batch:
        yield tuple(batch)


async def _bring(some: tuple[Read, ...], mailbox: Mailbox, carrier: Carrier, tally: Tally) -> None:
    messages = tuple(one for one in some if one.identity)
    done = tally.done + len(some)
    for _ in range(AGAIN):
        brought = await _decide(messages, carrier)
        try:
            await carrier.store.bring(Batch(brought, mailbox.mark, done, carrier.desk.now))
            break
        except Overtaken:
            continue
    else:
        raise OSError("the daemon stores the same messages at the same moment, again and again")
    tally.read += len(some)
    tally.unreadable += [f"{one.name}: {one.why}" for one in some if one.identity is None]
    tally.deadly += [f"{one.name}: {one.why}" for one in messages if one.why == DEADLY]
    for one in brought:
        if one.changes is None:
            tally.duplicates += 1
            continue
        tally.became[one.changes.outcome] += 1
        if one.changes.outcome is Outcome.SILENCED:
            tally.silenced[one.changes.reason] += 1


async def _decide(messages: tuple[Read, ...], carrier: Carrier) -> tuple[Brought, ...]:
    """Decide what each message changes, in their order; an earlier one of the batch is known to the later."""
    identities = tuple(one.identity for one in messages if one.identity)
    there, facts = await carrier.store.known_past(identities, tuple(_clues(one) for one in messages), carrier.desk.now)
    together, seen = Together(), set[Identity]()
    brought = []
    for place, (one, identity, stored, known) in enumerate(zip(messages, identities, there, facts, strict=True), 1):
        changes = None
        if not stored and identity not in seen:
            if one.past is None:
                changes = _aside(one, identity)
            else:
                whole = together.facts(one.past, known)
                changes = file_past(one.past, whole)
                if changes.opens and one.past.unjudged:
                    changes = file_past(judged(one.past, carrier.definition, carrier.desk.learned), whole)
                together.remember(one.past, changes, -place)
        seen.add(identity)
        brought.append(
            Brought(one.raw, ENVELOPE, identity.message_id, identity.digest, identity.subject, one.at, changes)
        )
    return tuple(brought)


def _clues(one: Read) -> Clues:
    return one.past.clues if one.past else NOTHING_NAMED


def _aside(one: Read, identity: Identity) -> Changes:
    filed = Filed(identity.message_id, "", identity.subject, "")
    return Changes(Outcome.SET_ASIDE, f"{one.name} {one.why}", Threading(Signal.NONE, None), filed)
