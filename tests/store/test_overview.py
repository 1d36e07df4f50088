"""The operator's figures always add up: received = tickets + follow-ups + commands + silenced + set aside."""

import asyncio
from dataclasses import replace
from itertools import count
from typing import Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import overview
from store.beside import retry_aside
from store.identity import identify
from store.model.bringing import Batch, Brought
from store.model.changes import Outcome
from store.model.figures import nearest_rank
from store.model.message import RawMessage
from store.model.outbox import MailKind, MailState, Settlement
from store.model.ticket import State
from store.reader import Reader
from store.store import Store
from tests.store.specimens import ENVELOPE, NOW, file_one, follows, mail, opens, raw, silenced, take_one

Step = Literal["keep", "again", "lease", "open", "follow", "command", "silence", "fail", "aside", "retry", "late"]
STEPS: tuple[Step, ...] = (
    "keep", "again", "lease", "open", "follow", "command", "silence", "fail", "aside", "retry", "late"
)  # fmt: skip

ACCOUNTED = ("received", "waiting", "duplicates", "tickets", "follow_ups", "commands", "silenced", "set_aside")

_names = count()


async def live(store: Store, step: Step, now: float, working: list[RawMessage], kept: list[bytes]) -> None:
    """Let one thing happen to the desk."""
    if step == "keep":
        kept.append(raw(f"m{next(_names)}"))
        await store.keep(kept[-1], ENVELOPE, now)
    elif step == "again" and kept:
        await store.keep(kept[0], ENVELOPE, now)
    elif step == "lease":
        working += await store.lease_messages(now, 2, 3.0)
    elif step == "retry":
        for line in await store.aside():
            await store.retry_aside(line.id, now)
    elif step == "late" and working:
        await store.fail_message(replace(working[0], fence=working[0].fence - 1), "late", now)
    elif working:
        await end(store, step, now, working.pop())


async def end(store: Store, step: Step, now: float, work: RawMessage) -> None:
    name = f"w{work.id}"
    if step == "open":
        number = await store.reserve_number(work.id)
        await store.commit(work, opens(name), (mail(number),), number, now)
    elif step == "follow" and await store.ticket(1):
        await store.commit(work, follows(name, 1), (), None, now)
    elif step == "command":
        await store.commit(work, replace(silenced(name, ""), outcome=Outcome.COMMAND), (), None, now)
    elif step == "silence":
        await store.commit(work, silenced(name, f"reason {work.id % 3}"), (), None, now)
    elif step == "fail":
        await store.fail_message(work, "boom", now)
    elif step == "aside":
        await store.set_aside(work, "boom", now)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(STEPS), min_size=10, max_size=60))
async def test_the_account_always_balances(store: Store, steps: list[Step]) -> None:
    working: list[RawMessage] = []
    kept: list[bytes] = []
    before = await store.status(NOW)
    for n, step in enumerate(steps):
        await live(store, step, NOW + n, working, kept)
        status = await store.status(NOW)
        silent = sum(many for _, many in status.silenced)
        parts = status.tickets + status.follow_ups + status.commands + silent + status.set_aside
        assert status.received == parts
        assert status.received + status.waiting == before.received + before.waiting + len(kept)
        assert status.duplicates - before.duplicates == sum(
            1 for m, one in enumerate(steps[: n + 1]) if one == "again" and "keep" in steps[:m]
        )
        assert status.set_aside == len(await store.aside())
        day = await store.day(NOW - 1, NOW + 100, NOW, 5)
        assert day.accounting.balances
        assert day.accounting == replace(day.accounting, **{name: getattr(status, name) for name in ACCOUNTED})
        assert status.tickets == len(await store.tickets(ended=True))


async def test_an_empty_desk_is_all_noughts(store: Store) -> None:
    status = await store.status(NOW)
    assert (status.received, status.waiting, status.duplicates, status.silenced) == (0, 0, 0, ())
    assert (status.open, status.outbox, status.first_response.automatic_p50) == ((), (), None)


async def test_a_card_to_somebody_off_duty_is_counted(store: Store) -> None:
    await store.keep(raw("a"), ENVELOPE, NOW)
    work = await take_one(store)
    number = await store.reserve_number(work.id)
    cards = [mail(number, MailKind.CARD) for _ in range(3)]
    outgoing = (cards[0], replace(cards[1], off_duty=True), replace(cards[2], off_duty=True))
    assert (await store.status(NOW)).interruptions_off_duty == 0
    await store.commit(work, opens("a"), outgoing, number, NOW)
    assert (await store.status(NOW)).interruptions_off_duty == 2


async def test_open_tickets_and_the_outbox_are_counted_by_state(store: Store) -> None:
    for name in "abc":
        await file_one(store, name, mails=(MailKind.ACK,))
    await store.keep(raw("d"), ENVELOPE, NOW)
    await store.commit(await take_one(store), follows("d", 1, state=State.DONE), (), None, NOW)
    (leased,) = await store.lease_mails(NOW, 1, 60)
    await store.settle(leased, Settlement(MailState.SENT, 0, "250"), NOW)
    status = await store.status(NOW)
    assert status.open == ((State.PAGED, 2),)
    assert status.outbox == ((MailState.QUEUED, 2), (MailState.SENT, 1))


async def test_a_command_line_reads_and_mends_beside_the_running_daemon(store: Store, url: str) -> None:
    await file_one(store, "a", mails=(MailKind.ACK,))
    await store.keep(raw("b"), ENVELOPE, NOW)
    work = await take_one(store)
    await store.set_aside(work, "boom", NOW)

    def look() -> None:
        with Reader(url) as reader:
            assert reader.status(NOW).received == 2
            assert reader.ticket(1) is not None
            assert reader.ticket(2) is None
            assert reader.ticket(10**30) is None
            assert [one.number for one in reader.tickets(ended=False)] == [1]
            assert [line.id for line in reader.aside()] == [work.id]
            assert reader.aside_raw(work.id) is not None
            assert len(reader.outbox(False)) == 1
        assert retry_aside(url, work.id, NOW)
        assert not retry_aside(url, work.id, NOW)

    await asyncio.to_thread(look)
    assert (await take_one(store)).raw == raw("b")


def test_a_percentile_is_the_nearest_rank() -> None:
    values = [float(n) for n in range(1, 101)]
    assert [nearest_rank(values, percent) for percent in (50, 99)] == [50.0, 99.0]
    assert nearest_rank([7.0], 99) == 7.0
    assert nearest_rank([], 50) is None


async def test_what_was_brought_along_hides_no_first_answer(
    store: Store, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview, "_CLOCKS", overview._CLOCKS.limit(3))
    await file_one(store, "a", mails=(MailKind.ACK,))
    for leased in await store.lease_mails(NOW + 5, 1, 60):
        await store.settle(leased, Settlement(MailState.SENT, 0, "250"), NOW + 5)
    for name in "bcdef":
        octets = raw(name)
        identity = identify(octets)
        old = Brought(octets, ENVELOPE, identity.message_id, identity.digest, identity.subject, NOW, opens(name))
        await store.bring(Batch((old,), "mailbox", 1, NOW))
    assert (await store.status(NOW)).first_response.automatic_p50 is not None
