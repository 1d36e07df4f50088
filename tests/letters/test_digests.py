"""The words of the digests: in 72 columns, short enough for every provider, and no stranger's word more than it is."""

import re
from dataclasses import replace
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.commands.grammar import GRAMMAR
from daemon.core.commands.reading import Commands, read_digest_commands
from daemon.core.digest.build import daily_view
from daemon.core.digest.samples import REPLY, SETTINGS
from daemon.core.digest.view import Daily
from daemon.core.figures.samples import sample_daily
from daemon.letters import COLUMNS, TRIED
from tests.core.command.words import DESK
from tests.desk import shipped_letters
from tests.letters.scenes import SCENES

LETTERS = shipped_letters()
LANGUAGES = ("en", "de")
EACH = [(scene, language) for scene in SCENES for language in LANGUAGES]
CUT_AT = 100_000  # octets; a large provider shows no more than 102 KB of a message
VERBS = {word for row in GRAMMAR for word in row.words}
REMOTE = re.compile(r"(?i)\bsrc\s*=|url\(|@import|<(?:script|img|link|form|iframe|base|svg|object)\b")
LINK = re.compile(r'href="([^"]*)"')
MEMBERS: Daily = daily_view(sample_daily(), SETTINGS, REPLY)


def of_strangers(words: str) -> Daily:
    """A digest in which everything that strangers choose is the same."""
    figures = sample_daily()
    parts = tuple(
        replace(part, lines=tuple(replace(line, subject=words, reporter=words) for line in part.lines))
        for part in figures.parts
    )
    aside = tuple(replace(one, subject=words) for one in figures.set_aside)
    return daily_view(replace(figures, parts=parts, set_aside=aside), SETTINGS, REPLY)


@pytest.mark.parametrize(("scene", "language"), EACH)
def test_text_reads_well_in_72_columns(scene: str, language: str) -> None:
    text = LETTERS.write(SCENES[scene][0], language, SCENES[scene][1]).text
    assert max(map(len, text.splitlines())) <= COLUMNS
    assert not re.search(r"[ \t]+$", text, re.MULTILINE)
    assert "\n\n\n" not in text


@pytest.mark.parametrize(("scene", "language"), EACH)
def test_no_digest_is_so_long_that_a_provider_cuts_it(scene: str, language: str) -> None:
    assert len(LETTERS.write(SCENES[scene][0], language, SCENES[scene][1]).html.encode()) < CUT_AT


@pytest.mark.parametrize(("scene", "language"), EACH)
def test_html_fetches_nothing_and_links_only_to_an_answer(scene: str, language: str) -> None:
    html = LETTERS.write(SCENES[scene][0], language, SCENES[scene][1]).html
    assert not REMOTE.search(re.sub(r"&lt;[^&]*", "", html))
    assert all(link.startswith(f"mailto:{REPLY}?") for link in LINK.findall(html))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_is_an_answer_that_acts(language: str) -> None:
    links = LINK.findall(LETTERS.write("digest-daily", language, MEMBERS).html)
    assert len(links) == sum(len(line.words) for part in MEMBERS.parts for line in part.lines)
    for link in links:
        parted = urlsplit(link.replace("&amp;", "&"))
        assert unquote(parted.path) == REPLY
        (body,) = parse_qs(parted.query)["body"]
        assert isinstance(read_digest_commands(body, DESK, len(MEMBERS.tickets)), Commands), body


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_copy_that_is_news_tells_no_secret_address(language: str) -> None:
    news = LETTERS.write("digest-daily", language, TRIED["digest-daily"][1])
    assert "mailto:" not in news.html
    assert REPLY not in news.html + news.text
    own = LETTERS.write("digest-daily", language, MEMBERS)
    assert MEMBERS.example in own.text
    assert MEMBERS.example in own.html
    assert MEMBERS.example not in news.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_forms_tell_every_line_and_the_whole_account(language: str) -> None:
    letter = LETTERS.write("digest-daily", language, MEMBERS)
    books = sample_daily().accounting
    equation = re.search(r"(\d+) = ([^\n]*\n?[^\n]*)", letter.text)
    assert equation
    assert int(equation[1]) == books.received == sum(map(int, re.findall(r"(?:^|\+ )(\d+)", equation[2])))
    for number in (*MEMBERS.tickets,):
        assert f"#{number}" in letter.text
        assert f"#{number}" in letter.html
    for reason, count in books.silenced:
        assert re.search(rf"\w {count}\b", letter.text), reason


@given(st.text(st.sampled_from("<>&\"'/ab{}%#"), max_size=60), st.sampled_from(LANGUAGES))
def test_words_of_strangers_are_text_in_html(words: str, language: str) -> None:
    def tags(html: str) -> list[str]:
        return re.findall(r"<[^>]*>", html)

    hostile = LETTERS.write("digest-daily", language, of_strangers(f"z{words}z"))
    assert tags(hostile.html) == tags(LETTERS.write("digest-daily", language, of_strangers("zz")).html)


@given(st.lists(st.sampled_from(["done", "yes", "mine.", "> no", "\u2028done", "#close", "\n3 bug p1\n"]), max_size=9))
def test_no_line_of_a_digest_is_a_bare_command(said: list[str]) -> None:
    text = LETTERS.write("digest-daily", "en", of_strangers("\n".join(said))).text
    for line in text.splitlines():
        assert line.strip(" .!#/@").casefold() not in VERBS, line


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_subject_turns_a_line_or_breaks_it(language: str) -> None:
    letter = LETTERS.write("digest-daily", language, of_strangers("a\u202egpj\u2066.exe\x1b[2J\x00\r\nBcc: v@v.test"))
    assert not set(letter.subject + letter.text + letter.html) & set("\u202e\u2066\x1b\x00\r")
    assert not re.search(r"^Bcc:", letter.text, re.MULTILINE)


def test_nothing_to_do_is_said() -> None:
    quiet = LETTERS.write(*SCENES["daily-quiet"][:1], "en", SCENES["daily-quiet"][1])
    assert quiet.subject == "Support, Mon 16 Nov: nothing to do"
    assert "Nothing to do" in quiet.html
    assert LETTERS.write("digest-daily", "en", MEMBERS).subject == (
        "Support, Fri 20 Nov: 2 emergencies, 5 to investigate, 1 to schedule, 1 waiting"
    )
