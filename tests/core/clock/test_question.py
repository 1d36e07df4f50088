"""A question that nobody answers is settled by the clauses of the definition, and by nothing else."""

from dataclasses import replace

import pytest

from daemon.core.desk.clock.moment import Moment
from daemon.core.desk.clock.question import asked_until, lapse
from daemon.core.roster.roster import build
from daemon.core.settings import Settings
from store.model.occasion import Due, Occasion
from store.model.outbox import MailKind
from store.model.ticket import Kind, State
from store.model.verdict import Clause, Evidence, Tag, Verdict
from tests.core.given import CUSTOMER, NOW, ticket

CALLED = Evidence("cannot log in", 0, 13, "stop: cannot", 3.0)


def settings(**sections: object) -> Settings:
    base: dict[str, object] = {
        "desk": {"address": "support@hd.test"},
        "pipeline": {"address": "pipeline@team.test", "question": "asked@team.test"},
        "people": [
            {"id": "bob", "name": "Bob", "address": "bob@team.test"},
            {"id": "ann", "name": "Ann", "address": "ann@team.test"},
        ],
        "duty": {"people": ["bob", "ann"], "turn": "day", "answer_minutes": 1.5},
    }
    return Settings.model_validate(base | sections)


def question(technical: bool | None, existing: bool | None, stopping: bool | None, tag: Tag = Tag.PROBLEM) -> Due:
    answers = {"technical": technical, "existing": existing, "stopping": stopping}
    clauses = tuple(Clause(name, holds, (CALLED,) if holds else ()) for name, holds in answers.items())
    verdict = Verdict(tag, unsure=True, score=1.0, area=None, clauses=clauses, definition="d3f")
    asked = replace(ticket(12, CUSTOMER), state=State.PAGED, unsure=True, asked_at=NOW - 90)
    return Due(asked, verdict)


def moment(given: Settings, now: float) -> Moment:
    return Moment(given, build(given, now), now)


def lapsed(due: Due, given: Settings, now: float) -> Occasion:
    assert due.verdict
    return lapse(due, due.verdict, moment(given, now))


def after(occasion: Occasion) -> tuple[object, Kind, State]:
    """What the ticket is held to be, and what becomes of it."""
    assert occasion.verdict
    became = {edit.field: edit.after for edit in occasion.moves[0].edits}
    assert became["verdict"] is occasion.verdict.tag
    return occasion.verdict.tag, became.get("kind", Kind.REPORT), became.get("state", State.PAGED)


def settled(
    technical: bool | None, existing: bool | None, stopping: bool | None, tag: Tag = Tag.PROBLEM, now: float = NOW
) -> Occasion:
    return lapsed(question(technical, existing, stopping, tag), settings(), now)


@pytest.mark.parametrize("existing", [True, None])
def test_where_technical_and_stopping_both_hold_silence_is_an_emergency(existing: bool | None) -> None:
    became = settled(True, existing, True)
    assert after(became) == (Tag.EMERGENCY, Kind.REPORT, State.PAGED)
    (card,) = became.drafts
    assert (card.kind, card.letter, card.carries_original) == (MailKind.CARD, "card", False)


@pytest.mark.parametrize("technical", [True, False, None])
@pytest.mark.parametrize("stopping", [True, False, None])
def test_where_one_of_them_is_open_or_refused_it_is_filed(technical: bool | None, stopping: bool | None) -> None:
    if technical and stopping:
        return
    became = settled(technical, True, stopping)
    assert after(became) == (Tag.PROBLEM, Kind.REPORT, State.TO_INVESTIGATE)
    (forward,) = became.drafts
    assert (forward.kind, forward.to.address, forward.carries_original) == (
        MailKind.FORWARD,
        "pipeline@team.test",
        True,
    )


def test_a_clause_that_holds_without_a_word_is_no_ground() -> None:
    asked = question(True, True, True)
    assert asked.verdict
    unquoted = tuple(replace(clause, evidence=()) for clause in asked.verdict.clauses)
    unfounded = lapsed(replace(asked, verdict=replace(asked.verdict, clauses=unquoted)), settings(), NOW)
    assert after(unfounded)[0] is Tag.PROBLEM


def test_what_is_filed_goes_to_the_address_of_its_tag() -> None:
    became = settled(None, True, True, tag=Tag.QUESTION)
    assert after(became)[1:] == (Kind.QUESTION, State.FORWARDED)
    assert [draft.to.address for draft in became.drafts] == ["asked@team.test"]


@pytest.mark.parametrize("answers", [(True, True, True), (True, None, None), (None, None, False)])
def test_no_question_stays_open_and_the_evidence_stays_as_it_was(
    answers: tuple[bool | None, bool | None, bool | None],
) -> None:
    became, asked = settled(*answers), question(*answers)
    assert became.verdict
    assert asked.verdict
    assert not became.verdict.unsure
    assert became.verdict.clauses == asked.verdict.clauses
    assert became.verdict.definition == "d3f"


def test_the_history_says_what_happened_and_why() -> None:
    (event,) = settled(True, True, True).moves[0].events
    assert (event.at, event.who) == (NOW, "triaged")
    assert event.what.startswith("nobody answered within 1.5 minutes: treated as an emergency; card to ")
    (event,) = settled(True, True, None).moves[0].events
    assert event.what == "nobody answered within 1.5 minutes: treated as problem; forwarded"


def test_the_card_goes_to_who_is_on_duty_now_not_to_who_was_asked() -> None:
    days = [settled(True, True, True, now=NOW + day * 86400).drafts[0].to.address for day in range(2)]
    assert sorted(days) == ["ann@team.test", "bob@team.test"]


def test_with_nobody_on_duty_any_more_an_emergency_does_not_wait_unseen() -> None:
    became = lapsed(question(True, True, True), settings(duty={"answer_minutes": 1}), NOW)
    assert after(became) == (Tag.EMERGENCY, Kind.REPORT, State.TO_INVESTIGATE)
    assert [draft.kind for draft in became.drafts] == [MailKind.FORWARD]


@pytest.mark.parametrize(("minutes", "seconds"), [(15, 900), (0.5, 30), (0.01, 0.6)])
def test_the_time_to_answer_may_be_a_fraction_of_a_minute(minutes: float, seconds: float) -> None:
    given = settings(duty={"people": ["bob"], "answer_minutes": minutes})
    assert asked_until(moment(given, NOW)) == pytest.approx(NOW - seconds)
