"""A message is worked by one worker at a time, and all that it changes is written at once or not at all."""

import asyncio

import pytest

from store.model.changes import Changes, Filed, Outcome
from store.model.facts import Signal, Threading
from store.model.message import RawMessage
from store.model.outbox import MailKind
from store.model.ticket import Event, Role, State
from store.processing import LIVES, NEVER_ENDED, TRIES
from store.store import Store
from tests.store.specimens import ENVELOPE, MINUTE, NOW, file_one, follows, mail, opens, raw, silenced, take_one


async def test_the_oldest_is_taken_first(store: Store) -> None:
    for n in range(5):
        await store.keep(raw(f"m{n}"), ENVELOPE, NOW + n)
    taken = [*await store.lease_messages(NOW + 9, 2, MINUTE), *await store.lease_messages(NOW + 9, 9, MINUTE)]
    assert [work.raw for work in taken] == [raw(f"m{n}") for n in range(5)]


async def test_nobody_else_gets_what_is_leased_until_the_lease_ends(store: Store) -> None:
    await store.keep(raw("a"), ENVELOPE, NOW)
    first = await take_one(store, NOW, seconds=60)
    assert await store.lease_messages(NOW + 59, 10, 60) == ()
    second = await take_one(store, NOW + 60)
    assert (first.tries, second.tries) == (1, 2)
    assert second.fence > first.fence


async def test_two_workers_never_get_the_same(store: Store) -> None:
    await asyncio.gather(*(store.keep(raw(f"m{n}"), ENVELOPE, NOW) for n in range(60)))
    shares = await asyncio.gather(*(store.lease_messages(NOW, 7, MINUTE) for _ in range(12)))
    ids = [work.id for share in shares for work in share]
    assert len(ids) == len(set(ids)) == 60


async def test_who_lost_the_fence_ends_nothing(store: Store) -> None:
    await store.keep(raw("a"), ENVELOPE, NOW)
    frozen = await take_one(store, NOW, seconds=1)
    awake = await take_one(store, NOW + 1)
    number = await store.reserve_number(frozen.id)
    assert not await store.commit(frozen, opens("a"), (mail(number),), number, NOW)
    assert not await store.fail_message(frozen, "too late", NOW)
    assert not await store.set_aside(frozen, "too late", NOW)
    assert await store.ticket(number) is None
    assert await store.outbox(True) == ()
    assert await store.commit(awake, opens("a"), (mail(number),), number, NOW)
    assert len(await store.outbox(True)) == 1


async def test_what_was_committed_is_not_committed_again(store: Store) -> None:
    await store.keep(raw("a"), ENVELOPE, NOW)
    work = await take_one(store)
    number = await store.reserve_number(work.id)
    assert await store.commit(work, opens("a"), (mail(number),), number, NOW)
    assert not await store.commit(work, opens("a"), (mail(number),), number, NOW)
    assert await store.lease_messages(NOW + 1e6, 10, MINUTE) == ()


async def test_one_message_is_committed_once_even_within_one_batch(store: Store) -> None:
    await store.keep(raw("a"), ENVELOPE, NOW)
    work = await take_one(store)
    number = await store.reserve_number(work.id)
    both = await asyncio.gather(*(store.commit(work, opens("a"), (), number, NOW) for _ in range(2)))
    assert sorted(both) == [False, True]


async def test_all_changes_of_a_message_are_there(store: Store) -> None:
    first = await file_one(store, "a")
    number = await file_one(store, "b", "bob@b.example", (MailKind.ACK, MailKind.FORWARD), links=(first,))
    story = await store.ticket(number)
    assert story is not None
    assert (story.ticket.number, story.ticket.state, story.ticket.reporter) == (number, State.PAGED, "bob@b.example")
    assert story.ticket.links == (first,)
    assert [(one.address, one.role) for one in story.ticket.participants] == [("bob@b.example", Role.REPORTER)]
    assert story.events == (Event(NOW, "triaged", "opened"),)
    assert [line.kind for line in await store.outbox(False)] == [MailKind.ACK, MailKind.FORWARD]
    linked = await store.ticket(first)
    assert linked is not None
    assert linked.ticket.links == (number,)


async def test_a_follow_up_moves_its_ticket_and_adds_to_its_history(store: Store) -> None:
    number = await file_one(store, "a")
    await store.keep(raw("b"), ENVELOPE, NOW)
    assert await store.commit(await take_one(store), follows("b", number, state=State.CLOSED), (), None, NOW + 5)
    story = await store.ticket(number)
    assert story is not None
    assert (story.ticket.state, story.ticket.ended_at) == (State.CLOSED, NOW)  # as the change says
    assert [event.what for event in story.events] == ["opened", "wrote"]
    assert await store.tickets(ended=False) == ()
    assert [one.number for one in await store.tickets(ended=True)] == [number]


async def test_a_fault_in_the_changes_writes_nothing_of_them(store: Store) -> None:
    await store.keep(raw("a"), ENVELOPE, NOW)
    work = await take_one(store)
    number = await store.reserve_number(work.id)
    same = mail(number)
    with pytest.raises(Exception, match=r"(?i)unique"):
        await store.commit(work, opens("a"), (same, same), number, NOW)
    assert await store.ticket(number) is None
    assert await store.outbox(True) == ()
    assert await store.commit(work, opens("a"), (same,), number, NOW)


async def test_a_ticket_without_a_number_is_refused(store: Store) -> None:
    await store.keep(raw("a"), ENVELOPE, NOW)
    with pytest.raises(ValueError, match="without a number"):
        await store.commit(await take_one(store), opens("a"), (), None, NOW)


async def test_numbers_run_from_one_without_a_gap_and_stay(store: Store) -> None:
    for n in range(9):
        await store.keep(raw(f"m{n}"), ENVELOPE, NOW + n)
    works = await store.lease_messages(NOW + 9, 9, MINUTE)
    numbers = await asyncio.gather(*(store.reserve_number(work.id) for work in works for _ in range(3)))
    assert numbers == [n for n in range(1, 10) for _ in range(3)]
    assert [await store.reserve_number(work.id) for work in works] == list(range(1, 10))


async def test_a_number_for_no_message_is_refused_and_takes_none(store: Store) -> None:
    await store.keep(raw("a"), ENVELOPE, NOW)
    work = await take_one(store)
    wrong, right = await asyncio.gather(
        store.reserve_number(999), store.reserve_number(work.id), return_exceptions=True
    )
    assert isinstance(wrong, KeyError)
    assert right == 1


async def test_three_tries_then_aside_and_good_mail_flows_on(store: Store) -> None:
    await store.keep(raw("bad"), ENVELOPE, NOW)
    await store.keep(raw("good"), ENVELOPE, NOW + 1)
    now, aside = NOW + 1, []
    while not aside or not aside[-1]:
        works = await store.lease_messages(now, 10, MINUTE)
        for work in works:
            if work.raw == raw("good"):
                assert await store.commit(work, silenced("good"), (), None, now)
            else:
                aside.append(await store.fail_message(work, f"boom {work.tries}", now))
        now += 5
    assert aside == [False, False, True]
    (line,) = await store.aside()
    assert (line.message_id, line.subject, line.why, line.tries) == ("bad@customer.example", "bad", "boom 3", 3)
    assert (line.received_at, (await store.status(now)).set_aside) == (NOW, 1)


async def test_a_failure_is_tried_again_a_little_later(store: Store) -> None:
    await store.keep(raw("a"), ENVELOPE, NOW)
    await store.fail_message(await take_one(store), "boom", NOW)
    assert await store.lease_messages(NOW + 1, 1, MINUTE) == ()
    assert len(await store.lease_messages(NOW + 2, 1, MINUTE)) == 1


async def test_what_is_aside_can_be_read_and_taken_up_anew(store: Store) -> None:
    await store.keep(raw("a"), ENVELOPE, NOW)
    work = await take_one(store)
    assert await store.aside_raw(work.id) is None
    assert await store.set_aside(work, "cannot be parsed\0\ud800", NOW)
    kept = await store.aside_raw(work.id)
    assert isinstance(kept, RawMessage)
    assert kept.raw == raw("a")
    assert await store.lease_messages(NOW + 1e6, 1, MINUTE) == ()
    assert await store.retry_aside(work.id, NOW + 5)
    assert not await store.retry_aside(work.id, NOW + 5)
    again = await take_one(store, NOW + 5)
    assert again.tries == 1
    assert not await store.commit(work, opens("a"), (), 1, NOW)


async def test_a_message_that_ends_every_worker_is_set_aside_at_last(store: Store) -> None:
    await store.keep(raw("poison"), ENVELOPE, NOW)
    now = NOW
    for _ in range(LIVES):
        await take_one(store, now, seconds=1)
        now += 1
    assert await store.lease_messages(now, 1, 1) == ()
    assert [line.why for line in await store.aside()] == [NEVER_ENDED]


async def test_only_the_message_that_ends_its_worker_is_set_aside_and_not_those_beside_it(store: Store) -> None:
    """The worker dies whenever it begins with the poison, with all that it has in hand."""
    for name in ("a", "poison", "b", "c"):
        await store.keep(raw(name), ENVELOPE, NOW)
    now, done = NOW, set[int]()
    for _ in range(20):
        works = await store.lease_messages(now, 10, MINUTE)
        assert len(works) == 1 or all(work.tries <= TRIES for work in works)
        for work in works if not any(work.raw == raw("poison") for work in works) else ():
            assert await store.commit(work, silenced(str(work.id)), (), None, now)
            done.add(work.id)
        now += MINUTE
    assert len(done) == 3
    assert [line.why for line in await store.aside()] == [NEVER_ENDED]


@pytest.mark.parametrize(("odd", "kept"), [("a\0b\ud800c\u202e", "a\ufffdb?c\u202e"), ("a\0b", "a\ufffdb")])
async def test_odd_text_is_kept_where_text_is_meant(store: Store, odd: str, kept: str) -> None:
    await store.keep(raw("a"), ENVELOPE, NOW)
    work = await take_one(store)
    number = await store.reserve_number(work.id)
    changes = Changes(
        Outcome.TICKET,
        odd,
        Threading(Signal.NONE, None, why=odd),
        Filed(odd, odd, odd, odd),
        opens=opens("a", sender=odd).opens,
        events=(Event(NOW, odd, odd),),
        failing=(odd,),
    )
    assert await store.commit(work, changes, (mail(number, to=odd),), number, NOW)
    story = await store.ticket(number)
    assert story is not None
    assert story.events[0].what == kept


async def test_after_a_crash_everything_is_taken_up_at_once(url: str) -> None:
    store = Store.open(url)
    await store.keep(raw("a"), ENVELOPE, NOW)
    await take_one(store, NOW, seconds=MINUTE)
    await store.close()
    again = Store.open(url)
    due = NOW if url.startswith("sqlite") else NOW + MINUTE  # elsewhere, other processes may still hold theirs
    assert await again.next_due() == due
    assert (await take_one(again, due)).tries == 2
    await again.close()


async def test_looking_after_the_dead_takes_nothing_from_the_living(store: Store) -> None:
    await store.keep(raw("a"), ENVELOPE, NOW)
    work = await take_one(store, NOW, seconds=MINUTE)
    await store.recover(NOW + 1)
    assert await store.lease_messages(NOW + 1, 10, MINUTE) == ()
    assert await store.commit(work, silenced("a"), (), None, NOW + 2)


async def test_a_visitor_takes_nothing_from_the_daemon(store: Store, url: str) -> None:
    await store.keep(raw("a"), ENVELOPE, NOW)
    work = await take_one(store, NOW, seconds=MINUTE)
    visitor = Store.open(url, alone=False)
    assert await visitor.lease_messages(NOW + 1, 10, MINUTE) == ()
    await visitor.close()
    assert await store.commit(work, silenced("a"), (), None, NOW + 2)
