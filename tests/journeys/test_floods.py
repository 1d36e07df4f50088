"""A monitoring system gone wild, and a customer who writes again and again: few interruptions, and nothing is lost."""

import asyncio
import time
from pathlib import Path

import aiosmtplib
import pytest

from store.model.ticket import State
from tests.desk import Delivered
from tests.journeys.clocked import CUSTOMER, MINUTE, Clocked, clocked, went

ALARMS, CONNECTIONS, LIMIT_SECONDS = 500, 10, 100.0  # the limit is that of a machine busy with other work
NO_LIMITS = {"desk_per_hour": 0, "per_sender": 0, "unproven_per_sender": 0, "unproven_per_domain": 0}


async def alarms(desk: Clocked, numbers: range) -> None:
    """Send so many alarms by one connection."""
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=desk.desk.port, start_tls=False, local_hostname="mon.test")
    async with client:
        for number in numbers:
            raw = (
                f"From: monitor@customer.test\r\nTo: support@hd.test\r\nSubject: Shop {number} is down\r\n"
                f"Message-ID: <alarm{number}@customer.test>\r\n\r\n"
                f"Shop {number} shows error 500 since a minute ago, nobody can log in and we cannot work at all.\r\n"
            ).encode()
            await client.sendmail("monitor@customer.test", ["support@hd.test"], raw)


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_five_hundred_alarms_are_three_cards_and_one_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with clocked(tmp_path, monkeypatch, acknowledge=NO_LIMITS) as desk:
        begun = time.monotonic()
        await asyncio.gather(*(alarms(desk, range(n, ALARMS, CONNECTIONS)) for n in range(CONNECTIONS)))
        await desk.desk.quiet(LIMIT_SECONDS)
        assert time.monotonic() - begun < LIMIT_SECONDS
        assert len(went(desk.desk.post.mails)) == 3
        (card,) = await desk.later(5 * MINUTE)
        assert f"{ALARMS - 3} emergencies" in card.message.subject
        tickets = await desk.desk.running.house.store.tickets(ended=False)
        assert len(tickets) == ALARMS
        assert {ticket.state for ticket in tickets} == {State.PAGED}
        assert all(ticket.called_at is not None for ticket in tickets)
        assert sum(mail.kind == "ack" for mail in desk.desk.post.mails) == ALARMS


async def test_twenty_mails_on_one_called_ticket_are_two_interruptions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with clocked(tmp_path, monkeypatch) as desk:
        mails = await desk.write()
        (ack,) = [mail for mail in mails if mail.kind == "ack"]
        (first,) = [mail for mail in mails if mail.kind == "card"]
        cards = []
        for number in range(20):
            cards += went(await desk.answer(ack, f"Still nothing, attempt {number}!"))
            desk.hour.now += 3
        assert cards == [("card", first.to.partition("@")[0])]
        assert await desk.later(4 * MINUTE - 1) == []
        (rest,) = await desk.later(1)
        assert rest.to == first.to
        assert rest.message.subject == "#1: 19 more mails from the customer: Login 1"
        assert "attempt 0!" not in rest.message.text
        assert all(f"attempt {number}!" in rest.message.text for number in range(1, 20))
        assert await desk.later(5 * MINUTE) == []
        assert went(await desk.answer(ack, "Hello?")) == [("card", first.to.partition("@")[0])]
        assert await desk.field(1, "reporter") == CUSTOMER


async def taken(desk: Clocked) -> tuple[Delivered, Delivered, str]:
    """An emergency that somebody has: its acknowledgement, its card, and who."""
    mails = await desk.write()
    (ack,) = [mail for mail in mails if mail.kind == "ack"]
    (card,) = [mail for mail in mails if mail.kind == "card"]
    who = card.to.partition("@")[0]
    await desk.say("mine", card, who)
    return ack, card, who


async def test_an_answer_that_was_waited_for_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with clocked(tmp_path, monkeypatch) as desk:
        ack, card, who = await taken(desk)
        assert [went(await desk.answer(ack, f"More, {n}")) for n in range(4)] == [[("card", who)]] * 3 + [[]]
        await desk.say("ask: since when?", card, who)
        assert went(await desk.answer(ack, "Since nine.")) == [("card", who)]


async def test_after_a_members_word_each_answer_is_told_at_once_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with clocked(tmp_path, monkeypatch) as desk:
        ack, card, who = await taken(desk)
        for number in range(6):
            assert went(await desk.answer(ack, f"Answer {number}")) == [("card", who)]
            await desk.say(f"reply: and now {number}?", card, who)
        await desk.say("undo", card, who)
        assert "5?" not in "".join(mail.message.text for mail in desk.desk.post.mails if mail.kind == "reply")


async def test_a_members_word_brings_at_once_what_was_still_to_be_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with clocked(tmp_path, monkeypatch) as desk:
        ack, card, who = await taken(desk)
        for number in range(5):
            desk.hour.now += 3
            assert went(await desk.answer(ack, f"More, {number}")) == [("card", who)][: number < 3]
        left = [*await desk.say("reply: one moment, please", card, who), *await desk.later(1)]
        (rest,) = [mail for mail in left if mail.kind == "card"]
        assert "2 more mails" in rest.message.subject
        assert all(f"More, {n}" in rest.message.text for n in (3, 4))
        await desk.say("reply: thank you", rest, who)
        assert went(await desk.answer(ack, "More, 5")) == [("card", who)]
