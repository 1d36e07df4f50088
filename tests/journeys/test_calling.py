"""An emergency that nobody takes goes on from one person to the next, each once; too many at once go as one list."""

from pathlib import Path

import pytest

from daemon.core.mail.address import mark_of_message_id
from tests.desk import Delivered
from tests.journeys.clocked import MINUTE, Clocked, Hour, clocked, went
from tests.store.specimens import clues

QUARTER = 15 * MINUTE


async def lines(desk: Clocked, mail: Delivered) -> tuple[int, ...]:
    """The tickets that a mail lists, as the desk will read an answer to it."""
    house = desk.desk.running.house
    mark = mark_of_message_id(house.own, str(mail.message.message_id))
    facts = await house.store.facts(clues(own_marks=(mark,)), desk.hour.now)
    return facts.sent[0].lines


async def test_a_card_that_nobody_takes_goes_to_the_next_then_to_the_fallback_and_no_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with clocked(tmp_path, monkeypatch) as desk:
        called = [to for _, to in went(await desk.write())]
        assert await desk.later(QUARTER - 1) == []
        for _ in range(3):
            ((kind, to),) = went(await desk.later(QUARTER))
            assert kind == "card"
            called.append(to)
            assert await desk.later(1) == []
        assert sorted(called) == ["ann", "bob", "cy", "dee"]
        assert called[-1] == "dee"
        assert await desk.later(QUARTER) == []
        assert await desk.later(100 * QUARTER) == []
        assert (await desk.what_happened(1))[-1] == (
            f"nobody answered within 15 minutes; all were called: {', '.join(called)}"
        )


async def test_whoever_takes_it_stops_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with clocked(tmp_path, monkeypatch) as desk:
        await desk.write()
        (card,) = await desk.later(QUARTER)
        await desk.say("mine", card, card.to.partition("@")[0])
        assert await desk.field(1, "called_at") is None
        assert await desk.later(10 * QUARTER) == []


async def test_taking_it_back_calls_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with clocked(tmp_path, monkeypatch) as desk:
        mails = await desk.write()
        card = next(mail for mail in mails if mail.kind == "card")
        first = card.to.partition("@")[0]
        await desk.say("mine", card, first)
        await desk.say("undo", card, first)
        ((_, second),) = went(await desk.later(QUARTER))
        assert second != first


async def test_a_restart_calls_nobody_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hour = Hour()
    async with clocked(tmp_path, monkeypatch, hour) as desk:
        await desk.write()
    async with clocked(tmp_path, monkeypatch, hour) as desk:
        assert [kind for kind, _ in went(await desk.later(QUARTER))] == ["card"]
    async with clocked(tmp_path, monkeypatch, hour) as desk:
        assert await desk.later(QUARTER - 1) == []
        assert [kind for kind, _ in went(await desk.later(1))] == ["card"]


async def test_the_word_of_a_member_is_called_for_like_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with clocked(tmp_path, monkeypatch) as desk:
        mails = await desk.write()
        card = next(mail for mail in mails if mail.kind == "card")
        duty = card.to.partition("@")[0]
        await desk.say("not emergency", card, duty)
        assert await desk.later(2 * QUARTER) == []
        assert went(await desk.say("emergency", card, duty)) == [("card", duty)]
        ((_, second),) = went(await desk.later(QUARTER))
        assert second != duty


async def flood(desk: Clocked, many: int) -> list[tuple[str, str]]:
    """So many emergencies, a second apart."""
    left = []
    for _ in range(many):
        left += went(await desk.write())
        desk.hour.now += 1
    return left


async def test_more_than_three_within_five_minutes_are_three_cards_and_a_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_limits = {"desk_per_hour": 0, "per_sender": 0, "unproven_per_sender": 0, "unproven_per_domain": 0}
    async with clocked(tmp_path, monkeypatch, acknowledge=no_limits) as desk:
        cards = await flood(desk, 12)
        assert len(cards) == 3
        duty = cards[0][1]
        assert await desk.later(5 * MINUTE - 13) == []
        (card,) = await desk.later(1)
        assert (card.kind, card.to) == ("card", f"{duty}@team.test")
        assert "9 emergencies" in card.message.subject
        assert "1. #4 Login 4" in card.message.text
        assert "9. #12 Login 12" in card.message.text
        assert await lines(desk, card) == tuple(range(4, 13))
        # the three are called for one by one, and all that were on the list by one list
        assert await desk.later(10 * MINUTE - 1) == []
        assert len(await desk.later(3)) == 3
        assert await desk.later(5 * MINUTE - 3) == []
        (again,) = await desk.later(1)
        assert again.to != card.to
        assert await lines(desk, again) == tuple(range(4, 13))
        assert await desk.later(1) == []


async def test_what_was_taken_before_the_list_left_is_not_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with clocked(tmp_path, monkeypatch) as desk:
        await flood(desk, 5)
        await desk.desk.running.house.store.ticket(4)
        first = next(mail for mail in desk.desk.post.mails if mail.kind == "card")
        assert first.message.header("x-triaged-ticket") == "1"
        (card,) = await desk.later(5 * MINUTE)
        assert await lines(desk, card) == (4, 5)
