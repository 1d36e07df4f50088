"""`triaged duty` and the roster's part of `triaged check`."""

import asyncio
import json
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar

from store.migrate import migrate
from store.model.shift import Change, Override
from store.store import Store
from tests.cli.conftest import Triaged
from tests.ports import free_port

CONFIG = """
[desk]
address = "help@acme.example"
[smtp]
listen = "127.0.0.1:{port}"
[pipeline]
address = "product@acme.example"
[[people]]
id = "anna"
name = "Anna"
address = "anna@acme.example"
[[people]]
id = "cy"
name = "Cyprian Wojciechowski"
address = "cy@acme.example"
[[people]]
id = "dee"
name = "Dee"
address = "dee@acme.example"
[duty]
people = ["anna", "dee"]
turn = "day"
days = "mon-sun"
at = "00:00"
holidays = ["2026-12-25"]
[manager]
people = ["cy"]
"""
DAY = timedelta(days=1)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    (tmp_path / "triaged.toml").write_text(CONFIG.replace("{port}", str(free_port())), "utf-8")
    return tmp_path / "triaged.toml"


def say(desk: Path, *overrides: Override) -> None:
    async def keep() -> None:
        store = Store.open(url)
        for one in overrides:
            await store.override(one)
        await store.close()

    url = f"sqlite:///{desk.parent / 'triaged.db'}"
    migrate(url)
    asyncio.run(keep())


def moment(day: date) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()


def away(person: str, day: date) -> Override:
    return Override(Change.AWAY, "", person, moment(day), moment(day + DAY), person, time.time() - 1)


def test_the_weeks_are_rows_and_every_day_has_somebody(desk: Path, triaged: Triaged) -> None:
    result = triaged("duty", "-c", desk, "--from", "2026-12-21", "--days", "7")
    assert result.exit_code == 0, result.output
    title, week, row, *_ = result.output.splitlines()
    assert title.startswith("duty: ")
    assert week.split() == ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    assert row.split()[:3] == ["Dec", "52", "21"]
    assert sorted((row.count(" Anna"), row.count(" Dee"))) == [3, 4]  # the holiday belongs to the day before
    assert "release manager: Cyprian Wojciechowski" in result.output


def test_what_was_said_is_marked_and_told_below(desk: Path, triaged: Triaged) -> None:
    day = datetime.now(UTC).date() + 3 * DAY
    cover = Override(Change.COVER, "duty", "cy", moment(day), moment(day + DAY), "cy", time.time() - 1)
    say(desk, cover)
    result = triaged("duty", "-c", desk, "--days", "5")
    assert f"{day.day:>2} cy*" in result.output  # the name would not fit
    (line,) = [line for line in result.output.splitlines() if line.startswith("* ")]
    assert f"{day:%a %d %b}" in line
    assert "Cyprian Wojciechowski instead of" in line
    assert "(cover)" in line


def test_as_json_each_turn_is_one_line(desk: Path, triaged: Triaged) -> None:
    result = triaged("duty", "-c", desk, "--from", "2026-12-21", "--days", "2", "--json")
    turns = [json.loads(line) for line in result.output.splitlines()]
    assert [turn["rota"] for turn in turns] == ["duty", "duty", "manager"]
    assert list(turns[0]) == ["rota", "start", "end", "person", "name", "shadow", "planned", "change"]
    assert (turns[0]["start"], turns[0]["end"]) == ("2026-12-21T00:00:00Z", "2026-12-22T00:00:00Z")


def test_the_calendar_file_holds_every_turn(desk: Path, triaged: Triaged, tmp_path: Path) -> None:
    result = triaged("duty", "-c", desk, "--from", "2026-12-21", "--days", "7", "--ics", tmp_path / "duty.ics")
    assert result.exit_code == 0, result.output
    events = Calendar.from_ical((tmp_path / "duty.ics").read_bytes()).walk("VEVENT")
    assert len(events) == 7  # six of the duty, since no turn begins on the holiday, and one release manager's
    assert len({str(event["UID"]) for event in events}) == 7


def test_a_file_that_cannot_be_written_is_said(desk: Path, triaged: Triaged, tmp_path: Path) -> None:
    result = triaged("duty", "-c", desk, "--ics", tmp_path / "nowhere" / "duty.ics")
    assert result.exit_code == 1
    assert "cannot be written: no such file or directory" in result.output


@pytest.mark.parametrize("words", ["soon", "2026-13-01", "1999-01-01", "9999-12-31"])
def test_a_day_that_is_none_is_wrong_usage(desk: Path, triaged: Triaged, words: str) -> None:
    assert triaged("duty", "-c", desk, "--from", words).exit_code == 2


def test_a_desk_without_people_says_so(new_desk: Path, triaged: Triaged) -> None:
    result = triaged("duty", "-c", new_desk)
    assert (result.exit_code, "nobody takes turns" in result.output) == (0, True)


def test_check_names_the_days_on_which_nobody_is_there(desk: Path, triaged: Triaged) -> None:
    day = datetime.now(UTC).date() + 3 * DAY
    say(desk, away("anna", day), away("dee", day))
    result = triaged("check", "-c", desk)
    assert result.exit_code == 1
    assert f"duty: everybody is away from {day} 00:00 to {day + DAY} 00:00" in result.output
    assert "duty.fallback: nobody" in result.output


def test_a_gap_that_the_fallback_fills_is_a_note(desk: Path, triaged: Triaged) -> None:
    desk.write_text(desk.read_text("utf-8").replace('at = "00:00"', 'at = "00:00"\nfallback = "cy"'), "utf-8")
    day = datetime.now(UTC).date() + 3 * DAY
    say(desk, away("anna", day), away("dee", day))
    result = triaged("check", "-c", desk)
    assert f"note  duty       duty: everybody is away from {day}" in result.output
    assert "cy is asked instead" in result.output
    assert "fault duty" not in result.output


def test_who_is_twice_in_a_rota_is_a_fault(desk: Path, triaged: Triaged) -> None:
    desk.write_text(
        desk.read_text("utf-8").replace('people = ["anna", "dee"]', 'people = ["anna", "dee", "anna"]'), "utf-8"
    )
    assert "duty.people[2]: 'anna' is in this rota already" in triaged("check", "-c", desk).output
