"""Words about turns by mail: who has the next turn hears of it, both of two agree, and nothing is guessed."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.desk import Delivered
from tests.journeys.clocked import DAY, HOUR, MINUTE, Clocked, clocked

DUTY = {"people": ["bob", "ann", "cy"], "turn": "week", "pair_shifts": 0, "fallback": "dee", "invite_weeks": 0}


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


async def two(desk: Clocked) -> tuple[str, str, Delivered, Delivered]:
    """Who is on duty, who comes next, and a mail to each that they may answer."""
    first = await card(desk)
    had = first.to.partition("@")[0]
    line = desk.desk.running.house.memory.roster.line(None)
    assert line
    following = line.turns[line.place(desk.hour.now) + 1].person
    given = sent(await desk.say(f"give {following}", first, had))["card", following]
    return had, following, first, given


async def test_a_swap_is_so_once_both_have_said_so(desk: Clocked) -> None:
    had, other, first, _ = await two(desk)
    asked = sent(await desk.say(f"swap {other}", first, had))
    assert "is asked to swap with you" in asked["result", had].message.subject
    assert await on_duty(desk) == had
    question = asked["confirm", other]
    assert "Each would have the other's" in words(question)
    agreed = sent(await desk.say("yes", question, other))
    assert "You have swapped with" in agreed["result", other].message.subject
    assert "has said yes" in agreed["roster", had].message.subject
    assert (await on_duty(desk), await on_duty(desk, 7 * DAY)) == (other, had)
    again = sent(await desk.say("yes", question, other))
    assert "nothing waits for your yes" in words(again["result", other])
    refused = sent(await desk.say("undo", agreed["roster", had], had))
    assert "Nothing changed: both of you agreed on it" in words(refused["result", had])


async def test_a_swap_that_is_declined_changes_nothing_and_the_asker_hears_of_it(desk: Clocked) -> None:
    had, other, first, _ = await two(desk)
    question = sent(await desk.say(f"swap {other}", first, had))["confirm", other]
    declined = sent(await desk.say("no", question, other))
    assert "has said no: nothing changed" in declined["roster", had].message.subject
    assert "nothing changed" in declined["result", other].message.subject
    assert await on_duty(desk) == had


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("swap {me}", "a swap takes two"),
        ("swap eve", "takes no turns in your rota"),
        ("shadow {me}", "nobody learns beside themselves"),
        ("swap nobody", 'I did not understand "swap nobody"'),
        ("cover 2026-11-02", "I did not understand"),
        ("cover 2027-11-02", "further ahead than the rota is planned"),
        ("swap {other} 2026-12-08", "that day is"),
        ("undo", "no change of yours to take back"),
        ("good morning", "no word was found"),
        ("mine", "is said in answer to a card"),
    ],
)
async def test_a_refusal_changes_nothing_and_names_what_would_work(desk: Clocked, word: str, answer: str) -> None:
    had, other, first, _ = await two(desk)
    mail = sent(await desk.say("away 2027-01-01", first, had))["result", had]
    if word == "undo":
        await desk.say("undo", mail, had)
    refused = sent(await desk.say(word.format(me=had, other=other), mail, had))["result", had]
    assert "Nothing changed" in words(refused)
    assert answer in words(refused)
    assert await on_duty(desk) == had


async def test_who_is_on_no_rota_is_told_who_is(desk: Clocked) -> None:
    had, _, first, _ = await two(desk)
    given = sent(await desk.say("give eve", first, had))["card", "eve"]
    for word in ("cover", "me", "swap bob", "shadow bob"):
        refused = sent(await desk.say(word, given, "eve"))["result", "eve"]
        assert "you take no turns in this rota; on it are Bob, Ann, Cy" in words(refused)


async def test_who_is_away_is_stood_in_for_and_undo_brings_it_back(desk: Clocked) -> None:
    had, other, first, _ = await two(desk)
    gone = sent(await desk.say("away today..2026-11-25", first, had))
    assert "You are away from Mon 23 Nov, 09:30 to Thu 26 Nov, 09:30" in words(gone["result", had])
    assert f"You stand in for {had.title()}" in words(gone["roster", other])
    assert (await on_duty(desk), await on_duty(desk, 4 * DAY)) == (other, had)
    back = sent(await desk.say("undo", gone["result", had], had))
    assert f"{had.title()} has taken back: the absence" in words(back["roster", other])
    assert await on_duty(desk) == had


async def test_me_takes_today_and_shadow_brings_somebody_to_learn(desk: Clocked) -> None:
    had, other, first, given = await two(desk)
    mine = sent(await desk.say("me", first, had))["result", had]
    assert "It is your turn already" in words(mine)
    taken = sent(await desk.say("me", given, other))
    assert "You are on duty from Mon 23 Nov, 10:00. Until Tue 24 Nov, 09:30" in words(taken["result", other])
    assert (await on_duty(desk), await on_duty(desk, DAY)) == (other, had)
    beside = sent(await desk.say("shadow cy" if had != "cy" else "shadow bob", taken["roster", had], had))
    assert "learns the duty beside you" in words(beside["result", had])
    learner = next(to for kind, to in beside if kind == "roster")
    assert "You learn the duty beside" in words(beside["roster", learner])


async def test_a_word_that_nobody_vouches_for_waits_for_a_yes_in_the_members_own_mailbox(desk: Clocked) -> None:
    had, _, first, _ = await two(desk)
    raw = (
        f"From: {had}@team.test\r\nTo: {first.reply_to}\r\nSubject: Re: x\r\nMessage-ID: <half@team.test>\r\n\r\n"
        "away tomorrow\r\n"
    ).encode()
    asked = sent(await desk.desk.send(raw, f"{had}@team.test", first.reply_to))
    assert "Was this you?" in asked["confirm", had].message.subject
    desk.hour.now += 16 * HOUR  # what was tomorrow then is today now
    done = sent(await desk.say("yes", asked["confirm", had], had))
    assert "You are away from Tue 24 Nov, 09:30 to Wed 25 Nov, 09:30" in words(done["result", had])


async def test_words_that_nobody_vouches_for_are_asked_about_three_times_an_hour(desk: Clocked) -> None:
    had, other, first, _ = await two(desk)

    async def unproven(number: int) -> list[str]:
        raw = (
            f"From: {had}@team.test\r\nTo: {first.reply_to}\r\nSubject: Re: x\r\n"
            f"Message-ID: <half{number}@team.test>\r\n\r\nswap {other}\r\n"
        ).encode()
        return [mail.kind for mail in await desk.desk.send(raw, f"{had}@team.test", first.reply_to)]

    assert [await unproven(number) for number in range(5)] == [["confirm"]] * 3 + [[], []]
    desk.hour.now += HOUR + MINUTE
    assert await unproven(5) == ["confirm"]


async def test_who_takes_a_turn_says_ok_or_is_reminded_and_others_hear_of_it(desk: Clocked) -> None:
    had, other, *_ = await two(desk)
    await desk.later(MINUTE)
    desk.hour.now += 6 * DAY
    begun = sent(await desk.later(DAY - 30 * MINUTE))
    assert 'Please reply with "ok"' in words(begun["roster", other])
    assert f"{other.title()} has it now" in words(begun["roster", had])
    reminded = sent(await desk.later(15 * MINUTE))
    assert set(reminded) == {("roster", other)}
    told = sent(await desk.later(15 * MINUTE))
    assert f"{other.title()} has not said yet" in words(told["roster", had])
    ok = sent(await desk.say("ok", begun["roster", other], other))
    assert "It is yours now, thank you" in words(ok["result", other])


async def test_a_gap_is_told_once_a_day_before_it(desk: Clocked) -> None:
    had, other, first, given = await two(desk)
    third = next(name for name in ("bob", "ann", "cy") if name not in (had, other))
    card_ = sent(await desk.say(f"give {third}", given, other))["card", third]
    for who, mail in ((had, first), (other, given), (third, card_)):
        await desk.say("away 2026-11-26", mail, who)
    assert not [m for m in await desk.later(HOUR) if "Nobody of the rota" in m.message.subject]
    alarms = [m for m in await desk.later(2 * DAY) if "Nobody of the rota" in m.message.subject]
    assert {m.to.partition("@")[0] for m in alarms} == {"bob", "ann", "cy", "dee"}
    assert not [m for m in await desk.later(HOUR) if "Nobody of the rota" in m.message.subject]


async def test_who_learns_answers_a_copy_and_sees_it_beside_what_was_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with clocked(tmp_path, monkeypatch, duty=DUTY | {"pair_shifts": 1, "turn": "day"}) as desk:
        await desk.later(MINUTE)  # the desk remembers when it first ran
        first = await card(desk)
        had = first.to.partition("@")[0]
        learner = next(name for name in ("bob", "ann", "cy") if name != had)
        await desk.say(f"shadow {learner}", first, had)
        cards = {mail.to.partition("@")[0]: mail for mail in await desk.write() if mail.kind == "card"}
        assert set(cards) == {had, learner}
        assert cards[learner].message.subject.startswith("Copy: Emergency")
        noted = sent(await desk.say("bug p1", cards[learner], learner))
        assert 'noted: you would have said "bug p1"' in words(noted["result", learner])
        number = int(cards[learner].message.header("x-triaged-ticket") or 0)
        assert await desk.field(number, "state") == "paged"
        await desk.say("mine", cards[had], had)
        left = [mail for mail in await desk.later(DAY) if mail.kind == "roster"]
        compared = [mail for mail in left if "would have been" in mail.message.subject]
        assert {mail.to.partition("@")[0] for mail in compared} == {had, learner}
        assert "would have said: bug p1. Was said: mine." in words(compared[0])
        assert [mail for mail in left if "serves alone from now on" in mail.message.subject]
