"""No line of our own letters is a command, so that no quoting gone wrong can set one off."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.commands.line import fit, lines
from daemon.core.commands.reading import Commands, read_command
from daemon.letters import NAMES, SAMPLES
from tests.core.command.test_words import WORDS
from tests.core.command.words import DESK, NOBODY
from tests.desk import shipped_letters

LETTERS = shipped_letters()
LANGUAGES = ("en", "de")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_no_line_of_a_letter_parses_as_a_command(name: str, language: str) -> None:
    for sample in SAMPLES:
        for known in (DESK, NOBODY):
            for line in lines(LETTERS.write(name, language, sample).text):
                assert fit(line, known) is None, line.written


@given(
    st.lists(st.sampled_from([*WORDS, "Dear all,", ""]), max_size=6).map("\n".join),
    st.sampled_from(NAMES),
    st.sampled_from(LANGUAGES),
    st.sampled_from(SAMPLES),
)
def test_a_senders_command_words_are_none_in_our_letter(said: str, name: str, language: str, sample: object) -> None:
    bait = replace(sample, subject=said, reporter_name=said, excerpt=said, reason=said, recipient=said)  # type: ignore[type-var]
    for line in lines(LETTERS.write(name, language, bait).text):  # type: ignore[arg-type]
        assert fit(line, NOBODY) is None, line.written


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_whole_letter_sent_back_orders_nothing(language: str) -> None:
    for name in NAMES:
        for sample in SAMPLES:
            assert not isinstance(read_command(LETTERS.write(name, language, sample).text, DESK), Commands)
