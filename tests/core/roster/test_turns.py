"""Who is on duty when: hand-overs on working days, nights and weekends to the turn before, and who comes next."""

from datetime import date, timedelta

import pytest

from daemon.core.roster.roster import Roster, build
from daemon.core.roster.rotas import weekdays
from tests.core.roster.given import MONDAY, at, desk

WEEK = timedelta(days=7)


def days(roster: Roster, first: date, many: int, clock: str = "12:00", team: str | None = None) -> list[str]:
    found = (roster.on_duty(at(first + timedelta(days=n), clock), team) for n in range(many))
    return [person.id if person else "" for person in found]


def test_a_day_turn_passes_on_at_the_hand_over_and_not_at_midnight() -> None:
    roster = build(desk("ann", "bob", "cy"), at(MONDAY))
    today, tomorrow = days(roster, MONDAY, 2)
    assert today != tomorrow
    assert days(roster, MONDAY, 1, "23:59") == [today]
    assert days(roster, MONDAY + timedelta(days=1), 1, "09:29") == [today]
    assert days(roster, MONDAY + timedelta(days=1), 1, "09:30") == [tomorrow]


def test_a_weekend_belongs_to_the_turn_before_it() -> None:
    mon, tue, wed, thu, fri, sat, sun, again = days(build(desk("ann", "bob", "cy"), at(MONDAY)), MONDAY, 8)
    assert (sat, sun) == (fri, fri)
    assert again not in (fri, "")
    assert (mon, tue, wed) == (thu, fri, again)


def test_a_holiday_belongs_to_the_turn_before_it_and_nobody_loses_their_turn_by_it() -> None:
    usual = build(desk("ann", "bob", "cy"), at(MONDAY))
    wednesday = MONDAY + timedelta(days=2)
    off = build(desk("ann", "bob", "cy", holidays=[wednesday.isoformat()]), at(MONDAY))
    mon, tue, wed, thu, _ = days(usual, MONDAY, 5)
    assert days(off, MONDAY, 4) == [mon, tue, tue, wed]
    assert thu != tue


def test_a_week_turn_begins_on_the_first_working_day_of_the_week() -> None:
    roster = build(desk("ann", "bob", turn="week", holidays=[MONDAY.isoformat()]), at(MONDAY))
    (before,) = days(roster, MONDAY - WEEK, 1)
    mon, tue, *rest = days(roster, MONDAY, 7)
    assert (mon, tue) == (before, "bob" if before == "ann" else "ann")
    assert set(rest) == {tue}


def test_a_week_without_a_working_day_belongs_to_the_turn_before_it() -> None:
    closed = [(MONDAY + timedelta(days=n)).isoformat() for n in range(5)]
    roster = build(desk("ann", "bob", turn="week", holidays=closed), at(MONDAY))
    assert days(roster, MONDAY - WEEK, 1) * 14 == days(roster, MONDAY - WEEK, 14)


def test_a_team_has_its_own_duty_and_one_without_has_the_desks() -> None:
    roster = build(desk("ann", teams={"billing": ("cy",), "shop": ()}), at(MONDAY))
    assert days(roster, MONDAY, 1, team="billing") == ["cy"]
    assert days(roster, MONDAY, 1, team="shop") == ["ann"]
    assert days(roster, MONDAY, 1) == ["ann"]


def test_where_only_teams_have_people_on_duty_the_first_team_is_asked_for_what_is_nobodys() -> None:
    roster = build(desk(teams={"billing": ("cy",), "shop": ("dee",)}), at(MONDAY))
    assert days(roster, MONDAY, 1) == ["cy"]


def test_the_fallback_is_on_duty_where_nobody_takes_turns_and_nobody_where_nobody_is_declared() -> None:
    assert days(build(desk(fallback="cy"), at(MONDAY)), MONDAY, 1) == ["cy"]
    nobody = build(desk(), at(MONDAY))
    assert nobody.on_duty(at(MONDAY)) is None
    assert nobody.shadow(at(MONDAY)) is None
    assert nobody.managing(at(MONDAY)) is None
    assert nobody.chain(at(MONDAY)) == ()
    assert nobody.turns(at(MONDAY), at(MONDAY + WEEK)) == ()


def test_release_managers_take_turns_of_their_own() -> None:
    roster = build(desk("ann", manager=("dee", "eve")), at(MONDAY))
    found = [roster.managing(at(MONDAY + n * WEEK)) for n in range(3)]
    assert [person.id for person in found if person] in (["dee", "eve", "dee"], ["eve", "dee", "eve"])
    assert all(turn.rota == "manager" for turn in roster.managers(at(MONDAY), at(MONDAY + 3 * WEEK)))


def test_after_the_one_on_duty_come_the_next_on_the_rota_and_then_the_fallback() -> None:
    roster = build(desk("ann", "bob", "cy", fallback="dee"), at(MONDAY))
    now, after, last = days(roster, MONDAY, 3)
    assert [person.id for person in roster.chain(at(MONDAY))] == [after, last, "dee"]
    assert now not in [person.id for person in roster.chain(at(MONDAY))]


def test_a_moment_before_all_turns_and_one_far_ahead_have_somebody_too() -> None:
    roster = build(desk("ann", "bob"), at(MONDAY))
    assert roster.on_duty(0.0) is not None
    assert roster.on_duty(at("2040-01-01")) is not None


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("mon-fri", {0, 1, 2, 3, 4}),
        ("mon,wed", {0, 2}),
        ("sat-mon", {5, 6, 0}),
        ("sun", {6}),
        ("mon-tue,sat", {0, 1, 5}),
    ],
)
def test_working_days_may_be_spans_and_lists(words: str, meant: set[int]) -> None:
    assert weekdays(words) == meant
