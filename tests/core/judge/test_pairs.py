"""Two texts that differ in little, of which only the first is an emergency: the second is filed, not even asked."""

import tomllib
from pathlib import Path

import pytest

from tests.core.judge.desk import outcome

PAIRS = tomllib.loads((Path(__file__).parent / "pairs.toml").read_text("utf-8"))
EACH = [pytest.param(pair, id=f"{language}: {pair['turns']}") for language, pairs in PAIRS.items() for pair in pairs]


def test_there_are_sixty_in_six_languages() -> None:
    assert len(EACH) >= 60
    assert len(PAIRS) == 6


@pytest.mark.parametrize("pair", EACH)
def test_only_the_first_interrupts(pair: dict[str, str]) -> None:
    assert outcome("", pair["page"]) == "page"
    assert outcome("", pair["file"]) not in {"page", "ask"}
