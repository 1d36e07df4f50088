"""One process or twenty, the same code: whoever shares a store shares its work and never doubles it."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from daemon.run import SWEEP_SECONDS
from store.model.message import RawMessage
from store.model.outbox import Mail, MailKind, MailState, Settlement
from store.store import Store
from tests.desk import Delivered, DeskUnderTest, desk_at
from tests.journeys.test_digests import due_at, ran_before
from tests.store.specimens import ANN, ENVELOPE, NOW, clues, mail, opens, raw

MANY = 120


@pytest.fixture
async def stores(url: str) -> AsyncIterator[tuple[Store, ...]]:
    opened = tuple(Store.open(url, alone=False) for _ in range(3))
    yield opened
    for store in opened:
        await store.close()


async def work_through(store: Store) -> list[int]:
    """Work what is there, as a worker does; returns the numbers given."""
    numbers: list[int] = []

    async def work(message: RawMessage) -> None:
        number = await store.reserve_number(message.id)
        name = f"m{message.id}"
        assert await store.commit(message, opens(name), (mail(number, mark=f"{name}-{message.fence}"),), number, NOW)
        numbers.append(number)

    while leased := await store.lease_messages(NOW, 5, 60):
        await asyncio.gather(*(work(message) for message in leased))
    return numbers


async def send_through(store: Store) -> list[int]:
    """Send what is there, as a sender does; returns what was sent."""
    sent: list[int] = []

    async def send(one: Mail) -> None:
        if await store.attempt(one):
            sent.append(one.id)
        assert await store.settle(one, Settlement(MailState.SENT, 0, "250"), NOW)

    while leased := await store.lease_mails(NOW, 5, 60):
        await asyncio.gather(*(send(one) for one in leased))
    return sent


def digests(*desks: DeskUnderTest) -> list[Delivered]:
    return [mail for desk in desks for mail in desk.post.mails if mail.kind == "digest"]


async def test_of_two_processes_one_writes_the_digest(postgres_url: str, tmp_path: Path) -> None:
    await ran_before(postgres_url)
    sections = due_at(time.time()) | {"store": {"url": postgres_url}}
    async with desk_at(tmp_path, **sections) as one, desk_at(tmp_path, **sections) as other:
        deadline = time.monotonic() + 60
        while len(digests(one, other)) < 3 and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        await asyncio.sleep(SWEEP_SECONDS + 0.5)  # time enough for the other to do it again
        mails = digests(one, other)
    assert sorted(mail.to for mail in mails) == ["bob@team.test", "boss@corp.test", "team@list.test"]


async def test_many_doors_make_one_message_of_one(stores: tuple[Store, ...]) -> None:
    receipts = await asyncio.gather(*(one.keep(raw(f"m{n}"), ENVELOPE, NOW) for n in range(MANY) for one in stores))
    assert sum(not receipt.duplicate for receipt in receipts) == MANY
    status = await stores[0].status(NOW)
    assert (status.waiting, status.duplicates) == (MANY, MANY * (len(stores) - 1))


async def test_many_workers_do_each_thing_once(stores: tuple[Store, ...]) -> None:
    await asyncio.gather(*(stores[n % 3].keep(raw(f"m{n}"), ENVELOPE, NOW) for n in range(MANY)))
    worked = await asyncio.gather(*(work_through(store) for store in stores))
    assert sorted(number for share in worked for number in share) == list(range(1, MANY + 1))
    sent = await asyncio.gather(*(send_through(store) for store in stores))
    ids = [one for share in sent for one in share]
    assert len(ids) == len(set(ids)) == MANY
    status = await stores[0].status(NOW)
    assert (status.received, status.tickets, status.outbox) == (MANY, MANY, ((MailState.SENT, MANY),))
    assert (await stores[0].facts(clues(), NOW)).budget.sender_hour == MANY


async def test_numbers_asked_for_from_all_sides_have_no_gap(stores: tuple[Store, ...]) -> None:
    await asyncio.gather(*(stores[0].keep(raw(f"m{n}"), ENVELOPE, NOW) for n in range(MANY)))
    works = await stores[0].lease_messages(NOW, MANY, 60)
    numbers = await asyncio.gather(*(stores[n % 3].reserve_number(work.id) for n, work in enumerate(works)))
    assert sorted(numbers) == list(range(1, MANY + 1))


async def test_one_sees_what_the_other_wrote(stores: tuple[Store, ...]) -> None:
    await stores[0].keep(raw("a"), ENVELOPE, NOW)
    (work,) = await stores[1].lease_messages(NOW, 1, 60)
    number = await stores[2].reserve_number(work.id)
    assert await stores[0].commit(work, opens("a"), (mail(number, MailKind.ACK, ANN),), number, NOW)
    assert not await stores[1].commit(work, opens("a"), (), number, NOW)
    assert (await stores[2].ticket(number)) is not None
