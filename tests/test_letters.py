"""The letters: found by name and language, all of them sound, and no stranger's word more than it should be."""

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, meta

from daemon.core.commands.grammar import GRAMMAR
from daemon.core.mail.letter import Letter, Words, excerpt
from daemon.core.mail.parse import parse
from daemon.letters import NAMES, SAMPLES, SHIPPED, TRIED, BadTemplates, Letters
from store.model.changes import Said
from store.model.message import Attachment
from store.model.verdict import Clause, Evidence, Tag
from tests.core.composing import a_message
from tests.corpora import CORPORA
from tests.desk import shipped_letters

LETTERS = shipped_letters()
LANGUAGES = ("en", "de")
FULL = SAMPLES[1]
EACH = [(name, language) for name in NAMES for language in LANGUAGES]
VERBS = {word for row in GRAMMAR for word in row.words}
SAID = st.sampled_from(["done", "yes", "mine.", "> no", " up ", "hello", "", "\u2028done", "#close"])
LETTERS_AND_DIGITS = st.text(st.characters(categories=["L", "N"]), min_size=4, max_size=40)


def strange(words: str) -> Words:
    """Words in which everything that a sender chooses is the same."""
    evidence = (Evidence(words, 0, len(words), "r", 1.0),)
    return replace(
        FULL,
        subject=words,
        reporter_name=words,
        reporter_address=words,
        excerpt=words,
        clauses=(Clause("technical", True, evidence),),
        attachments=(Attachment(words, "text/plain", 1, None, ""),),
        recipient=words,
        reason=words,
        said=(Said("unknown", 12, words, words, 7, (words,), (words,)),),
    )


def all_of(letter: Letter) -> str:
    return f"{letter.subject}\n{letter.text}\n{letter.html}"


# --- finding ---------------------------------------------------------------------------------------------------------


def test_every_letter_is_shipped_in_every_language_as_text_and_html() -> None:
    for language in LANGUAGES:
        files = {file.name for file in (SHIPPED / language).glob("*.*.j2")}
        assert files == {f"{name}.{form}.j2" for name in TRIED for form in ("txt", "html")}
    assert set(LETTERS.languages) == set(LANGUAGES)


def test_every_template_file_is_used() -> None:
    waiting = [f"{language}/{name}.{form}.j2" for language in LANGUAGES for name in TRIED for form in ("txt", "html")]
    used: set[str] = set()
    while waiting:
        file = waiting.pop()
        if file not in used:
            used.add(file)
            parsed = Environment(autoescape=True).parse((SHIPPED / file).read_text("utf-8"))
            waiting += [name for name in meta.find_referenced_templates(parsed) if name]
    assert used == {str(file.relative_to(SHIPPED)) for file in SHIPPED.rglob("*.j2")}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", TRIED)
def test_a_letter_has_one_line_of_subject_and_two_forms(name: str, language: str) -> None:
    for sample in TRIED[name]:
        letter = LETTERS.write(name, language, sample)
        assert letter.subject
        assert "\n" not in letter.subject
        assert letter.text.endswith("\n")
        assert "\n\n\n" not in letter.text
        assert not letter.text.startswith(("\n", "Subject:"))
        assert f'<html lang="{language}">' in letter.html


def test_a_language_without_a_folder_is_written_in_the_desks() -> None:
    german = Letters(default="de")
    assert german.write("ack", "fr", FULL) == german.write("ack", "de", FULL)
    assert german.write("ack", "en", FULL) == LETTERS.write("ack", "en", FULL)
    assert Letters(default="fr").write("ack", "fr", FULL) == LETTERS.write("ack", "en", FULL)


def test_a_name_that_is_no_letters_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        LETTERS.write("greeting", "en", FULL)


# --- the operator's own ----------------------------------------------------------------------------------------------


def own(folder: Path, **files: str) -> Path:
    for file, words in files.items():
        language, name, form = file.split("__")
        (folder / language).mkdir(exist_ok=True)
        (folder / language / f"{name}.{form}.j2").write_text(words, "utf-8")
    return folder


def test_an_operators_file_stands_before_the_shipped_one_file_by_file(tmp_path: Path) -> None:
    letters = Letters(own=own(tmp_path, en__ack__txt="Subject: Hi\n\nGot #{{ ticket }}.\n"))
    letter = letters.write("ack", "en", FULL)
    assert (letter.subject, letter.text) == ("Hi", "Got #12.\n")
    assert letter.html == LETTERS.write("ack", "en", FULL).html


def test_an_operators_new_language_may_begin_with_one_letter(tmp_path: Path) -> None:
    letters = Letters(own=own(tmp_path, nl__ack__txt="Subject: Dank\n\nHallo\n", nl__ack__html="<p>Hallo</p>"))
    assert letters.write("ack", "nl", FULL).subject == "Dank"
    assert letters.write("card", "nl", FULL) == LETTERS.write("card", "en", FULL)


def test_all_faults_in_templates_are_told_at_once(tmp_path: Path) -> None:
    folder = own(
        tmp_path,
        en__ack__txt="Subject: x\n\n{{ nonsense }}",
        en__card__txt="no subject",
        en__forward__html="{% if %}",
        de__notice__txt="Subject: x\nno empty line",
    )
    with pytest.raises(BadTemplates) as caught:
        Letters(own=folder).tried()
    assert [fault.split(":")[0] for fault in caught.value.faults] == [
        "letter 'ack' in 'en'",
        "letter 'forward' in 'en'",
        "letter 'card' in 'en'",
        "letter 'notice' in 'de'",
    ]
    assert "nonsense" in caught.value.faults[0]


# --- acknowledgements ------------------------------------------------------------------------------------------------


@given(
    st.text(st.characters(categories=["L", "N"]), min_size=4, max_size=40), st.sampled_from(list(Tag)), st.booleans()
)
def test_an_acknowledgement_repeats_no_word_of_its_reader(words: str, tag: Tag, unsure: bool) -> None:
    for language in LANGUAGES:
        bait = replace(strange(f"Xq7{words}"), tag=tag, unsure=unsure)
        for name in ("ack", "shadow"):
            assert "Xq7" not in all_of(LETTERS.write(name, language, bait))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("tag", [None, *Tag])
def test_an_acknowledgement_is_short_and_says_number_and_what_comes_next(language: str, tag: Tag | None) -> None:
    letter = LETTERS.write("ack", language, replace(FULL, tag=tag))
    assert "#12" in letter.subject
    assert "#12" in letter.text
    assert "Which version?" in letter.text
    assert len(letter.text.split()) < 90
    assert len(all_of(letter).encode()) < 2500


def test_an_acknowledgement_names_the_day_of_the_next_look_in_the_readers_language() -> None:
    words = replace(FULL, tag=Tag.PROBLEM)
    assert "Monday, 5 January, at 09:00 UTC" in LETTERS.write("ack", "en", words).text
    assert "Montag, 5. Januar, 09:00 Uhr (UTC)" in LETTERS.write("ack", "de", words).text


def test_an_acknowledgement_promises_only_what_the_settings_hold() -> None:
    words = replace(FULL, answer_minutes=None, next_look=None)
    assert "minutes" not in LETTERS.write("ack", "en", words).text
    assert "round" not in LETTERS.write("ack", "en", replace(words, tag=Tag.PROBLEM)).text


# --- cards and forwards ----------------------------------------------------------------------------------------------


@given(st.lists(SAID, max_size=8), st.sampled_from(NAMES), st.sampled_from(LANGUAGES), st.booleans())
def test_no_line_of_a_letter_is_a_bare_command(said: list[str], name: str, language: str, unsure: bool) -> None:
    letter = LETTERS.write(name, language, replace(strange("\n".join(said)), unsure=unsure))
    for line in letter.text.splitlines():
        assert line.strip(" .!#/@").casefold() not in VERBS, line


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_says_what_who_why_and_what_to_answer(language: str) -> None:
    letter = LETTERS.write("card", language, FULL)
    for part in ("Export fails", "ada@customer.example", "error 500", '"mine"', '"not emergency"', "15"):
        assert part in f"{letter.subject}\n{letter.text}"
    unsure = LETTERS.write("card", language, replace(FULL, unsure=True))
    assert '"yes"' in unsure.text
    assert '"no"' in unsure.text
    assert '"mine"' not in unsure.text


@pytest.mark.parametrize("name", ["card", "forward"])
@pytest.mark.parametrize(("holds", "quoted"), [(True, {"broken"}), (None, {"broken"}), (False, {"please", "works"})])
def test_an_answer_is_given_with_the_words_that_it_rests_on(holds: bool | None, quoted: set[str], name: str) -> None:
    words = (("broken", 3.0), ("please", -0.5), ("works", -3.0))
    evidence = tuple(Evidence(word, 0, len(word), "r", weight) for word, weight in words)
    letter = LETTERS.write(name, "en", replace(FULL, clauses=(Clause("stopping", holds, evidence),)))
    for form, marks in ((letter.text, '""'), (letter.html, ("<q>", "</q>"))):
        assert {word for word, _ in words if f"{marks[0]}{word}{marks[1]}" in form} == quoted


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_forward_says_who_wrote_what_and_what_goes_along(language: str) -> None:
    letter = LETTERS.write("forward", language, FULL)
    assert letter.subject.startswith("[#12] ")
    assert letter.subject.endswith(": Export fails")
    for part in ("ada@customer.example (Ada)", "> error 500", "log.txt (2 kB)"):
        assert part in letter.text


def test_an_excerpt_is_the_beginning_of_the_new_text() -> None:
    assert excerpt(a_message(new_text="  one\r\ntwo\u2028three\0 ")) == "one\ntwo\nthree"
    assert len(excerpt(a_message(new_text="x" * 9000))) == 4000


# --- strangers' words in HTML ----------------------------------------------------------------------------------------

REMOTE = re.compile(
    r"(?i)https?:|//|\bsrc\b|\bhref\b(?!=.mailto:)|url\(|@import|<(script|img|link|form|iframe|base|meta http)"
)


@pytest.mark.parametrize(("name", "language"), EACH)
def test_html_asks_nothing_of_the_network(name: str, language: str) -> None:
    for sample in SAMPLES:
        assert not REMOTE.search(LETTERS.write(name, language, sample).html)


@given(st.text(st.sampled_from("<>&\"'/ab{}%#"), max_size=60), st.sampled_from(EACH))
def test_words_of_strangers_are_text_in_html(words: str, which: tuple[str, str]) -> None:
    def tags(html: str) -> list[str]:
        return re.findall(r"<[^>]*>", html)

    hostile = LETTERS.write(*which, strange(f"z{words}z"))
    assert tags(hostile.html) == tags(LETTERS.write(*which, strange("zz")).html)


@pytest.mark.parametrize(("name", "language"), EACH)
def test_templates_in_words_of_strangers_stay_words(name: str, language: str) -> None:
    hostile = "{{ 7*7 }}{% raw %}${7*7}#{7*7}%(x)s{0}"
    letter = LETTERS.write(name, language, replace(strange(hostile), text=hostile))
    assert "49" not in all_of(letter)
    if name not in ("ack", "shadow", "unread", "page"):  # these hold no word of theirs, and a page only in its subject
        assert "{{ 7*7 }}{% raw %}${7*7}" in letter.text


@pytest.mark.parametrize(("name", "language"), EACH)
def test_no_name_turns_the_line_it_stands_in(name: str, language: str) -> None:
    letter = LETTERS.write(name, language, strange("a\u202egpj\u2066.exe\x1b[2J\x00"))
    assert not set(all_of(letter)) & set("\u202e\u2066\x1b\x00")


@pytest.mark.corpus
@pytest.mark.skipif(CORPORA is None, reason="shared/corpora is not there")
def test_no_hazard_reaches_our_html_or_our_acknowledgement() -> None:
    assert CORPORA is not None
    for file in sorted((CORPORA / "hazards").glob("*.eml")):
        message = parse(file.read_bytes())
        name, address = (message.sender.name, message.sender.address) if message.sender else ("", "")
        words = replace(
            FULL,
            subject=message.subject,
            reporter_name=name,
            reporter_address=address,
            excerpt=excerpt(message),
            attachments=message.attachments,
        )
        for letter_name in ("forward", "card", "follow-up"):
            html = LETTERS.write(letter_name, "en", words).html
            assert not re.search(r"<(script|img|style>\*|form|base|iframe|meta http)", html), file.name
        ack = all_of(LETTERS.write("ack", "en", words))
        assert "evil" not in ack, file.name
        assert len(ack.encode()) < 2500, file.name


def test_a_word_in_a_card_is_a_link_that_opens_an_answer_with_the_word_filled_in() -> None:
    words = Words("Desk", "support@desk.example", 12, answer="support+c1abc@desk.example")
    assert (
        'href="mailto:support+c1abc@desk.example?subject=Re%3A%20%2312&amp;body=not%20emergency"'
        in LETTERS.write("card", "en", words).html
    )
    assert "mailto:" not in LETTERS.write("ack", "en", words).html


@pytest.mark.parametrize(("form", "typed"), [("give NAME", "give "), ("bug [p0-p3]", "bug "), ("reply: …", "reply: ")])
def test_what_the_member_has_to_fill_in_is_left_open(form: str, typed: str) -> None:
    said = (Said("help", 12, words=(form,), lines=("",)),)
    words = Words("Desk", "support@desk.example", 12, answer="support+c1abc@desk.example", said=said)
    assert f"body={quote(typed)}" in LETTERS.write("result", "en", words).html
