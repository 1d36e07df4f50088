"""What the team taught is kept as it was said, in the order in which it was said, and with what caused it."""

import asyncio
from dataclasses import replace

from store.corrections import FEW
from store.model.correction import Correction
from store.model.ticket import State
from store.model.verdict import Tag
from store.store import Store
from tests.store.specimens import ENVELOPE, NOW, file_one, follows, raw, take_one


def correction(ticket: int, said: Tag | None = Tag.EMERGENCY, at: float = NOW) -> Correction:
    return Correction(ticket, said, "bob", at, "d3f", -1.25, "Login", "It is\r\nbroken \u20ac.")


async def test_a_store_that_was_taught_nothing_has_nothing(store: Store) -> None:
    assert await store.corrections() == ()
    assert await store.latest_corrections() == ()


async def test_corrections_come_back_as_they_were_given(store: Store) -> None:
    numbers = [await file_one(store, f"m{n}") for n in range(3)]
    given = [correction(numbers[2]), correction(numbers[0], None), correction(numbers[1], Tag.FEATURE, NOW - 9)]
    for one in given:
        await store.correct(one)
    assert await store.corrections() == tuple(given)


async def test_a_second_word_on_a_ticket_is_added_and_the_first_stays(store: Store) -> None:
    number = await file_one(store, "a")
    await store.correct(correction(number, Tag.EMERGENCY))
    await store.correct(correction(number, Tag.QUESTION))
    assert [one.said for one in await store.corrections()] == [Tag.EMERGENCY, Tag.QUESTION]


async def test_what_a_message_teaches_is_kept_with_all_else_that_it_changes(store: Store) -> None:
    number = await file_one(store, "a")
    await store.keep(raw("b"), ENVELOPE, NOW)
    frozen = await take_one(store, NOW, seconds=1)
    awake = await take_one(store, NOW + 1)
    changes = replace(follows("b", number, state=State.CLOSED), corrections=(correction(number),))
    assert not await store.commit(frozen, changes, (), None, NOW)
    assert await store.corrections() == ()
    assert await store.commit(awake, changes, (), None, NOW)
    assert await store.corrections() == (correction(number),)


async def test_one_who_looks_again_sees_whether_there_is_something_new(store: Store) -> None:
    number = await file_one(store, "a")
    await asyncio.gather(*(store.correct(correction(number)) for _ in range(FEW + 10)))
    latest = await store.latest_corrections()
    assert len(latest) == FEW
    assert await store.latest_corrections() == latest
    await store.correct(correction(number))
    assert await store.latest_corrections() != latest
