"""The laws of the roster: never nobody, never two, fair within one turn, and the past stays as it was."""

from datetime import UTC, datetime
from itertools import combinations, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.core.roster.changes import Turn
from daemon.core.roster.roster import DAY, Roster, build
from store.model.shift import Change, Override
from tests.core.roster.given import MONDAY, NAMES, ZONES, at, desk

NOW = at(MONDAY)
HORIZON = 60
MOMENTS = st.integers(0, HORIZON * 24).map(lambda hours: NOW + hours * 3600.0)
PEOPLE = st.integers(1, 5).map(lambda many: NAMES[:many])


@st.composite
def overrides(draw: st.DrawFn) -> list[Override]:
    """Return what people of the desk, and one who takes no turns, may say in the next weeks."""
    said = []
    for row in range(1, draw(st.integers(0, 8)) + 1):
        change = draw(st.sampled_from([Change.AWAY, Change.COVER, Change.SWAP, Change.SHADOW]))
        since, back = draw(MOMENTS), draw(MOMENTS)
        length = draw(st.integers(1, 24 * 20)) * 3600.0
        said.append(
            Override(
                change, "" if change is Change.AWAY else "duty", draw(st.sampled_from(NAMES)), since, since + length,
                "ann", draw(MOMENTS), draw(st.sampled_from(NAMES)), (back, back + length), id=row,
            )
        )  # fmt: skip
    return said


def owners(roster: Roster, first: float, last: float) -> list[Turn]:
    return [turn for turn in roster.turns(first, last) if turn.whole]


@given(PEOPLE, overrides(), st.sampled_from(["day", "week"]), st.sampled_from([None, "flo"]))
@settings(max_examples=60, deadline=None)
def test_whatever_is_said_there_is_always_exactly_one(
    people: tuple[str, ...], said: list[Override], turn: str, fallback: str | None
) -> None:
    roster = build(desk(*people, turn=turn, fallback=fallback), NOW, said)
    turns = roster.turns(NOW - 7 * DAY, NOW + HORIZON * DAY)
    assert all(before.end == after.start for before, after in pairwise(turns))
    assert all(one.start < one.end for one in turns)
    assert turns[0].start <= NOW < turns[-1].end
    assert all(roster.people[one.person] for one in turns)
    assert all(one.shadow != one.person for one in turns)
    assert all(person.id != one.person for one in turns for person in roster.chain(one.start))


@given(PEOPLE, overrides(), st.sampled_from(["day", "week"]))
@settings(max_examples=60, deadline=None)
def test_between_two_who_are_both_there_the_turns_alternate(
    people: tuple[str, ...], said: list[Override], turn: str
) -> None:
    absences = [one for one in said if one.change is Change.AWAY]
    roster = build(desk(*people, turn=turn), NOW, absences)
    line = roster.lines["duty"]
    planned = [one.planned for one in line.turns if one.whole]
    for one, other in combinations([p for p in people if p not in {a.person for a in absences}], 2):
        served = [person for person in planned if person in (one, other)]
        assert all(before != after for before, after in pairwise(served)), (one, other)


@given(PEOPLE, overrides(), MOMENTS)
@settings(max_examples=60, deadline=None)
def test_what_is_said_today_changes_nothing_that_was(people: tuple[str, ...], said: list[Override], now: float) -> None:
    later = [one for one in said if one.at >= now]
    before = build(desk(*people), NOW, [one for one in said if one.at < now])
    after = build(desk(*people), NOW, [one for one in said if one.at < now] + later)
    for moment in range(int(NOW), int(now), 8 * 3600):
        assert before.on_duty(moment) == after.on_duty(moment)
        assert before.shadow(moment) == after.shadow(moment)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("at_clock", ["00:00", "02:30", "09:30", "23:59"])
@pytest.mark.parametrize("turn", ["day", "week"])
def test_through_a_year_with_its_leap_day_and_its_changes_of_clock_one_person_is_on_duty(
    zone: str, at_clock: str, turn: str
) -> None:
    """Hand-overs are looked at to the second, everything between them hour by hour."""
    start = datetime(2027, 12, 1, tzinfo=UTC).timestamp()
    roster = build(desk("ann", "bob", "cy", zone=zone, turn=turn, at=at_clock), start, until=start + 400 * DAY)
    turns = roster.turns(start, start + 396 * DAY)
    assert {turn.person for turn in turns} == {"ann", "bob", "cy"}
    for before, after in pairwise(turns):
        assert before.end == after.start
        assert before.person != after.person
        assert named(roster, after.start - 1) == before.person
        assert named(roster, after.start) == named(roster, after.start + 1) == after.person
        assert handed_over_as_declared(after.start, zone, at_clock, turn)
    for hour in range(int(turns[0].start), int(turns[-1].end), 3600):
        assert named(roster, hour)


def named(roster: Roster, now: float) -> str:
    person = roster.on_duty(now)
    assert person is not None
    return person.id


def handed_over_as_declared(moment: float, zone: str, clock: str, turn: str) -> bool:
    """Say whether the wall shows the declared time; one that a DST night skips is shown shifted by what it skips."""
    local = datetime.fromtimestamp(moment, UTC).astimezone(ZoneInfo(zone))
    hour, minute = map(int, clock.split(":"))
    declared = local.replace(hour=hour, minute=minute, tzinfo=None)
    skipped = datetime.fromtimestamp(declared.replace(tzinfo=ZoneInfo(zone)).timestamp(), ZoneInfo(zone))
    shown = local.replace(tzinfo=None) in (declared, skipped.replace(tzinfo=None))
    return shown and local.weekday() < 5 and (turn == "day" or local.weekday() == 0) and local.fold == 0


def test_a_turn_of_an_hour_that_the_clock_skips_begins_when_the_clock_would_have_shown_it() -> None:
    berlin = desk("ann", "bob", zone="Europe/Berlin", at="02:30", days="mon-sun")
    night = datetime(2027, 3, 28, 1, 30, tzinfo=UTC).timestamp()  # 02:30 does not exist; 03:30 summer time
    roster = build(berlin, night)
    assert named(roster, night - 1) != named(roster, night)


def test_an_hour_that_comes_twice_hands_over_the_first_time() -> None:
    berlin = desk("ann", "bob", zone="Europe/Berlin", at="02:30", days="mon-sun")
    night = datetime(2027, 10, 31, 0, 30, tzinfo=UTC).timestamp()  # 02:30 summer time; 02:30 comes again in an hour
    roster = build(berlin, night)
    assert named(roster, night - 1) != named(roster, night) == named(roster, night + 3600)


def test_the_leap_day_is_a_day_like_any_other() -> None:
    tuesday = at("2028-02-29")
    roster = build(desk("ann", "bob", "cy"), tuesday)
    found = [named(roster, tuesday + n * DAY) for n in (-1, 0, 1)]
    assert len(set(found)) == 3
