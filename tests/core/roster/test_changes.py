"""What somebody says of the rota, and what it does to it: the words change what they name, and nothing else."""

from itertools import pairwise

import pytest

from daemon.core.roster.roster import DAY, Roster, build
from daemon.core.settings import Settings
from store.model.shift import Change, Override, Part, Shift
from tests.core.roster.given import MONDAY, NAMES, at, desk

HAND_OVER = at(MONDAY, "09:30")
NOW = at(MONDAY, "08:00")
THREE = desk("ann", "bob", "cy", days="mon-sun")


def days(roster: Roster, many: int = 9) -> list[str]:
    found = (roster.on_duty(HAND_OVER + n * DAY) for n in range(many))
    return [person.id if person else "" for person in found]


def said(
    change: Change, person: str, first: float, length: float = 1, other: str | None = None, at_: float = NOW,
    back: float = 0, row: int = 0,
) -> Override:  # fmt: skip
    """Return what is said of so many days, counted from this Monday."""
    start, returned = HAND_OVER + first * DAY, HAND_OVER + back * DAY
    rota = "" if change is Change.AWAY else "duty"
    span = (returned, returned + length * DAY)
    return Override(change, rota, person, start, start + length * DAY, person, at_, other, span, id=row)


def place(person: str, settings: Settings = THREE) -> int:
    return days(build(settings, NOW)).index(person)


@pytest.mark.parametrize("many", [3, 4, 5])
def test_who_is_away_for_a_turn_changes_places_with_the_next_and_nobody_else_moves(many: int) -> None:
    four = desk(*NAMES[:many], days="mon-sun")
    usual = days(build(four, NOW), 30)
    gone = usual.index("bob")
    found = days(build(four, NOW, [said(Change.AWAY, "bob", gone)]), 30)
    assert found[gone : gone + 2] == [usual[gone + 1], "bob"]
    assert found[:gone] + found[gone + 2 :] == usual[:gone] + usual[gone + 2 :]


def test_who_missed_turns_is_next_when_back_and_makes_up_for_one_of_them() -> None:
    found = days(build(THREE, NOW, [said(Change.AWAY, "bob", 0, 10)]), 20)
    assert "bob" not in found[:10]
    assert all(one != other for one, other in pairwise(found[:10]))
    assert found[10] == "bob"
    assert found[10:16].count("bob") == 3
    assert found[16:20].count("bob") <= 2


def test_who_is_away_for_a_part_of_a_week_is_stood_in_for_on_those_days_only() -> None:
    weekly = desk("ann", "bob", "cy", turn="week")
    usual = days(build(weekly, NOW), 7)
    found = days(build(weekly, NOW, [said(Change.AWAY, usual[0], 2)]), 7)
    assert [n for n in range(7) if found[n] != usual[n]] == [2]
    assert found[2] == days(build(weekly, NOW), 8)[7]  # the one whose turn is next


def test_who_is_away_for_most_of_a_week_does_not_have_it() -> None:
    weekly = desk("ann", "bob", "cy", turn="week")
    first = days(build(weekly, NOW), 1)[0]
    assert first not in days(build(weekly, NOW, [said(Change.AWAY, first, 0, 3)]), 7)


def test_who_falls_ill_in_the_middle_of_a_turn_is_stood_in_for_from_then_on() -> None:
    now = HAND_OVER + 3 * 3600
    person, after = days(build(THREE, NOW), 2)
    roster = build(THREE, now, [said(Change.AWAY, person, 0, at_=now)])
    before, then = roster.turns(HAND_OVER, HAND_OVER + DAY)
    assert (before.person, before.end, then.person, then.start) == (person, now, after, now)
    assert then.why is Change.AWAY


def test_who_says_me_has_the_rest_of_todays_turn() -> None:
    now = HAND_OVER + 3 * 3600
    usual = days(build(THREE, NOW), 5)
    other = next(p for p in THREE.duty.people if p != usual[0])
    roster = build(THREE, now, [said(Change.COVER, other, 0, at_=now)])
    assert [turn.person for turn in roster.turns(HAND_OVER, HAND_OVER + DAY)] == [usual[0], other]
    assert days(roster, 5)[1:] == usual[1:]


def test_two_who_swap_have_each_others_turn_and_nobody_else_moves() -> None:
    usual = days(build(THREE, NOW))
    mine, theirs = usual.index("ann"), usual.index("cy")
    found = days(build(THREE, NOW, [said(Change.SWAP, "ann", mine, other="cy", back=theirs)]))
    assert (found[mine], found[theirs]) == ("cy", "ann")
    assert [p for n, p in enumerate(found) if n not in (mine, theirs)] == [
        p for n, p in enumerate(usual) if n not in (mine, theirs)
    ]


def test_what_was_taken_back_does_not_hold_and_what_was_said_last_does() -> None:
    away = said(Change.AWAY, "bob", place("bob"), row=1)
    back = Override(Change.TAKEN_BACK, "", "bob", away.since, away.until, "bob", NOW, takes_back=1, id=2)
    assert days(build(THREE, NOW, [away, back])) == days(build(THREE, NOW))
    yes = said(Change.COVER, "bob", place("bob"), row=3)
    assert days(build(THREE, NOW, [away, yes]))[place("bob")] == "bob"


def test_where_everybody_is_away_the_fallback_has_it_and_the_gap_is_named() -> None:
    everybody = [said(Change.AWAY, person, 2) for person in THREE.duty.people]
    covered = desk("ann", "bob", "cy", days="mon-sun", fallback="dee")
    roster = build(covered, NOW, everybody)
    assert days(roster)[2] == "dee"
    (gap,) = roster.gaps(NOW, NOW + 14 * DAY)
    assert (gap.start, gap.end, gap.person) == (HAND_OVER + 2 * DAY, HAND_OVER + 3 * DAY, "dee")
    assert gap.words == "everybody is away"


def test_where_the_fallback_is_missing_or_away_too_somebody_has_it_even_so() -> None:
    everybody = [said(Change.AWAY, person, 2) for person in THREE.duty.people]
    roster = build(THREE, NOW, everybody)
    assert days(roster)[2] in THREE.duty.people
    assert [gap.words for gap in roster.gaps(NOW, NOW + 14 * DAY)] == ["everybody is away"]
    covered = desk("ann", fallback="dee", days="mon-sun")
    roster = build(covered, NOW, [said(Change.AWAY, "ann", 2), said(Change.AWAY, "dee", 2)])
    assert [gap.words for gap in roster.gaps(NOW, NOW + 14 * DAY)] == ["everybody is away, the fallback too"]


def test_who_is_away_is_not_asked_next() -> None:
    roster = build(THREE, NOW, [said(Change.AWAY, "bob", -1, 30)])
    assert [p.id for p in roster.chain(HAND_OVER)] == [days(roster, 2)[1]]


def shifts(person: str, many: int, part: Part = Part.DUTY) -> list[Shift]:
    starts = [HAND_OVER - (n + 10) * DAY for n in range(many)]
    return [Shift("duty", start, start + DAY, person, part, "", start) for start in starts]


def test_who_has_not_finished_enough_turns_learns_beside_somebody_experienced() -> None:
    pairing = desk("ann", "bob", "cy", days="mon-sun", pair_shifts=3)
    served = [*shifts("ann", 3), *shifts("cy", 4)]
    roster = build(pairing, NOW, (), served)
    turns = [turn for turn in roster.turns(HAND_OVER, HAND_OVER + 20 * DAY) if turn.whole]
    learning = [turn for turn in turns if turn.shadow]
    assert {turn.shadow for turn in learning} == {"bob"}
    assert len(learning) == 3
    assert all(turn.person in ("ann", "cy") for turn in learning)
    alone = [turn.start for turn in turns if turn.person == "bob"]
    assert alone
    assert min(alone) > max(turn.start for turn in learning)
    assert roster.shadow(learning[0].start) == roster.people["bob"]


def test_a_turn_beside_somebody_counts_as_one_that_was_finished() -> None:
    pairing = desk("ann", "bob", days="mon-sun", pair_shifts=2)
    served = [*shifts("ann", 2), *shifts("bob", 2, Part.SHADOW)]
    assert not any(turn.shadow for turn in build(pairing, NOW, (), served).turns(NOW, NOW + 9 * DAY))


def test_where_nobody_is_experienced_all_serve_and_go_on_serving() -> None:
    pairing = desk("ann", "bob", "cy", days="mon-sun", pair_shifts=3)
    turns = build(pairing, NOW).turns(NOW, NOW + 40 * DAY)
    assert not any(turn.shadow for turn in turns)
    assert {turn.person for turn in turns} == {"ann", "bob", "cy"}


def test_somebody_may_be_asked_to_learn_beside_the_one_on_duty() -> None:
    roster = build(THREE, NOW, [said(Change.SHADOW, "dee", 0)])
    assert roster.shadow(HAND_OVER) == roster.people["dee"]
    assert roster.shadow(HAND_OVER + DAY) is None


def test_turns_that_were_served_stay_whoever_is_on_the_list_now() -> None:
    usual = build(THREE, NOW)
    last = usual.turn(HAND_OVER - DAY)
    assert last is not None
    served = [Shift("duty", last.start, last.end, last.person, Part.DUTY, last.person, last.start)]
    bigger = desk("ann", "bob", "cy", "dee", "eve", days="mon-sun")
    roster = build(bigger, NOW, (), served)
    assert roster.on_duty(last.start) == usual.on_duty(last.start)
    assert roster.on_duty(HAND_OVER) != usual.on_duty(last.start)


def test_a_desk_of_one_has_that_one_always() -> None:
    roster = build(desk("ann"), NOW, [said(Change.AWAY, "ann", 0, 5)])
    assert set(days(roster, 20)) == {"ann"}
    assert roster.gaps(NOW, NOW + 14 * DAY)
