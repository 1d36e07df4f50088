"""Every word has a deed, and no letter names a word that does nothing."""

import re
from collections.abc import Iterable
from dataclasses import replace

import pytest

from daemon.core.commands.grammar import GRAMMAR, SPELLINGS, Row, Verb
from daemon.core.commands.permit import Level
from daemon.core.desk.deeds import DEEDS
from daemon.core.desk.scene import offered
from daemon.core.mail.letter import Words
from daemon.letters import SHIPPED
from store.model.changes import Said
from store.model.ticket import Kind, State
from tests.core.given import CUSTOMER, ticket
from tests.desk import shipped_letters

LETTERS = shipped_letters()
NAMED = re.compile(r'(?:"|„|<b>)([a-z][a-z ]{0,20}?)(?::|"|“|</b>)(?!: ["{[])')  # without the keys of a table


def test_every_word_of_the_grammar_has_a_deed() -> None:
    assert set(DEEDS) == set(Verb)


@pytest.mark.parametrize("language", ["en", "de"])
def test_letters_name_words_of_the_grammar(language: str) -> None:
    files = [*SHIPPED.glob(f"{language}/*.j2"), SHIPPED / f"said.{language}.txt.j2"]
    named = {word for file in files for word in NAMED.findall(file.read_text("utf-8"))}
    rows = {SPELLINGS[key].verb for word in named if (key := tuple(word.split())) in SPELLINGS}
    assert rows >= {Verb.YES, Verb.NO, Verb.MINE, Verb.NOT_EMERGENCY, Verb.HELP, Verb.REPLY, Verb.SEND, Verb.UNDO}


@pytest.mark.parametrize("state", list(State))
def test_at_most_eight_words_are_offered(state: State) -> None:
    for kind in Kind:
        words = offered(replace(ticket(1, CUSTOMER), kind=kind, state=state), Level.UNGATED)
        assert 0 < len(words) <= 8


def test_the_german_help_explains_every_word_in_german() -> None:
    said = LETTERS.write("result", "de", _help_of(row for row in GRAMMAR if row.listed)).text
    assert "ENGLISH" not in said


def _help_of(rows: Iterable[Row]) -> Words:
    forms = tuple(row.form for row in rows)
    return Words("Desk", "a@desk.test", 1, said=(Said("help", 1, words=forms, lines=("ENGLISH",) * len(forms)),))
