"""Old messages are brought along a batch at a time: whole, in order, and once."""

from dataclasses import replace

import pytest

from store.bringing import Overtaken
from store.identity import identify
from store.model.bringing import Batch, Brought, LastWord
from store.model.changes import Changes
from store.model.message import Door, Envelope
from store.model.ticket import Event, State
from store.store import Store
from tests.store.specimens import ANN, NOW, clues, filed, follows, opens, raw

OLD = Envelope("", (), door=Door.IMPORT)
THEN = NOW - 1e8


def old(name: str, changes: Changes | None, at: float = THEN) -> Brought:
    octets = raw(name)
    identity = identify(octets)
    return Brought(octets, OLD, identity.message_id, identity.digest, identity.subject, at, changes)


def batch(*messages: Brought, done: int | None = None) -> Batch:
    return Batch(messages, "mailbox", len(messages) if done is None else done, NOW)


async def test_a_batch_opens_tickets_and_files_the_rest_with_them(store: Store) -> None:
    await store.bring(batch(old("one", opens("one")), old("two", follows("two", -1), THEN + 60)))
    story = await store.ticket(1)
    assert story is not None
    assert (story.ticket.opened_at, len(story.events)) == (THEN, 2)
    status = await store.status(NOW)
    assert (status.received, status.tickets, status.follow_ups, status.waiting) == (2, 1, 1, 0)
    assert await store.brought("mailbox") == 2
    assert await store.next_due() is None


async def test_what_is_there_is_counted_as_a_copy(store: Store) -> None:
    first = old("one", opens("one"))
    await store.bring(batch(first))
    identity = identify(first.raw)
    there, facts = await store.known_past((identity, identify(raw("new"))), (clues(), clues(subject_number=1)), NOW)
    assert there == (True, False)
    assert [len(one.tickets) for one in facts] == [0, 1]
    await store.bring(batch(old("one", None), done=9))
    status = await store.status(NOW)
    assert (status.received, status.duplicates) == (1, 1)
    assert await store.brought("mailbox") == 9


async def test_who_is_overtaken_writes_nothing(store: Store) -> None:
    await store.bring(batch(old("one", opens("one"))))
    with pytest.raises(Overtaken):
        await store.bring(batch(old("two", opens("two")), old("one", opens("one")), done=3))
    status = await store.status(NOW)
    assert (status.received, status.duplicates, await store.brought("mailbox")) == (1, 0, 1)


async def test_no_number_is_left_out(store: Store) -> None:
    for name in ("one", "two", "three"):
        await store.bring(batch(old(name, opens(name))))
    assert [one.number for one in await store.tickets(ended=True)] == [1, 2, 3]


async def test_a_ticket_ends_with_its_last_word_and_may_be_opened_again(store: Store) -> None:
    ended = opens("one")
    assert ended.opens is not None

    closed = replace(ended, opens=replace(ended.opens, state=State.DONE))
    answers = (old("three", follows("three", -1), THEN + 60), old("four", follows("four", -2), THEN + 30))
    await store.bring(batch(old("one", closed), old("two", replace(closed, filed=filed("two"))), *answers))
    story = await store.ticket(1)
    assert story is not None
    assert story.ticket.ended_at == THEN + 60
    assert await store.last_words(THEN + 61) == ()
    assert await store.last_words(THEN) == (LastWord(2, ANN, THEN + 30), LastWord(1, ANN, THEN + 60))
    assert await store.open_again((1, 2), Event(NOW, "triaged", "left open")) == 2
    assert [one.number for one in await store.tickets(ended=False)] == [1, 2]
