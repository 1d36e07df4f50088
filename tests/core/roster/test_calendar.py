"""The rota as calendars: holidays come out of .ics files, turns go into them as clients want them."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from icalendar import Calendar, Event

from daemon import config
from daemon.core.fault import Faults
from daemon.core.roster.calendar import holidays, invitation, published
from daemon.core.roster.invitations import outstanding
from daemon.core.roster.roster import Roster, build
from daemon.core.settings import Settings
from store.model.invitation import Invitation, Method
from store.model.shift import Change, Override
from tests.core.roster.given import MONDAY, at, desk

NOW = at(MONDAY)
DAY = 86400.0
SETTINGS = desk("ann", "bob", "cy")


def calendar(*events: str) -> str:
    whole = (f"BEGIN:VEVENT\r\nUID:x\r\n{event}\r\nEND:VEVENT\r\n" for event in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n{''.join(whole)}END:VCALENDAR\r\n"


def days(*events: str) -> list[str]:
    found = holidays(calendar(*events))
    assert not isinstance(found, str), found
    return [day.isoformat() for day in found]


def test_every_day_of_a_holiday_counts_and_its_end_does_not() -> None:
    assert days("DTSTART;VALUE=DATE:20261224\r\nDTEND;VALUE=DATE:20261227") == [
        "2026-12-24",
        "2026-12-25",
        "2026-12-26",
    ]
    assert days("DTSTART;VALUE=DATE:20261224") == ["2026-12-24"]


def test_a_repeated_holiday_comes_every_year_but_for_its_exceptions() -> None:
    found = days("DTSTART;VALUE=DATE:20200501\r\nRRULE:FREQ=YEARLY\r\nEXDATE;VALUE=DATE:20270501")
    assert found[:3] == ["2020-05-01", "2024-05-01", "2025-05-01"]
    assert "2027-05-01" not in found
    assert "2030-05-01" in found


def test_a_holiday_may_be_a_certain_weekday_and_a_rule_may_end() -> None:
    thanksgiving = days("DTSTART;VALUE=DATE:20251127\r\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;UNTIL=20271231T000000Z")
    assert thanksgiving == ["2025-11-27", "2026-11-26", "2027-11-25"]


def test_a_cancelled_holiday_is_none() -> None:
    assert days("DTSTART;VALUE=DATE:20261224\r\nSTATUS:CANCELLED") == []


@pytest.mark.parametrize(
    "text",
    [
        "", "no calendar", "BEGIN:VCARD\r\nEND:VCARD", calendar("SUMMARY:Never"), calendar("DTSTART;VALUE=DATE:2026x"),
        calendar("DTSTART;VALUE=DATE:20260101\r\nRRULE:FREQ=SECONDLY"),
        calendar("DTSTART;VALUE=DATE:20260101\r\nDTEND;VALUE=DATE:20990101"),
        calendar("DTSTART;VALUE=DATE:20260101\r\nRRULE:FREQ=NEVER"), "BEGIN:VCALENDAR\r\n" * 2000,
    ],
)  # fmt: skip
def test_what_is_no_calendar_of_holidays_is_said(text: str) -> None:
    assert isinstance(holidays(text), str)


def test_the_days_of_the_file_stand_beside_those_of_the_list(tmp_path: Path) -> None:
    answer = written(tmp_path, calendar("DTSTART;VALUE=DATE:20261224"))
    assert isinstance(answer, Settings)
    assert answer.duty.holidays == (date(2026, 12, 31), date(2026, 12, 24))


def test_a_file_that_is_no_calendar_is_a_fault_with_its_line(tmp_path: Path) -> None:
    answer = written(tmp_path, "Christmas: free")
    assert isinstance(answer, Faults)
    (line,) = answer.lines()
    assert line.startswith(f"{tmp_path / 'triaged.toml'}:7: duty.holidays_file: holidays.ics is no calendar (.ics):")


def written(folder: Path, text: str) -> Settings | Faults:
    (folder / "holidays.ics").write_text(text)
    (folder / "triaged.toml").write_text(
        '[desk]\naddress = "a@b.test"\n[pipeline]\naddress = "p@b.test"\n[duty]\nholidays = [2026-12-31]\n'
        'holidays_file = "holidays.ics"\n'
    )
    return config.load(folder / "triaged.toml", {})


def announced(roster: Roster, sent: tuple[Invitation, ...] = ()) -> tuple[Invitation, ...]:
    return outstanding(roster.turns(NOW + DAY, NOW + 8 * DAY), sent, "hd.test", NOW)


def events(raw: bytes) -> list[Event]:
    return [event for event in Calendar.from_ical(raw).walk("VEVENT") if isinstance(event, Event)]


def test_a_published_rota_names_who_is_on_duty_and_invites_nobody() -> None:
    roster = build(SETTINGS, NOW)
    turns = roster.turns(NOW, NOW + 5 * DAY)
    raw = published(turns, roster.people, SETTINGS.desk, NOW)
    parsed = Calendar.from_ical(raw)
    assert (parsed["METHOD"], parsed["VERSION"]) == ("PUBLISH", "2.0")
    assert [event.start for event in events(raw)] == [datetime.fromtimestamp(turn.start, UTC) for turn in turns]
    assert all("ATTENDEE" not in event and "ORGANIZER" in event for event in events(raw))
    assert str(events(raw)[0]["SUMMARY"]) == f"On duty: {roster.people[turns[0].person].name}"


def test_lines_are_folded_and_end_as_the_standard_says() -> None:
    people = {"ann": SETTINGS.people[0].model_copy(update={"name": "Änne; \\ \"A, 'B" + "ü" * 60})}
    raw = published(build(SETTINGS, NOW).turns(NOW, NOW + 9 * DAY), people, SETTINGS.desk, NOW)
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert any(people["ann"].name in str(event["SUMMARY"]) for event in events(raw))


def test_an_invitation_holds_all_that_a_request_must() -> None:
    roster = build(SETTINGS, NOW)
    one = announced(roster)[0]
    raw = invitation(one, roster.people, SETTINGS.desk, "support+x@hd.test", NOW)
    (event,) = events(raw)
    assert Calendar.from_ical(raw)["METHOD"] == "REQUEST"
    assert str(event["ORGANIZER"]) == "mailto:support+x@hd.test"
    assert str(event["ATTENDEE"]) == f"mailto:{one.person}@team.test"
    assert event["ATTENDEE"].params["RSVP"] == "FALSE"
    assert (event["SEQUENCE"], str(event["STATUS"]), str(event["TRANSP"])) == (0, "CONFIRMED", "TRANSPARENT")
    assert event.start == datetime.fromtimestamp(one.start, UTC)
    assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY"} <= event.keys()


def test_a_withdrawal_names_the_same_event_and_is_later() -> None:
    roster = build(SETTINGS, NOW)
    sent = announced(roster)
    turn = roster.turn(NOW + DAY)
    assert turn is not None
    taken = build(SETTINGS, NOW, [Override(Change.COVER, "duty", "dee", turn.start, turn.end, "dee", NOW)])
    # the turn of tomorrow has begun at no time yet: its first holder is told before the new one
    cancelled, asked = announced(taken, sent)
    assert (cancelled.method, cancelled.person, cancelled.sequence) == (Method.CANCEL, turn.person, 1)
    assert (asked.method, asked.person, asked.sequence) == (Method.REQUEST, "dee", 1)
    assert cancelled.uid == asked.uid
    raw = invitation(cancelled, taken.people, SETTINGS.desk, "support@hd.test", NOW)
    (event,) = events(raw)
    assert Calendar.from_ical(raw)["METHOD"] == "CANCEL"
    assert (event["SEQUENCE"], str(event["STATUS"])) == (1, "CANCELLED")


def test_what_was_announced_and_has_not_changed_is_not_announced_again() -> None:
    roster = build(SETTINGS, NOW)
    sent = announced(roster)
    assert sent
    assert announced(roster, sent) == ()


def test_a_turn_given_back_is_announced_anew_with_a_higher_number() -> None:
    roster = build(SETTINGS, NOW)
    turn = roster.turn(NOW + DAY)
    assert turn is not None
    taken = build(SETTINGS, NOW, [Override(Change.COVER, "duty", "dee", turn.start, turn.end, "dee", NOW)])
    sent = announced(roster)
    sent = (*sent, *announced(taken, sent))
    cancelled, asked = announced(roster, sent)
    assert (cancelled.person, cancelled.sequence) == ("dee", 2)
    assert (asked.person, asked.sequence) == (turn.person, 2)
    assert announced(roster, (*sent, cancelled, asked)) == ()


def test_whoever_learns_beside_the_one_on_duty_is_invited_too() -> None:
    settings = desk("ann", "bob", pair_shifts=1)
    one = Override(Change.SHADOW, "duty", "cy", NOW + DAY, NOW + 2 * DAY, "ann", NOW)
    assert "cy" in {one.person for one in announced(build(settings, NOW, [one]))}
