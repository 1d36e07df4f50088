"""Answers to a digest: each line of the answer names a line of the digest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.commands.grammar import Verb
from daemon.core.commands.line import NotUnderstood, Reason
from daemon.core.commands.reading import MOST_IN_DIGEST, Commands, read_digest_commands
from tests.core.command.words import DESK

LAST = 9


def answered(text: str) -> Commands | NotUnderstood | None:
    return read_digest_commands(text, DESK, LAST)


def short(text: str) -> list[tuple[object, ...]]:
    answer = answered(text)
    assert isinstance(answer, Commands), answer
    return [(c.entry, c.verb.value, *map(str, c.arguments)) for c in answer.commands]


@pytest.mark.parametrize(
    "line", ["3 bug p1", "#3 bug p1", "3. bug p1", "3) BUG P1.", "3: bug p1", " 3  #bug p1", "3\xa0bug p1"]
)
def test_a_line_begins_with_the_number_of_the_digests_line(line: str) -> None:
    assert short(line) == [(3, "bug", "p1")]


def test_each_line_is_for_its_own_entry_and_none_contradicts_another() -> None:
    assert short("3 bug p1\n4 dup 12\n\n5 done\n6 reopen") == [
        (3, "bug", "p1"),
        (4, "dup", "12"),
        (5, "done"),
        (6, "reopen"),
    ]
    answer = answered("3 done\n3 reopen")
    assert isinstance(answer, NotUnderstood)
    assert answer.reason is Reason.CONTRADICTS


def test_words_belong_to_the_line_above_them_and_never_swallow_a_command() -> None:
    answer = answered("3 reply: Dear Ada,\nit works.\n4 done\nBob")
    assert isinstance(answer, Commands)
    assert [(c.entry, c.verb, c.letter) for c in answer.commands] == [
        (3, Verb.REPLY, "Dear Ada,\nit works."),
        (4, Verb.DONE, "Bob"),
    ]


@pytest.mark.parametrize(
    "prose", ["3 people cannot log in", "10:30 call", "2026-12-01", "Thanks\n3 bug p1", "3", "3 of them", ""]
)
def test_prose_that_begins_with_a_number_is_text(prose: str) -> None:
    assert answered(prose) is None


def test_a_line_that_the_digest_does_not_have_is_told() -> None:
    answer = answered("3 bug\n10 done")
    assert isinstance(answer, NotUnderstood)
    assert (answer.line, answer.reason) == ("10 done", Reason.NO_SUCH_LINE)


def test_a_slip_is_quoted_with_its_number() -> None:
    answer = answered("3 bugg p1\n4 done")
    assert isinstance(answer, NotUnderstood)
    assert (answer.line, answer.nearest) == ("3 bugg p1", ("3 bug p1",))


def test_a_word_that_is_about_no_ticket_needs_no_number() -> None:
    assert short("duty\n3 mine\nlist") == [(None, "duty"), (3, "mine"), (None, "list")]


def test_a_digest_of_many_lines_is_answered_in_one_mail_up_to_a_limit() -> None:
    lines = [f"{n} p1" for n in range(1, MOST_IN_DIGEST + 2)]
    answer = read_digest_commands("\n".join(lines[:-1]), DESK, 99)
    assert isinstance(answer, Commands)
    assert len(answer.commands) == MOST_IN_DIGEST
    answer = read_digest_commands("\n".join(lines), DESK, 99)
    assert isinstance(answer, NotUnderstood)
    assert answer.reason is Reason.TOO_MANY


@given(
    st.lists(
        st.tuples(st.integers(1, LAST), st.sampled_from(["p0", "bug p2", "give bo", "dup 77"])),
        unique_by=lambda t: t[0],
        max_size=9,
    )
)
def test_what_is_said_of_each_line_is_heard_of_each(lines: list[tuple[int, str]]) -> None:
    if lines:
        assert short("\n".join(f"{n} {words}" for n, words in lines)) == [(n, *words.split()) for n, words in lines]
