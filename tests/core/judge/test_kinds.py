"""What never was is wished for, what is not right any more is a problem, and who asks how has a question."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.core.triage.definition import AXES, Rule
from daemon.core.triage.judge import judge
from store.model.verdict import Tag
from tests.core.judge.desk import shipped, verdict
from tests.core.judge.mails import mails

KINDS = tomllib.loads((Path(__file__).parent / "kinds.toml").read_text("utf-8"))
EACH = [pytest.param(told, id=f"{language}: {told['turns']}") for language, its in KINDS.items() for told in its]


@pytest.mark.parametrize("told", EACH)
def test_a_thing_that_never_was_is_a_wish(told: dict[str, str]) -> None:
    assert verdict("", told["wish"]).tag is Tag.FEATURE


@pytest.mark.parametrize("told", EACH)
def test_a_thing_that_is_not_right_is_a_problem(told: dict[str, str]) -> None:
    assert verdict("", told["fault"]).tag in {Tag.PROBLEM, Tag.EMERGENCY}


@pytest.mark.parametrize("told", EACH)
def test_who_asks_how_has_a_question(told: dict[str, str]) -> None:
    assert verdict("", told["question"]).tag is Tag.QUESTION


def _bears_on_the_tag_alone(rule: Rule) -> bool:
    return not any(
        weight for axis, weight in zip(AXES, rule.group.weights, strict=False) if axis not in {"feature", "other"}
    )


def _silenced(rule: Rule) -> Rule:
    nothing = replace(rule.group, weights=(0.0,) * len(AXES))
    return replace(rule, group=nothing) if _bears_on_the_tag_alone(rule) and rule.group.weights else rule


def test_what_bears_on_the_tag_alone_moves_no_clause_and_no_score() -> None:
    whole = shipped()
    bare = replace(whole, rules=tuple(map(_silenced, whole.rules)))
    assert bare.rules != whole.rules
    for mail in mails()[::5]:
        told, untold = (judge(definition, mail.subject, mail.text) for definition in (whole, bare))
        assert (told.score, told.clauses, told.unsure) == (untold.score, untold.clauses, untold.unsure)
