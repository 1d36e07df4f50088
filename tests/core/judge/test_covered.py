"""What another phrase covers finds nothing of its own, and the shipped definition says nothing twice."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.triage.covered import NONE, Sets, misfit, said_twice
from daemon.core.triage.definition import Definition, read
from daemon.core.triage.patterns import parse
from daemon.core.triage.tokens import tokens_of
from daemon.core.triage.tree import find, grow
from tests.benchmarks.pruning import alike, shorter
from tests.core.judge.desk import SHIPPED
from tests.core.judge.test_definition import SMALL

CLASSES = {"ab": frozenset({"ab", "aba"}), "start": frozenset({"ab*", "bb"}), "aaa": frozenset({"aaa"})}
LEAK = 'en = "leak*"'

place = st.sampled_from(
    ["ab", "aba", "bb", "abb|bb", "ab*|bb", "*ba", "*ba|bb", "<ab>", "<start>|ab", "<number>", "12", "12|ab"]
)
gaps = st.sampled_from(["", "", "~1 ", "~2 ", "~2, ", "!bb ", "~1 !<ab> "])
phrases = st.builds(
    lambda first, rest: " ".join([first, *(gap + its for gap, its in rest)]),
    place,
    st.lists(st.tuples(gaps, place), max_size=3),
)
words = st.sampled_from(["ab", "aba", "abb", "bb", "bba", "12", "3", ",", ".", "ab", "ba"])


@given(one=phrases, other=phrases, text=st.lists(words, max_size=12).map(" ".join))
def test_what_covers_a_phrase_finds_the_same_words(one: str, other: str, text: str) -> None:
    covered, covering = parse(one, CLASSES.get), parse(other, CLASSES.get)
    tree = grow([("en", covered), ("en", covering)])
    found = find(tree, tokens_of(text))
    spans = [{(match.first, match.last) for match in found if match.phrase == number} for number in (0, 1)]
    if misfit(Sets(), covering, covered) == NONE:
        assert spans[0] <= spans[1]


@pytest.mark.parametrize(
    ("phrase", "other", "covered"),
    [
        ("ab bb", "ab*|x bb", True),
        ("ab* bb", "ab bb", False),
        ("ab ~1 bb", "ab ~2 bb", True),
        ("ab ~2 bb", "ab ~1 bb", False),
        ("ab bb", "ab ~2 bb", False),  # a comma stands between the one, and not the other
        ("ab bb", "ab ~2, bb", True),
        ("ab aba bb", "ab ~2, bb", True),  # a word between falls into the gap
        ("ab aba bb", "ab aba", False),  # it ends elsewhere
        ("ab !aba", "ab !<ab>", False),
        ("ab !<ab>", "ab !aba", True),
        ("12 bb", "<number> bb", True),
        ("<number> bb", "12 bb", False),
    ],
)
def test_a_phrase_is_covered_where_every_place_is(phrase: str, other: str, covered: bool) -> None:
    assert (misfit(Sets(), parse(other, CLASSES.get), parse(phrase, CLASSES.get)) == NONE) == covered


@pytest.mark.parametrize(
    ("written", "notes"),
    [
        ("leak*; leaks", ["groups.leak: leaks: it is covered by leak*"]),
        ("leak*; ^ leaks", ["groups.leak: ^ leaks: it is covered by leak*"]),
        ("^ leak*; leaks", []),
        ("big leak|hole|leaks; big ~1, leak*", [
            "groups.leak: big leak|hole|leaks: in it leaks is covered by big ~1, leak*",
            "groups.leak: big leak|hole|leaks: in it leak is covered by big ~1, leak*",
        ]),
        ("big leak*|leaky", ["groups.leak: big leak*|leaky: in it leaky is covered by the rest of its choice"]),
        ("big <boat>|ferry", ["groups.leak: big <boat>|ferry: in it ferry is covered by the rest of its choice"]),
    ],
)  # fmt: skip
def test_what_is_said_twice_is_noted(written: str, notes: list[str]) -> None:
    text = SMALL.replace(LEAK, f'en = """\n  {written}\n"""')
    found = said_twice(text)
    assert sorted(f"{note.key}: {note.words}" for note in found) == sorted(notes)
    assert all(written in text.splitlines()[note.line - 1] for note in found)


def test_a_word_that_a_class_lists_twice_is_noted_with_its_line() -> None:
    text = SMALL.replace("boat ship* ferry", "boat ship* ferry ships")
    (note,) = said_twice(text)
    assert (note.key, note.words) == ("words.boat: ships", "another word of the class takes it")
    assert "ships" in text.splitlines()[note.line - 1]


def test_a_phrase_with_a_not_of_its_own_is_not_covered_by_one_that_its_not_denies() -> None:
    text = SMALL.replace("water ~3, everywhere", "all not dry; all ~1, dry")
    assert said_twice(text) == ()
    (note,) = said_twice(text.replace("negatable = true\n", ""))
    assert note.key == "groups.sinking: all not dry"


@pytest.mark.parametrize(
    ("written", "shorter_so"),
    [
        ("big leak; big hole; small crack", "big leak|hole; small crack"),
        ("big ~1 leak; big ~2 hole", "big ~1 leak; big ~2 hole"),
        ("big ~1, leak|gap; big ~1, hole|gap", "big ~1, leak|gap|hole"),
        ("old leak; big leak; old hole; big hole", "old|big leak|hole"),
        ("big leak; ^ big hole", "big leak; ^ big hole"),
        ("big boat|ship*|ferry|raft", "big <boat>|raft"),
        ("leaky; leak*", "leak*"),
    ],
)
def test_the_pruner_writes_the_same_shorter(written: str, shorter_so: str) -> None:
    text = SMALL.replace(LEAK, f'# a comment\nen = "{written}"')
    new = shorter(text)
    assert new == text.replace(written, shorter_so)
    assert alike(text, new)


CLASSED = SMALL.replace(
    "[words.boat]",
    """[words.ab]
en = "ab aba"
[words.start]
en = "ab* bb abb"
[words.boat]""",
)


def spans(text: str, mail: str) -> set[tuple[str, int, int]]:
    found = read(text)
    assert isinstance(found, Definition)
    matches = find(found.tree, tokens_of(mail))
    return {(found.rules[match.phrase].group.name, match.first, match.last) for match in matches}


@given(written=st.lists(phrases, max_size=6), mails=st.lists(st.lists(words, max_size=12).map(" ".join), max_size=4))
def test_what_the_pruner_writes_finds_the_same_words(written: list[str], mails: list[str]) -> None:
    text = CLASSED.replace(LEAK, f'en = "{"; ".join(["leak", *written])}"')
    new = shorter(text)
    assert len(new) <= len(text)
    assert said_twice(new) == ()
    assert alike(text, new)
    for mail in mails:
        assert spans(text, mail) == spans(new, mail)


def test_the_pruner_keeps_the_lines_and_takes_an_empty_value_away() -> None:
    text = SMALL.replace(LEAK, 'any = "leak*"\nen = "leaks"\nde = """\n  ein leck;\n  das leck\n  loch\n"""')
    assert shorter(text) == SMALL.replace(LEAK, 'any = "leak*"\nde = """\n  ein|das leck\n  loch\n"""')


@pytest.mark.parametrize("other", ["big leak", "big ~1 leak|hole", "big leak|hole|gap", "^ big leak|hole"])
def test_what_finds_something_else_is_not_alike(other: str) -> None:
    first = SMALL.replace(LEAK, 'en = "big leak|hole"')
    assert not alike(first, first.replace("big leak|hole", other))


def test_the_shipped_definition_says_nothing_twice() -> None:
    """Where it does, `python -m tests.benchmarks.pruning` writes it shorter."""
    text = SHIPPED.read_text("utf-8")
    begun = time.process_time()
    assert said_twice(text) == ()
    assert time.process_time() - begun < 2.0
