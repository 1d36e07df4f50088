"""A member's word changes tickets as they were looked at, or nothing; held mail can be stopped, a yes is said once."""

import asyncio
from dataclasses import replace

from store.model.changes import Changes, Outcome, TicketChange
from store.model.facts import Inquiry
from store.model.outbox import MailKind
from store.model.ticket import Edit, Event, State
from store.store import Store
from tests.store.specimens import ENVELOPE, NOW, file_one, follows, mail, raw, take_one


def word(name: str, number: int, version: int, owner: str, **more: object) -> Changes:
    edits = (Edit("owner", None, owner), Edit("state", State.NEW, State.INVESTIGATING))
    event = Event(NOW, owner, "said: mine", edits)
    moves = (TicketChange(number, version, edits, (event,)),)
    return replace(follows(name, number), outcome=Outcome.COMMAND, moves=moves, **more)  # type: ignore[arg-type]


async def arrived(store: Store, *names: str) -> None:
    for name in names:
        await store.keep(raw(name), ENVELOPE, NOW)


async def test_of_two_words_about_one_version_the_first_is_written_and_the_second_is_not(store: Store) -> None:
    number = await file_one(store, "a")
    await arrived(store, "b", "c")
    first, second = await take_one(store), await take_one(store)
    both = await asyncio.gather(
        store.commit(first, word("b", number, 0, "ann"), (), None, NOW),
        store.commit(second, word("c", number, 0, "bob"), (), None, NOW),
    )
    assert sorted(both) == [False, True]
    story = await store.ticket(number)
    assert story is not None
    assert story.ticket.version == 1
    assert [event.what for event in story.events].count("said: mine") == 1
    assert await store.commit(second, word("c", number, 1, "bob"), (), None, NOW) or both[1]


async def test_the_history_gives_back_what_each_word_changed(store: Store) -> None:
    number = await file_one(store, "a")
    await arrived(store, "b")
    changes = word("b", number, 0, "ann")
    assert await store.commit(await take_one(store), changes, (mail(number, MailKind.REPLY, due=NOW + 90),), None, NOW)
    background = await store.background(Inquiry(number))
    assert background.history[-1].edits == changes.moves[0].edits
    assert background.history[-1].edits[1].before is State.NEW
    assert [posted.held for posted in background.posted] == [True]
    assert background.posted[0].message == background.history[-1].message


async def test_a_link_is_made_and_taken_back_both_ways(store: Store) -> None:
    one, other = await file_one(store, "a"), await file_one(store, "b")
    edit = Edit("links", (), (other,))
    for name, version, change, expected in (("c", 0, edit, (other,)), ("d", 1, edit.inverse, ())):
        await arrived(store, name)
        changes = replace(follows(name, one), moves=(TicketChange(one, version, (change,)),))
        assert await store.commit(await take_one(store), changes, (), None, NOW)
        story, back = await store.ticket(one), await store.ticket(other)
        assert story is not None
        assert back is not None
        assert story.ticket.links == expected
        assert back.ticket.links == ((one,) if expected else ())


async def test_a_held_mail_is_stopped_once_and_one_that_left_is_not(store: Store) -> None:
    number = await file_one(store, "a")
    await arrived(store, "b", "c", "d")
    work = await take_one(store)
    assert await store.commit(work, follows("b", number), (mail(number, MailKind.REPLY, due=NOW + 90),), None, NOW)
    (held,) = (await store.background(Inquiry(number))).posted
    stopping, late = await take_one(store), await take_one(store)
    assert await store.commit(stopping, replace(follows("c", number), stops=(held.row,)), (), None, NOW)
    assert not await store.lease_mails(NOW + 1000, 9, 60)
    assert not await store.commit(late, replace(follows("d", number), stops=(held.row,)), (), None, NOW)


async def test_a_confirmation_is_used_once_and_in_time(store: Store) -> None:
    number = await file_one(store, "a")
    await arrived(store, "b", "c")
    work, second = await take_one(store), await take_one(store)
    asked = mail(number, MailKind.CONFIRM, mark="confirming")
    assert await store.commit(work, follows("b", number), (asked,), None, NOW)
    waiting = await store.kept("confirming", NOW - 1)
    assert waiting is not None
    assert waiting.raw == work.raw
    assert await store.kept("confirming", NOW + 1) is None
    assert await store.commit(second, replace(follows("c", number), confirms="confirming"), (), None, NOW)
    assert await store.kept("confirming", NOW - 1) is None
