"""What time brings about happens once by its key, whoever is first, and only of a ticket as it was looked at."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from store.model.changes import Changes, TicketChange
from store.model.occasion import Calls, Clock, Due, Occasion
from store.model.outbox import MailKind
from store.model.ticket import Edit, Event, State
from store.model.verdict import Clause, Evidence, Lesson, Part, Tag, Verdict
from store.reader import Reader
from store.store import Store
from tests.store.specimens import ENVELOPE, NOW, file_one, follows, mail, opens, raw, take_one

CLAUSES = (
    Clause("technical", True, (Evidence("error 500", 4, 13, "failure: error", 3.25, Part.SUBJECT),)),
    Clause("existing", None, ()),
    Clause("stopping", False, (Evidence("no hurry", 0, 8, "calm: no hurry", -2.0),)),
)
ASKED = Verdict(Tag.PROBLEM, True, 0.75, "login", CLAUSES, "d3f", ("os",), Lesson(-0.5, (3, 9)))


def asks(name: str) -> Changes:
    changes = opens(name)
    assert changes.opens
    return replace(changes, opens=replace(changes.opens, verdict=ASKED, asks=True))


async def ask(store: Store, name: str, now: float = NOW) -> int:
    """Let a message open a ticket whose question is put to somebody at this moment."""
    await store.keep(raw(name), ENVELOPE, now - 60)
    work = await take_one(store, now)
    number = await store.reserve_number(work.id)
    assert await store.commit(work, asks(name), (mail(number, MailKind.CARD),), number, now)
    return number


def lapse(number: int, state: State = State.TO_INVESTIGATE, version: int = 0) -> Occasion:
    """The occasion by which a question is settled that nobody answered."""
    edits = (
        Edit("state", State.PAGED, state),
        Edit("unsure", True, False),
        Edit("verdict", Tag.PROBLEM, Tag.PROBLEM),
        Edit("asked_at", NOW, None),
    )
    move = TicketChange(number, version, edits, (Event(NOW + 900, "triaged", "nobody answered", edits),))
    return Occasion(f"lapse/{number}/{version}", (move,), (), replace(ASKED, unsure=False))


async def questions(store: Store, until: float, most: int = 10) -> tuple[Due, ...]:
    (found,) = await store.due(((Clock.ASKED, until, most),))
    return found


def numbers(found: tuple[Due, ...]) -> list[int]:
    return [due.ticket.number for due in found]


async def test_a_question_is_due_by_the_moment_it_was_put_not_by_that_of_the_message(store: Store) -> None:
    number = await ask(store, "a", NOW)
    assert await questions(store, NOW - 0.001) == ()
    assert numbers(await questions(store, NOW)) == [number]


async def test_a_question_comes_with_its_ticket_and_the_whole_verdict(store: Store) -> None:
    await ask(store, "a")
    (question,) = await questions(store, NOW)
    assert question.verdict == ASKED
    assert (question.ticket.state, question.ticket.unsure, question.ticket.asked_at) == (State.PAGED, True, NOW)


async def test_the_oldest_are_found_first_and_no_more_than_asked_for(store: Store) -> None:
    asked = [await ask(store, f"m{n}", NOW - n) for n in range(5)]
    assert numbers(await questions(store, NOW, 3)) == asked[:-4:-1]


async def test_a_ticket_without_a_question_never_lapses(store: Store) -> None:
    await file_one(store, "a")
    assert await questions(store, NOW + 1e9) == ()


async def test_what_happened_once_happens_to_no_later_version_either(store: Store) -> None:
    number = await ask(store, "a")
    assert await store.happen(lapse(number), (), NOW)
    again = replace(lapse(number, version=1), key=lapse(number).key)
    assert not await store.happen(again, (mail(number),), NOW + 1)
    assert len(await store.outbox(True)) == 1
    assert await store.happened((again.key, "another")) == {again.key: NOW}


async def test_a_mail_about_no_ticket_leaves_once(store: Store) -> None:
    digest = Occasion("digest/2026-11-21")
    assert await store.happen(digest, (mail(None, MailKind.DIGEST),), NOW)
    assert not await store.happen(digest, (mail(None, MailKind.DIGEST),), NOW + 1)
    assert [line.kind for line in await store.outbox(True)] == [MailKind.DIGEST]


async def test_all_that_follows_is_there_and_the_question_is_not(store: Store) -> None:
    number = await ask(store, "a")
    assert await store.happen(lapse(number), (mail(number, MailKind.FORWARD, "pipeline@desk.example"),), NOW + 900)
    assert await questions(store, NOW + 1e9) == ()
    story = await store.ticket(number)
    assert story is not None
    kept = story.ticket
    assert (kept.state, kept.verdict, kept.unsure) == (State.TO_INVESTIGATE, Tag.PROBLEM, False)
    assert kept.asked_at is None
    assert [event.what for event in story.events] == ["opened", "nobody answered"]
    assert [line.kind for line in await store.outbox(True)] == [MailKind.CARD, MailKind.FORWARD]


async def test_a_question_is_settled_once(store: Store) -> None:
    number = await ask(store, "a")
    assert await store.happen(lapse(number), (mail(number),), NOW)
    assert not await store.happen(lapse(number), (mail(number),), NOW)
    assert len(await store.outbox(True)) == 2


async def test_a_ticket_that_was_ended_meanwhile_is_left_alone(store: Store) -> None:
    number = await ask(store, "a")
    await store.keep(raw("b"), ENVELOPE, NOW)
    assert await store.commit(await take_one(store), follows("b", number, state=State.CLOSED), (), None, NOW)
    assert not await store.happen(lapse(number), (mail(number),), NOW)


async def test_a_fault_in_the_mails_leaves_the_question_open(store: Store) -> None:
    number = await ask(store, "a")
    same = mail(number)
    with pytest.raises(Exception, match=r"(?i)unique"):
        await store.happen(lapse(number), (same, same), NOW)
    assert numbers(await questions(store, NOW)) == [number]
    assert await store.happen(lapse(number), (same,), NOW)


async def test_the_message_that_opened_a_ticket_can_be_had_with_its_bytes(store: Store) -> None:
    number = await ask(store, "a")
    await store.keep(raw("b"), ENVELOPE, NOW)
    await store.commit(await take_one(store), follows("b", number), (), None, NOW)
    original = await store.original(number)
    assert original is not None
    assert (original.raw, original.envelope) == (raw("a"), ENVELOPE)
    assert await store.original(number + 1) is None


@pytest.fixture
async def stores(url: str) -> AsyncIterator[tuple[Store, ...]]:
    opened = tuple(Store.open(url, alone=False) for _ in range(3))
    yield opened
    for store in opened:
        await store.close()


async def test_of_many_processes_one_settles_each_question(stores: tuple[Store, ...]) -> None:
    asked = [await ask(stores[0], f"m{n}") for n in range(20)]
    done = await asyncio.gather(
        *(store.happen(lapse(number), (mail(number, MailKind.FORWARD),), NOW) for number in asked for store in stores)
    )
    assert sum(done) == len(asked)
    forwards = [line.ticket for line in await stores[0].outbox(True) if line.kind is MailKind.FORWARD]
    assert sorted(forwards) == asked


async def test_of_many_processes_each_appointment_is_kept_by_one(stores: tuple[Store, ...]) -> None:
    keys = [f"daily/{day}" for day in range(20)]
    done = await asyncio.gather(
        *(
            store.happen(Occasion(key), (mail(None, MailKind.DIGEST, mark=f"{place}{key}"),), NOW)
            for key in keys
            for place, store in enumerate(stores)
        )
    )
    assert sum(done) == len(keys)
    assert len(await stores[0].outbox(True)) == len(keys)
    assert (await stores[1].happened(keys)).keys() == set(keys)


async def test_calls_are_counted_together_by_all_processes_until_their_time_is_over(
    stores: tuple[Store, ...],
) -> None:
    counted = await asyncio.gather(*(store.count_call("bob", NOW, 300) for store in stores for _ in range(10)))
    assert sorted(one.many for one in counted) == list(range(1, 31))
    assert {one.since for one in counted} == {NOW}
    assert await stores[0].count_call("ann", NOW + 299, 300) == Calls(NOW + 299, 1)
    assert await stores[0].count_call("bob", NOW + 299, 300) == Calls(NOW, 31)
    assert await stores[0].count_call("bob", NOW + 300, 300) == Calls(NOW + 300, 1)


async def test_a_happening_changes_only_tickets_as_they_were_looked_at(store: Store) -> None:
    first, second = await ask(store, "a"), await ask(store, "b")
    assert await store.happen(lapse(second), (), NOW)
    (one,), (two,) = lapse(first).moves, lapse(second).moves
    both = Occasion("both", (one, two))
    assert not await store.happen(both, (mail(first),), NOW)
    assert numbers(await questions(store, NOW)) == [first]
    assert await store.happened(("both",)) == {}


async def test_what_tickets_were_judged_when_opened_is_read_in_their_order(
    store: Store, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.reader.PAGE", 2)
    asked = [await ask(store, f"m{n}") for n in range(5)]
    silent = replace(lapse(asked[0]), verdict=replace(ASKED, tag=Tag.EMERGENCY, unsure=False))
    assert await store.happen(silent, (), NOW)
    with Reader(url) as reader:
        judged = list(reader.judged())
        assert reader.count_tickets() == len(asked)
    assert [one.ticket for one in judged] == asked
    assert {one.verdict for one in judged} == {ASKED}
    latest = await store.ticket(asked[0])
    assert latest is not None
    assert latest.verdict == silent.verdict
