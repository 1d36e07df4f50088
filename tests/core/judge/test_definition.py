"""A definition is read whole, or every mistake in it is named with its line."""

import pytest

from daemon.core.triage.definition import Definition, Fault, read
from daemon.core.triage.judge import judge
from store.model.verdict import Tag
from tests.core.judge.desk import SHIPPED

EFFECTS = "no such effect; there are weighs, supposes, supposes if asked, announces, voids, resolves"
CHOICE = "a | stands between two words, with no blank beside it; several words make a phrase of their own"
SMALL = """
sentence = "It is an emergency when the boat sinks."

[words.tongue]
en = "the is"
[words.not]
en = "not"
[words.without]
en = "no"
[words.only]
en = "only"
[words.but]
en = "but"
[words.boat]
en = "boat ship* ferry"

[groups.sinking]
technical = 3
stopping = 3
negatable = true
en = "<boat> ~2 sinks|sinking; water ~3, everywhere"

[groups.leak]
technical = 3
en = "leak*"

[areas.harbour]
any = "harbour*; pier"

[facts.place]
ask.en = "Where is the boat?"
[facts.place.given]
en = "at the pier"
"""


def small() -> Definition:
    found = read(SMALL)
    assert isinstance(found, Definition), found
    return found


def faults(text: str) -> list[tuple[int, str, str]]:
    found = read(text)
    assert isinstance(found, tuple)
    assert all(isinstance(fault, Fault) for fault in found)
    return [(fault.line, fault.key, fault.words) for fault in found]


def test_the_team_writes_its_own() -> None:
    made = judge(small(), "", "Help, the ferry is sinking at the pier!")
    assert made.tag is Tag.EMERGENCY
    assert made.area == "harbour"
    assert made.missing == ()
    assert judge(small(), "", "The ferry is sinking").missing == ("place",)


@pytest.mark.parametrize(
    ("text", "emergency"),
    [
        ("The ship is now sinking", True),  # a prefix and a gap
        ("The ship is by now really sinking", False),  # a gap too wide
        ("The ship is not sinking", False),  # denied
        ("No ship sinks", False),
        ("The ship is. Sinking feelings", False),  # over the end of a sentence
        ("The boat, sinking", False),  # a gap keeps to its side of a comma
        ("Water, water, everywhere", True),  # unless it is written with one
        ("Water is not only here, it is everywhere", False),
    ],
)
def test_a_phrase_means_what_it_says(text: str, emergency: bool) -> None:
    assert (judge(small(), "", text).tag is Tag.EMERGENCY) == emergency


@pytest.mark.parametrize("written", ["s'enfonce", "s enfonce"])
@pytest.mark.parametrize("text", ["Le bac s'enfonce", "Le bac s\u2019enfonce", "le bac s enfonce"])
def test_a_word_cut_short_is_left_out_with_its_apostrophe_or_without(written: str, text: str) -> None:
    found = read(SMALL.replace("water ~3, everywhere", written))
    assert isinstance(found, Definition)
    assert judge(found, "", text).tag is Tag.EMERGENCY


@pytest.mark.parametrize(("written", "text"), [("<number> <boat>", "4 ships"), ("<boat> <quoted>", "Ship 'Anna'")])
def test_a_phrase_of_each_language_may_hold_a_number_or_a_quotation(written: str, text: str) -> None:
    found = read(SMALL.replace('en = "<boat> ~2', f'each = "{written}"\nen = "<boat> ~2'))
    assert isinstance(found, Definition)
    assert judge(found, "", text).tag is Tag.EMERGENCY


def test_a_word_that_two_languages_share_is_no_sign_of_the_one_spoken_less() -> None:
    found = read(
        SMALL.replace('en = "the is"', 'en = "the is"\nnl = "the zinkt"').replace('en = "leak*"', 'nl = "leak*"')
    )
    assert isinstance(found, Definition)
    assert judge(found, "", "The leak is at the pier").clauses[0].evidence == ()
    assert judge(found, "", "The leak is at the pier, het zinkt").clauses[0].evidence != ()


def test_how_it_is_laid_out_is_no_part_of_what_it_says() -> None:
    laid_out = SMALL.replace('"boat ship* ferry"', '"""\nboat\n  ship*   ferry\n"""').replace(
        "sinks|sinking; water", "sinks|sinking ;   water"
    )
    again = read(f"# mine\n{laid_out}")
    assert isinstance(again, Definition)
    assert again.hash == small().hash
    other = read(SMALL.replace("ferry", "ferries"))
    assert isinstance(other, Definition)
    assert other.hash != small().hash


def test_one_clause_alone_is_a_problem() -> None:
    made = judge(small(), "", "There is a leak")
    assert made.tag is Tag.PROBLEM
    assert [clause.holds for clause in made.clauses] == [True, True, False]


def test_every_mistake_is_named_at_once_with_its_line() -> None:
    broken = (
        SMALL.replace("<boat> ~2 sinks", "<bote> ~2 sinks")
        .replace("water ~3, everywhere", "water ~99 everywhere")
        .replace("technical = 3\nen", "technical = 33\nen")
        .replace("[areas.harbour]", "[harbours]")
    )
    found = faults(broken)
    assert [words for _, _, words in found] == [
        "no class of words is called <bote>",
        "a gap is written ~1 to ~8, not ~99",
        "must be a number from -6 to 6",
        "no such key here",
    ]
    lines = broken.splitlines()
    for line, key, _ in found:
        assert key.rpartition(": ")[2] in lines[line - 1]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("leak*", "~2 leak*", "a phrase cannot begin with a gap"),
        ("leak*", "leak* ~2", "a phrase cannot end in a gap"),
        ("leak*", "!<boat> leak*", "a phrase must begin with a word or a class"),
        ("leak*", "***", "not a word: ***"),
        ("leak*", "k*", "a beginning needs at least 2 letters: k*"),
        ("leak*", "a-b|leak*", "a-b is more than one word; write a phrase of its own"),
        ("leak*", "leak |drip", CHOICE),
        ("leak*", "leak| drip", CHOICE),
        ("leak*", "big leak | drip", CHOICE),
        ("leak*", "a b e f g h i j k n o", "more than 10 elements"),
        ("boat ship* ferry", "row-boat", "is more than one word; a class holds single words"),
        ('[words.only]\nen = "only"', "", "this class of words is needed"),
        ('ask.en = "Where is the boat?"', "", "the question is missing"),
        (
            "negatable = true",
            'effect = "shouts"',
            EFFECTS,
        ),
        ("negatable = true", "negatable = 1", "must be true or false"),
        ("stopping = 3\n", "english = 3\n", "no such key here; a language is two letters, or any"),
        ("technical = 3\nen", "en", "says nothing about any clause"),
    ],
)
def test_a_mistake_is_told_in_words(old: str, new: str, words: str) -> None:
    assert words in [told for _, _, told in faults(SMALL.replace(old, new))]


def test_a_mistake_in_a_phrase_laid_out_widely_names_its_own_line() -> None:
    broken = SMALL.replace('"leak*"', '"""\n  leak*\n  big   leak|  drip\n"""')
    ((line, key, words),) = faults(broken)
    assert (broken.splitlines()[line - 1].split(), words) == (["big", "leak|", "drip"], CHOICE)
    assert key == "groups.leak: big leak| drip"


def test_what_is_no_toml_names_the_line() -> None:
    assert faults('sentence = "x"\n[words')[0][0] == 2


def test_a_definition_without_its_sentence_is_none() -> None:
    assert faults(SMALL.replace('sentence = "It is an emergency when the boat sinks."', ""))


def test_thresholds_that_contradict_each_other_are_a_mistake() -> None:
    assert faults(SMALL + "[thresholds]\npage = 1\nask = 2\n")


def test_the_shipped_definition_opens_with_the_sentence() -> None:
    found = read(SHIPPED.read_text("utf-8"))
    assert isinstance(found, Definition)
    assert found.sentence == (
        "An emergency is a technical issue of an existing feature "
        "that is stopping our customers or team doing what they want to do."
    )
    assert all(fact.ask.keys() >= {"en", "de"} for fact in found.facts)
