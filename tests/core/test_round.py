"""A question that nobody answers is settled by the clauses of the definition, and by nothing else."""

from dataclasses import replace

import pytest

from daemon.core.desk.round import asked_until, overdue
from daemon.core.roster.roster import build
from daemon.core.settings import Settings
from store.model.changes import Lapse
from store.model.facts import OpenQuestion
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


def question(
    technical: bool | None, existing: bool | None, stopping: bool | None, tag: Tag = Tag.PROBLEM
) -> OpenQuestion:
    answers = {"technical": technical, "existing": existing, "stopping": stopping}
    clauses = tuple(Clause(name, holds, (CALLED,) if holds else ()) for name, holds in answers.items())
    verdict = Verdict(tag, unsure=True, score=1.0, area=None, clauses=clauses, definition="d3f")
    asked = replace(ticket(12, CUSTOMER), state=State.PAGED, unsure=True, asked_at=NOW - 90)
    return OpenQuestion(asked, verdict)


def settled(
    technical: bool | None, existing: bool | None, stopping: bool | None, tag: Tag = Tag.PROBLEM, now: float = NOW
) -> Lapse:
    return overdue(question(technical, existing, stopping, tag), settings(), build(settings(), now), now)


@pytest.mark.parametrize("existing", [True, None])
def test_where_technical_and_stopping_both_hold_silence_is_an_emergency(existing: bool | None) -> None:
    lapse = settled(True, existing, True)
    assert (lapse.verdict.tag, lapse.kind, lapse.state) == (Tag.EMERGENCY, Kind.REPORT, State.PAGED)
    (card,) = lapse.drafts
    assert (card.kind, card.letter, card.carries_original) == (MailKind.CARD, "card", False)


@pytest.mark.parametrize("technical", [True, False, None])
@pytest.mark.parametrize("stopping", [True, False, None])
def test_where_one_of_them_is_open_or_refused_it_is_filed(technical: bool | None, stopping: bool | None) -> None:
    if technical and stopping:
        return
    lapse = settled(technical, True, stopping)
    assert (lapse.verdict.tag, lapse.state) == (Tag.PROBLEM, State.TO_INVESTIGATE)
    (forward,) = lapse.drafts
    assert (forward.kind, forward.to.address, forward.carries_original) == (
        MailKind.FORWARD,
        "pipeline@team.test",
        True,
    )


def test_a_clause_that_holds_without_a_word_is_no_ground() -> None:
    asked = question(True, True, True)
    unquoted = tuple(replace(clause, evidence=()) for clause in asked.verdict.clauses)
    silent = replace(asked, verdict=replace(asked.verdict, clauses=unquoted))
    lapse = overdue(silent, settings(), build(settings(), NOW), NOW)
    assert lapse.verdict.tag is Tag.PROBLEM


def test_what_is_filed_goes_to_the_address_of_its_tag() -> None:
    lapse = settled(None, True, True, tag=Tag.QUESTION)
    assert (lapse.kind, lapse.state) == (Kind.QUESTION, State.FORWARDED)
    assert [draft.to.address for draft in lapse.drafts] == ["asked@team.test"]


@pytest.mark.parametrize("answers", [(True, True, True), (True, None, None), (None, None, False)])
def test_no_question_stays_open_and_the_evidence_stays_as_it_was(
    answers: tuple[bool | None, bool | None, bool | None],
) -> None:
    lapse = settled(*answers)
    assert not lapse.verdict.unsure
    assert lapse.verdict.clauses == question(*answers).verdict.clauses
    assert lapse.verdict.definition == "d3f"


def test_the_history_says_what_happened_and_why() -> None:
    (event,) = settled(True, True, True).events
    assert (event.at, event.who) == (NOW, "triaged")
    assert event.what.startswith("nobody answered within 1.5 minutes: treated as an emergency; card to ")
    (event,) = settled(True, True, None).events
    assert event.what == "nobody answered within 1.5 minutes: treated as problem; forwarded"


def test_the_card_goes_to_who_is_on_duty_now_not_to_who_was_asked() -> None:
    days = [settled(True, True, True, now=NOW + day * 86400).drafts[0].to.address for day in range(2)]
    assert sorted(days) == ["ann@team.test", "bob@team.test"]


def test_with_nobody_on_duty_any_more_an_emergency_does_not_wait_unseen() -> None:
    nobody = settings(duty={"answer_minutes": 1})
    lapse = overdue(question(True, True, True), nobody, build(nobody, NOW), NOW)
    assert (lapse.verdict.tag, lapse.state) == (Tag.EMERGENCY, State.TO_INVESTIGATE)
    assert [draft.kind for draft in lapse.drafts] == [MailKind.FORWARD]


@pytest.mark.parametrize(("minutes", "seconds"), [(15, 900), (0.5, 30), (0.01, 0.6)])
def test_the_time_to_answer_may_be_a_fraction_of_a_minute(minutes: float, seconds: float) -> None:
    given = settings(duty={"people": ["bob"], "answer_minutes": minutes})
    assert asked_until(given, NOW) == pytest.approx(NOW - seconds)
