"""What was put aside wakes, what the reporter was asked is asked again and closed; an answer undoes all of it."""

from pathlib import Path

import pytest

from store.model.ticket import State
from tests.desk import Delivered
from tests.journeys.clocked import DAY, HOUR, Clocked, Hour, clocked, went

MANAGED = {"manager": {"people": ["eve"]}}


async def taken(desk: Clocked) -> Delivered:
    """An emergency that the person on duty has taken; returns the card."""
    card = next(mail for mail in await desk.write() if mail.kind == "card")
    await desk.say("mine", card, who(card))
    return card


def who(card: Delivered) -> str:
    return card.to.partition("@")[0]


async def test_what_is_snoozed_wakes_once_and_goes_to_its_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hour = Hour()
    async with clocked(tmp_path, monkeypatch, hour) as desk:
        card = await taken(desk)
        await desk.say("snooze 3d", card, who(card))
        (listed,) = await desk.say("list", card, who(card))
        assert "#1" not in listed.message.text.partition("About")[0]
        assert await desk.later(3 * DAY - 1) == []
    async with clocked(tmp_path, monkeypatch, hour) as desk:
        (awake,) = await desk.later(1)
        assert (awake.kind, awake.to) == ("card", card.to)
        assert "#1 is back" in awake.message.subject
        assert "cannot work" in awake.message.text
        assert await desk.later(DAY) == []
        assert (await desk.what_happened(1))[-1].startswith("awake again")


async def test_what_nobody_has_wakes_to_the_release_manager_else_to_the_pipeline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, (sections, expected) in enumerate([(MANAGED, ("card", "eve")), ({}, ("forward", "pipeline"))]):
        folder = tmp_path / str(number)
        folder.mkdir()
        async with clocked(folder, monkeypatch, **sections) as desk:
            card = next(mail for mail in await desk.write() if mail.kind == "card")
            await desk.say("not emergency", card, who(card))
            await desk.say("snooze 1d", card, who(card))
            assert went(await desk.later(DAY)) == [expected]


async def test_the_reporter_wakes_it_at_once_and_a_machine_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with clocked(tmp_path, monkeypatch) as desk:
        ack = next(mail for mail in await desk.write() if mail.kind == "ack")
        card = next(mail for mail in desk.desk.post.mails if mail.kind == "card")
        await desk.say("mine", card, who(card))
        await desk.say("snooze 3d", card, who(card))
        await desk.answer(ack, "I am away.", Auto_Submitted="auto-replied")
        assert await desk.field(1, "snoozed_until") is not None
        assert went(await desk.answer(ack, "It is worse now.")) == [("card", who(card))]
        assert await desk.field(1, "snoozed_until") is None
        assert await desk.later(4 * DAY) == []


async def asked(desk: Clocked) -> Delivered:
    """A reporter who was asked; returns the mail that asks."""
    card = await taken(desk)
    return next(mail for mail in await desk.say("ask: Which version?", card, who(card)) if mail.kind == "ask")


QUICK = {
    "desk": {"name": "Helpdesk", "address": "support@hd.test", "hold_seconds": 0},
    "waiting": {"remind_days": 3, "close_days": 14},
}


async def test_who_does_not_answer_is_reminded_once_in_a_morning_and_then_it_is_closed_quietly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with clocked(tmp_path, monkeypatch, **QUICK) as desk:  # Monday, ten o'clock
        await asked(desk)
        assert await desk.later(3 * DAY) == []  # Thursday: it is not three days in the morning
        assert await desk.later(12 * HOUR) == []
        (reminder,) = await desk.later(11 * HOUR)  # Friday, nine o'clock
        assert (reminder.kind, reminder.to) == ("notice", "cust@customer.test")
        assert "have not heard from you" in reminder.message.text
        assert "Nobody can log in" not in reminder.message.text
        assert reminder.message.header("auto-submitted") == "auto-generated"
        for _ in range(14):
            assert went(await desk.later(DAY)) == []
        assert await desk.field(1, "state") is State.CLOSED
        assert await desk.field(1, "resolution") == "unanswered"
        assert went(await desk.later(30 * DAY)) == []


async def test_nobody_is_reminded_at_night_or_on_a_sunday(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with clocked(tmp_path, monkeypatch, **QUICK) as desk:
        await asked(desk)
        assert await desk.later(5 * DAY) == []  # Saturday
        assert await desk.later(DAY + 12 * HOUR) == []  # Sunday night
        assert await desk.later(10 * HOUR) == []  # Monday, eight o'clock
        assert [mail.kind for mail in await desk.later(HOUR)] == ["notice"]


async def test_an_answer_stops_it_and_reopens_what_was_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with clocked(tmp_path, monkeypatch, **QUICK) as desk:
        question = await asked(desk)
        await desk.answer(question, "Out of office.", Auto_Submitted="auto-replied")
        assert await desk.field(1, "state") is State.WAITING
        for _ in range(30):
            await desk.later(DAY)
        assert await desk.field(1, "state") is State.CLOSED
        await desk.answer(question, "Version 4, sorry for the delay.")
        assert await desk.field(1, "state") is State.TO_INVESTIGATE
        assert await desk.field(1, "resolution") is None
        assert went(await desk.later(30 * DAY)) == []


async def test_a_member_reopens_what_was_closed_quietly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    short = QUICK | {"waiting": {"remind_days": 0, "close_days": 1}}
    async with clocked(tmp_path, monkeypatch, **short) as desk:
        await asked(desk)
        card = next(mail for mail in desk.desk.post.mails if mail.kind == "card")
        assert await desk.later(2 * DAY) == []
        assert await desk.field(1, "state") is State.CLOSED
        (said,) = await desk.say("reopen", card, who(card))
        assert "open again" in said.message.subject
        assert await desk.field(1, "state") is State.TO_INVESTIGATE


async def test_with_both_turned_off_nothing_ever_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    never = QUICK | {"waiting": {"remind_days": 0, "close_days": 0}}
    async with clocked(tmp_path, monkeypatch, **never) as desk:
        await asked(desk)
        for _ in range(3):
            assert await desk.later(50 * DAY) == []
        assert await desk.field(1, "state") is State.WAITING
