"""A question's time runs on while the desk is down, and is kept to within five seconds when it is up."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.core.triage.definition import Definition
from daemon.journey import due, elapse
from tests.desk import Delivered, DeskUnderTest, desk_at, shipped_definition
from tests.journeys.clocked import HOUR, Hour, set_by_hand
from tests.store import postgres

CUSTOMER = "cust@customer.test"
BROKEN = (
    b"From: Cust Omer <cust@customer.test>\r\nTo: support@hd.test\r\nSubject: Login\r\nMessage-ID: <u1@customer.test>"
    b"\r\n\r\nThe login shows an error since today, nobody can log in and we cannot work.\r\n"
)
PROMPT_SECONDS = 5.0
SWEEP_SECONDS = 0.2  # where nothing is measured


def doubtful() -> Definition:
    """The definition as it ships, but for its thresholds: whatever is reported is asked."""
    shipped = shipped_definition()
    return replace(shipped, thresholds=replace(shipped.thresholds, page=20, ask=-20))


def duty(minutes: float) -> dict[str, object]:
    return {"people": ["bob"], "answer_minutes": minutes}


def seen(mails: list[Delivered]) -> list[tuple[str, str, str | None]]:
    return [(mail.kind, mail.to, mail.message.header("x-triaged-verdict")) for mail in mails if mail.kind != "ack"]


async def arrived(*desks: DeskUnderTest, count: int = 1) -> list[tuple[str, str, str | None]]:
    """Wait until so many mails have left, and some sweeps more."""
    async with asyncio.timeout(60):
        while sum(len(seen(desk.post.mails)) for desk in desks) < count:
            await asyncio.sleep(0.02)
    await asyncio.sleep(5 * SWEEP_SECONDS)
    for desk in desks:
        await desk.quiet()
    return [mail for desk in desks for mail in seen(desk.post.mails)]


async def test_what_came_due_while_the_desk_was_down_is_settled_once_when_it_is_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_by_hand(monkeypatch, hour := Hour(), SWEEP_SECONDS)
    async with desk_at(tmp_path, doubtful(), duty=duty(60)) as desk:
        await desk.send(BROKEN, CUSTOMER, "support@hd.test")
        assert await arrived(desk) == [("card", "bob@team.test", "problem")]
    hour.now += HOUR
    async with desk_at(tmp_path, doubtful(), duty=duty(60)) as desk:
        assert await arrived(desk) == [("card", "bob@team.test", "emergency")]
    async with desk_at(tmp_path, doubtful(), duty=duty(60)) as desk:
        assert await arrived(desk, count=0) == []


async def test_two_that_settle_one_question_at_one_moment_send_one_mail(tmp_path: Path) -> None:
    async with desk_at(tmp_path, doubtful(), duty=duty(60)) as desk:
        await desk.send(BROKEN, CUSTOMER, "support@hd.test")
        house = desk.running.house
        found = await due(replace(house, clock=lambda: time.time() + 3601))
        assert len(found) == 1
        await asyncio.gather(*(elapse(occasion, house) for occasion in found * 5))
        assert seen(await desk.wait(0.5)) == [("card", "bob@team.test", "emergency")]


async def test_two_desks_on_one_store_settle_a_question_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    binary = postgres.binaries()
    if binary is None:
        pytest.skip(postgres.HOW_TO_GET_IT)
    set_by_hand(monkeypatch, hour := Hour(), SWEEP_SECONDS)
    with postgres.server(binary) as server:
        sections = {"store": {"url": f"{server}/postgres"}, "duty": duty(60)}
        async with desk_at(tmp_path, doubtful(), **sections) as one, desk_at(tmp_path, doubtful(), **sections) as two:
            await one.send(BROKEN, CUSTOMER, "support@hd.test")
            hour.now += HOUR
            cards = await arrived(one, two, count=2)
    assert sorted(cards) == [("card", "bob@team.test", "emergency"), ("card", "bob@team.test", "problem")]


async def test_the_time_to_answer_is_given_in_full_and_hardly_more(tmp_path: Path) -> None:
    seconds = 3.0
    async with desk_at(tmp_path, doubtful(), duty=duty(seconds / 60)) as desk:
        asked = time.monotonic()
        await desk.send(BROKEN, CUSTOMER, "support@hd.test")
        settled = [("card", "bob@team.test", "problem"), ("card", "bob@team.test", "emergency")]
        while seen(desk.post.mails) != settled:
            assert time.monotonic() - asked < seconds + PROMPT_SECONDS, seen(desk.post.mails)
            await asyncio.sleep(0.02)
        assert time.monotonic() - asked >= seconds


CALLED = BROKEN.replace(b"an error since today", b"error 500")
TWO = {"people": ["bob", "ann"], "answer_minutes": 0.05, "pair_shifts": 0}


@pytest.mark.slow
async def test_a_card_that_nobody_takes_is_with_the_next_person_within_five_seconds(tmp_path: Path) -> None:
    async with desk_at(tmp_path, duty=TWO) as desk:
        called = time.monotonic()
        first = [mail.to for mail in await desk.send(CALLED, CUSTOMER, "support@hd.test") if mail.kind == "card"]
        while len([mail for mail in desk.post.mails if mail.kind == "card"]) < 2:
            assert time.monotonic() - called < 3 + PROMPT_SECONDS, seen(desk.post.mails)
            await asyncio.sleep(0.02)
        assert time.monotonic() - called >= 3
        assert {*first, desk.post.mails[-1].to} == {"bob@team.test", "ann@team.test"}
        assert await desk.wait(2 * PROMPT_SECONDS) == []


@pytest.mark.slow
async def test_two_desks_on_one_store_call_each_person_once_for_each_emergency(tmp_path: Path) -> None:
    binary = postgres.binaries()
    if binary is None:
        pytest.skip(postgres.HOW_TO_GET_IT)
    with postgres.server(binary) as server:
        sections = {"store": {"url": f"{server}/postgres"}, "duty": TWO}
        async with desk_at(tmp_path, **sections) as one, desk_at(tmp_path, **sections) as two:
            for number in range(8):  # three cards, and five on a list that is not due yet
                await one.send(CALLED.replace(b"<u1@", b"<u%d@" % number), CUSTOMER, "support@hd.test")
            await two.wait(8)
            cards = [mail.to for mail in one.post.mails + two.post.mails if mail.kind == "card"]
    assert sorted(cards) == sorted(["bob@team.test", "ann@team.test"] * 3)
