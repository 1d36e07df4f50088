"""Mails as people write them, in six languages: who is stopped reaches a person, and the rest interrupts nobody."""

import tomllib
from pathlib import Path

import pytest

from tests.core.judge.desk import outcome

MAILS = tomllib.loads((Path(__file__).parent / "stopped.toml").read_text("utf-8"))
STOPPED = [text for texts in MAILS["stopped"].values() for text in texts]
ORDINARY = [text for texts in MAILS["ordinary"].values() for text in texts]


@pytest.mark.parametrize("text", STOPPED)
def test_who_is_stopped_is_never_only_filed(text: str) -> None:
    assert outcome("", text) in {"page", "ask"}


def test_who_is_stopped_nearly_always_pages_at_once() -> None:
    assert sum(outcome("", text) == "page" for text in STOPPED) >= 0.9 * len(STOPPED)


def test_no_more_than_one_ordinary_mail_in_a_hundred_interrupts_anyone() -> None:
    paged = [text for text in ORDINARY if outcome("", text) == "page"]
    assert len(paged) <= 0.01 * len(ORDINARY), paged


def test_few_ordinary_mails_are_asked_about() -> None:
    assert sum(outcome("", text) == "ask" for text in ORDINARY) <= 0.05 * len(ORDINARY)
