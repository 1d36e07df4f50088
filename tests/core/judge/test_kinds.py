"""What never was is wished for, what is not right any more is a problem, and who asks how has a question."""

import tomllib
from pathlib import Path

import pytest

from store.model.verdict import Tag
from tests.core.judge.desk import verdict

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
