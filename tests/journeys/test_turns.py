"""Words about turns by mail: who has the next turn hears of it, both of two agree, and nothing is guessed."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.desk import Delivered
from tests.journeys.clocked import Clocked, clocked

DUTY = {"people": ["bob", "ann", "cy"], "turn": "week", "pair_shifts": 0, "fallback": "dee"}


@pytest.fixture
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Clocked]:
    async with clocked(tmp_path, monkeypatch, duty=DUTY) as one:
        yield one


async def on_duty(desk: Clocked, ahead: float = 0.0) -> str:
    person = desk.desk.running.house.memory.roster.on_duty(desk.hour.now + ahead)
    assert person
    return person.id


async def card(desk: Clocked) -> Delivered:
    return next(mail for mail in await desk.write() if mail.kind == "card")


def sent(mails: list[Delivered]) -> dict[tuple[str, str], Delivered]:
    return {(mail.kind, mail.to.partition("@")[0]): mail for mail in mails}


def words(mail: Delivered) -> str:
    return " ".join(f"{mail.message.subject} {mail.message.text}".split())


async def test_cover_takes_the_turn_at_once_and_tells_whoever_had_it(desk: Clocked) -> None:
    first = await card(desk)
    had = first.to.partition("@")[0]
    other = "ann" if had != "ann" else "cy"
    ask = sent(await desk.say("who", first, had))["result", had]
    assert "is on duty" in ask.message.subject
    print(words(ask))
    mails = sent(await desk.say("give " + other, first, had))
    mails = sent(await desk.say("cover", mails["card", other], other))
    print(words(mails["result", other]))
    print(words(mails["roster", had]))
    assert await on_duty(desk) == other
    assert (await card(desk)).to == f"{other}@team.test"
    back = sent(await desk.say("undo", mails["roster", had], had))
    print(words(back["result", had]))
    print(words(back["roster", other]))
    assert await on_duty(desk) == had
