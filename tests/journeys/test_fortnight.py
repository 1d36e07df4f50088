"""A fortnight of turns, hour by hour, over the night in which the clocks go back."""

from collections import Counter
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import pytest
from icalendar import Calendar

from tests.desk import Delivered
from tests.journeys.clocked import HOUR, PEOPLE, Hour, clocked

ZONE = {"name": "Helpdesk", "address": "support@hd.test", "timezone": "Europe/Berlin"}
DUTY = {"people": ["bob", "ann", "cy"], "turn": "day", "pair_shifts": 0, "fallback": "dee", "invite_weeks": 1}
START = datetime(2026, 10, 19, 6, 0, tzinfo=UTC).timestamp()  # a Monday; the clocks go back on the 25th


def about(mails: list[Delivered], subject: str) -> list[Delivered]:
    return [mail for mail in mails if mail.kind == "roster" and subject in mail.message.subject]


def local(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%m-%d %H:%M}"


async def test_a_fortnight_hands_over_on_every_working_day_and_interrupts_one_person_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hour = Hour()
    hour.now = START
    async with clocked(tmp_path, monkeypatch, hour, desk=ZONE, duty=DUTY, people=PEOPLE) as desk:
        left: dict[float, list[Delivered]] = {}
        cards: list[Delivered] = []
        for n in range(14 * 24 * 2):
            mails = await desk.later(HOUR / 2)
            for mail in about(mails, "on duty from now on"):
                await desk.say("ok", mail, mail.to.partition("@")[0])
            left[hour.now] = mails
            if n % 48 == 9:
                cards += [mail for mail in await desk.write() if mail.kind == "card"]
                await desk.say("mine", cards[-1], cards[-1].to.partition("@")[0])
        every = [mail for mails in left.values() for mail in mails]
        begun = [at for at, mails in left.items() if about(mails, "on duty from now on")]
        assert [local(at) for at in begun] == [
            *(f"10-{day} 07:30" for day in (19, 20, 21, 22, 23)),  # 09:30 in Berlin in summer
            *(f"10-{day} 08:30" for day in (26, 27, 28, 29, 30)),  # and in winter
        ]
        assert len(about(every, "Your turn is over")) == 10
        assert len(about(every, "Who is on duty today?")) == 10 * 3
        assert not about(every, "Do you have the duty?")
        assert len(cards) == 14
        served = await desk.desk.running.house.store.turns_served()
        assert len(served) == len({one.start for one in served}) == 10
        assert Counter(one.person for one in served).most_common()[0][1] <= 4
        invited = about(every, "Your turn:")
        assert len(invited) == len({calendar_of(mail)["UID"] for mail in invited})
        assert not about(every, "No longer your turn")


def calendar_of(mail: Delivered) -> dict[str, str]:
    """What a client reads of an invitation: the last of the alternatives."""
    parts = [part for part in message_from_bytes(mail.raw).walk() if not part.is_multipart()]
    last = parts[-1]
    assert last.get_content_type() == "text/calendar"
    calendar = Calendar.from_ical(last.get_payload(decode=True))
    assert last.get_param("method") == calendar["METHOD"]
    (event,) = calendar.walk("VEVENT")
    return {"METHOD": str(calendar["METHOD"]), **{name: str(event[name]) for name in ("UID", "SEQUENCE", "ATTENDEE")}}


async def test_an_invitation_is_updated_and_withdrawn_when_the_turn_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hour = Hour()
    hour.now = START
    async with clocked(tmp_path, monkeypatch, hour, desk=ZONE, duty=DUTY) as desk:
        await desk.later(HOUR)
        first = about(await desk.later(HOUR), "Your turn:")
        story = {calendar_of(mail)["UID"]: mail.to for mail in first}
        uid, had = next(iter(sorted(story.items())))
        other = next(name for name in ("bob", "ann", "cy") if f"{name}@team.test" != had)
        mail = next(mail for mail in first if mail.to == f"{other}@team.test")
        left = [*await desk.say("cover tomorrow", mail, other), *await desk.later(HOUR)]  # the desk may be the faster
        changed = [mail for mail in left if b"text/calendar" in mail.raw]
        found = {(m["METHOD"], m["SEQUENCE"], m["ATTENDEE"]) for m in map(calendar_of, about(changed, "our turn"))}
        assert ("CANCEL", "1", f"mailto:{had}") in found
        assert any(one[0] == "REQUEST" and one[2] == f"mailto:{other}@team.test" for one in found)
        assert not about(await desk.later(HOUR), "our turn")
        reply = (
            f"From: {had}\r\nTo: support@hd.test\r\nSubject: Declined\r\nMessage-ID: <r1@team.test>\r\n"
            "Content-Type: text/calendar; method=REPLY; charset=utf-8\r\n\r\n"
            f"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        ).encode()
        assert not await desk.desk.send(reply, had, "support@hd.test")
        status = await desk.desk.quiet()
        assert dict(status.silenced) == {"calendar": 1}
        assert status.tickets == 0
