"""Laws of the grammar: nothing raises, form does not matter, prose is no command, and no word is lost."""

from time import process_time

from hypothesis import assume, given
from hypothesis import strategies as st

from daemon.core.commands.grammar import GRAMMAR, ROWS, SPELLINGS, Text
from daemon.core.commands.line import NotUnderstood, fit, lines
from daemon.core.commands.nearest import slips
from daemon.core.commands.reading import MOST, Commands, read_command, read_digest_commands
from tests.core.command.test_words import WORDS
from tests.core.command.words import DESK, NOBODY, said

VALID = st.sampled_from(sorted(WORDS))
BARE = st.sampled_from(sorted(word for word in WORDS if ":" not in word and not word.endswith("?")))
SPELLED = st.sampled_from(sorted(" ".join(words) for words in SPELLINGS))
PLAIN = (
    "the export of our invoices fails since monday when somebody clicks on it and nothing happens at all we think that"
)
PROSE_WORD = st.sampled_from(
    [*PLAIN.split(), "is", "broken", "not", "please", "thanks", "Ada,", "customer's", "still", "very"]
)
LINE = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=40)
ODD = st.one_of(
    st.text(max_size=60),
    VALID,
    SPELLED,
    st.sampled_from(["#", "!", ":", "..", "\u200b", "\xa0", "\n", "\r\n", "1 ", "?"]),
)
ODDITIES = st.lists(ODD, max_size=8).map("".join)
TEXT = st.lists(LINE, max_size=5).map("\n".join)


@given(ODDITIES)
def test_nothing_that_is_written_raises(text: str) -> None:
    for known in (DESK, NOBODY):
        answer = read_command(text, known)
        assert answer is None or isinstance(answer, Commands | NotUnderstood)
        if isinstance(answer, Commands):
            assert 1 <= len(answer.commands) <= MOST
        read_digest_commands(text, known, 9)


@given(BARE, st.sampled_from(["", "!", "/", "#", "@", "# "]), st.sampled_from(["", ".", "!", " !", "..!"]), st.data())
def test_a_command_survives_case_prefix_space_and_final_mark(
    word: str, prefix: str, mark: str, data: st.DataObject
) -> None:
    cased = data.draw(st.sampled_from([word.lower(), word.upper(), word.title()]))
    space = data.draw(st.sampled_from([" ", "  ", "\xa0", "\t", " \u200b"]))
    written = f"{space}{prefix}{cased.replace(' ', space)}{mark}{space}"
    found = said(written)
    assert isinstance(found, tuple), (written, found)
    assert [part.casefold() for part in found[0]] == [part.casefold() for part in WORDS[word]]


@given(SPELLED, st.lists(PROSE_WORD, min_size=2, max_size=20))
def test_a_sentence_that_begins_with_a_word_of_the_grammar_is_text(word: str, sentence: list[str]) -> None:
    for known in (DESK, NOBODY):
        assert read_command(" ".join([word, *sentence]), known) is None


@given(st.lists(PROSE_WORD, min_size=2, max_size=12), TEXT)
def test_a_text_that_begins_with_prose_orders_nothing(sentence: list[str], rest: str) -> None:
    assert read_command(" ".join(sentence) + "\n" + rest + "\ndone\n#close", DESK) is None


@given(VALID, TEXT)
def test_every_word_that_is_no_command_is_kept(word: str, rest: str) -> None:
    answer = read_command(f"{word}\n\n{rest}", DESK)
    assume(isinstance(answer, Commands) and len(answer.commands) == 1)
    assert isinstance(answer, Commands)
    (command,) = answer.commands
    behind = word.partition(":")[2].strip() if ROWS[command.verb].text is not Text.NONE else ""
    assert answer.text == f"{behind}\n\n{rest}".strip()
    assert answer.text in (command.letter, command.note)
    assert not (command.letter and command.note)


@given(st.lists(VALID, min_size=1, max_size=8))
def test_all_lines_are_commands_or_none_is(words: list[str]) -> None:
    answer = read_command("\n".join(words), DESK)
    if isinstance(answer, Commands):
        heard = [(c.verb.value, *map(str, c.arguments)) for c in answer.commands]
        assert heard == list(dict.fromkeys(WORDS[word] for word in words)) or len(set(words)) > len(heard)
        assert {WORDS[word] for word in words} == set(heard)
    else:
        assert answer is not None
        assert answer.line in words


@given(
    st.lists(VALID, min_size=1, max_size=3), st.sampled_from(["#bgu", "#erase", "bugg p1", "dup 12a", "/mine or not"])
)
def test_a_line_in_between_that_is_not_understood_stops_the_others(words: list[str], wrong: str) -> None:
    assume(":" not in words[-1])
    assert isinstance(read_command("\n".join([*words, wrong]), DESK), NotUnderstood)


@given(st.text(st.characters(exclude_categories=["L"]), max_size=60))
def test_without_a_letter_there_is_no_command(text: str) -> None:
    assert read_command(text, DESK) is None


@given(st.text(max_size=200))
def test_lines_cover_the_text(text: str) -> None:
    assert "".join(text[line.start : line.end] for line in lines(text)) == text


@given(st.text("abcdn", max_size=7), st.text("abcdn", max_size=7))
def test_slips_are_the_same_both_ways_and_none_for_the_same_word(one: str, other: str) -> None:
    assert slips(one, other, 3) == slips(other, one, 3)
    assert (slips(one, other, 3) == 0) == (one == other)


def test_slips_are_counted_as_a_thumb_makes_them() -> None:
    assert [slips(word, "close", 3) for word in ("close", "clsoe", "cloe", "closse", "ckose", "esolc")] == [
        0,
        1,
        1,
        1,
        1,
        4,
    ]


def test_every_form_of_the_help_can_be_written() -> None:
    filled = {
        "NAME": "anna",
        "TEAM": "core",
        "AREA": "export",
        "N": "7",
        "DATES": "fri..sun",
        "DATE": "fri",
        "…": "x",
        "reason": "x",
    }
    for row in GRAMMAR:
        written = row.form.replace("SPRINT or DATE", "S1").replace("p0-p3", "p1").replace("p0 x p3", "p0")
        written = (
            row.verb
            if row.verb == "p0"
            else " ".join(
                filled.get(w, w) for w in written.replace("[", "").replace("]", "").replace(" :", ":").split()
            )
        )
        (line,) = (line for line in lines(written) if line.written)
        found = fit(line, DESK)
        assert found, written
        assert found.row is row


def test_hostile_text_costs_little() -> None:
    start = process_time()
    for text in (
        "mine" + " " * 500_000 + "x",
        ":" * 500_000,
        "\n" * 200_000 + "mine",
        "#" + "a" * 500_000,
        "." * 500_000,
        "mine\n" * 100_000,
        "\u200b" * 500_000,
        "\ufdfa" * 100_000,
        "1 mine\n" * 50_000,
    ):
        read_command(text, DESK)
        read_digest_commands(text, DESK, 9)
    assert process_time() - start < 5
