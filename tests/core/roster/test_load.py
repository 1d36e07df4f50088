"""What the duty costs people, and what it leaves of their week."""

from datetime import timedelta

from daemon.core.roster.load import finished, shares
from daemon.core.roster.roster import DAY, build
from store.model.shift import Change, Override, Part
from tests.core.roster.given import MONDAY, NAMES, at, desk

NOW = at(MONDAY, "09:30")
WEEK = 7 * DAY


def test_who_is_on_duty_all_week_has_nothing_left_and_everybody_else_has_it_all() -> None:
    roster = build(desk("ann", "bob", turn="week"), NOW)
    person = roster.on_duty(NOW)
    found = {one.person: one.left for one in shares(roster, MONDAY)}
    assert person is not None
    assert found == {name: 0.0 if name == person.id else 5.0 for name in NAMES}


def test_a_holiday_is_nobodys_working_day_and_who_is_away_has_less_left() -> None:
    settings = desk("ann", turn="week", holidays=[(MONDAY + timedelta(days=2)).isoformat()])
    away = Override(Change.AWAY, "", "bob", NOW, NOW + 3 * DAY, "bob", NOW)
    found = {one.person: one for one in shares(build(settings, NOW, [away]), MONDAY)}
    assert (found["ann"].working, found["ann"].left) == (4, 0.0)
    assert (found["bob"].away, found["bob"].left) == (2.0, 2.0)


def test_a_release_manager_is_not_on_duty() -> None:
    assert all(one.on_duty == 0.0 for one in shares(build(desk(manager=("ann",)), NOW), MONDAY))


def test_a_finished_turn_names_who_served_it_and_who_learned() -> None:
    roster = build(desk("ann", "bob"), NOW, [Override(Change.SHADOW, "duty", "cy", NOW, NOW + DAY, "cy", NOW - DAY)])
    turn = roster.turn(NOW)
    assert turn is not None
    duty, beside = finished(turn)
    assert (duty.person, duty.part, duty.planned, duty.turn) == (turn.person, Part.DUTY, turn.person, NOW)
    assert (beside.person, beside.part, beside.planned) == ("cy", Part.SHADOW, "")


def test_turns_that_are_recorded_as_planned_change_no_later_turn() -> None:
    settings = desk("ann", "bob", "cy", days="mon-sun", pair_shifts=2)
    roster = build(settings, NOW)
    week = roster.turns(NOW, NOW + WEEK)
    served = [shift for turn in week[:-1] for shift in finished(turn)]
    later = build(settings, week[-1].start, (), served)
    assert [turn.person for turn in later.turns(NOW, NOW + 30 * DAY)] == [
        turn.person for turn in roster.turns(NOW, NOW + 30 * DAY)
    ]
