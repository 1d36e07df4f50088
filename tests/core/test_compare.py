"""Two verdicts differ in what they come to, and the clause whose answer moved made the difference, with its words."""

from dataclasses import replace

import pytest

from daemon.core.triage.compare import Difference, Quote, as_said, difference
from store.model.verdict import Clause, Evidence, Lesson, Part, Tag, Verdict

DOWN = Evidence("is down", 4, 11, "broken: is down", 3.0)
STUCK = Evidence("cannot work", 20, 31, "cannot: can not", 2.5)
CALM = Evidence("no hurry", 40, 48, "calm: no hurry", -2.0)
SHOUT = Evidence("Help", 0, 4, "shout: help", 0.5, Part.SUBJECT)


def verdict(
    tag: Tag = Tag.PROBLEM,
    stopping: bool | None = False,
    words: tuple[Evidence, ...] = (),
    technical: tuple[Evidence, ...] = (DOWN,),
    *,
    unsure: bool = False,
) -> Verdict:
    clauses = (Clause("technical", True, technical), Clause("existing", True, ()), Clause("stopping", stopping, words))
    return Verdict(tag, unsure, 1.0, None, clauses, "old")


def made(then: Verdict, now: Verdict) -> Difference:
    found = difference(then, now)
    assert found is not None
    return found


def test_what_comes_to_the_same_is_no_difference_whatever_the_words() -> None:
    assert difference(verdict(words=(CALM,)), verdict(words=(), stopping=None)) is None


def test_a_question_is_a_difference() -> None:
    assert made(verdict(), verdict(unsure=True, stopping=None)).clause == "stopping"


def test_the_clause_that_moved_is_named_with_the_words_that_moved_it() -> None:
    found = made(verdict(), verdict(Tag.EMERGENCY, True, (STUCK,)))
    assert found == Difference("stopping", False, True, (Quote(STUCK, 2.5),))


def test_words_that_count_no_more_are_quoted_with_what_was_lost() -> None:
    found = made(verdict(Tag.EMERGENCY, True, (STUCK,)), verdict())
    assert found == Difference("stopping", True, False, (Quote(STUCK, -2.5),))


def test_words_that_speak_against_a_clause_are_why_it_fell() -> None:
    found = made(verdict(Tag.EMERGENCY, True, (STUCK,)), verdict(words=(STUCK, CALM)))
    assert found.quotes == (Quote(CALM, -2.0),)


def test_words_that_weigh_more_are_quoted_by_how_much() -> None:
    heavier = replace(STUCK, weight=4.0, rule="cannot: cannot work")
    found = made(verdict(stopping=None, words=(STUCK,)), verdict(Tag.EMERGENCY, True, (heavier,)))
    assert found.quotes == (Quote(heavier, 1.5),)


def test_a_clause_that_moved_goes_before_words_that_moved_nothing() -> None:
    louder = (replace(DOWN, weight=6.0),)
    now = verdict(Tag.EMERGENCY, True, (STUCK,), technical=louder)
    assert made(verdict(), now).clause == "stopping"
    assert made(verdict(), verdict(Tag.EMERGENCY, False, technical=louder)).quotes == (Quote(louder[0], 3.0),)


def test_where_a_threshold_moved_the_words_stand_as_they_did() -> None:
    found = made(verdict(stopping=None, words=(SHOUT, STUCK)), verdict(Tag.EMERGENCY, True, (SHOUT, STUCK)))
    assert found == Difference("stopping", None, True, (Quote(STUCK, 0.0), Quote(SHOUT, 0.0)))


def test_where_no_clause_has_a_part_in_it_none_is_named() -> None:
    assert made(verdict(Tag.FEATURE), verdict(Tag.QUESTION)) == Difference(None, None, None, ())


def test_what_learning_moved_is_not_the_definitions_doing() -> None:
    taught = replace(verdict(Tag.EMERGENCY), learned=Lesson(1.5, (3,)))
    assert difference(taught, verdict()) is None
    assert difference(taught, replace(verdict(), definition="new")) is not None


@pytest.mark.parametrize(
    ("said", "tag", "unsure", "right"),
    [
        (Tag.EMERGENCY, Tag.EMERGENCY, False, True),
        (Tag.EMERGENCY, Tag.PROBLEM, True, False),
        (None, Tag.PROBLEM, False, True),
        (None, Tag.PROBLEM, True, False),
        (None, Tag.EMERGENCY, False, False),
        (Tag.FEATURE, Tag.FEATURE, False, True),
        (Tag.FEATURE, Tag.OTHER, False, False),
    ],
)
def test_a_verdict_is_right_where_it_is_what_the_team_said(
    said: Tag | None, tag: Tag, unsure: bool, right: bool
) -> None:
    assert as_said(verdict(tag, unsure=unsure), said) is right
