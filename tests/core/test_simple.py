"""What is said of simple HTML without a parser is what the parser would have said."""

from html.entities import html5

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from daemon.core.mail.body import read_body
from daemon.core.mail.simple import LONGEST, TAGS, words
from daemon.core.mail.text import read_html

PROLOGUE = '<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01//EN">\n<html><head><meta charset="utf-8"></head>'
TAGS_TRIED = "html head meta body img a b em font i span strong u br div p blockquote li td table title style hr pre"
TAG = st.sampled_from(TAGS_TRIED.split())
ATTRIBUTE = st.sampled_from(
    (
        ' dir="ltr"', ' style="margin:0"', ' style="display:none"', " hidden", ' hidden=""', ' class="gmail_quote"',
        ' class="gmail_signature"', ' STYLE="display&#58;none"', ' id="Signature"', ' style="a" style="display:none"',
        ' href="https://a.test/?b=1&amp;c=2"', " class=x", ' title="a>b"', ' title="', "\xa0", "\x0b", "\n", "/", " ",
    )
)  # fmt: skip
START = st.builds("<{}{}>".format, TAG, st.lists(ATTRIBUTE, max_size=2).map("".join))
END = st.builds("</{}>".format, TAG)
TEXT = st.sampled_from(
    ("one", "two", " ", "\r\n", "\xa0", "\x0b", "\x85", "\ufeff", "&nbsp;", "&amp;lt;", "&auml;", "&notit;", "&#0;",
     "&amp", "&", "&;", "&-", "&é", "#1", "lt;", "<", ">", "\0", "<!-- no -->", "<!DOCTYPE html>", "</br>", "é", "🙂")
)  # fmt: skip


@settings(max_examples=500)
@given(st.lists(st.one_of(START, END, TEXT, TEXT), max_size=14).map("".join))
@example("<div>one</div>two")
@example("one</div>two")
@example("<p>one<div>two</p>one</div>two")
@example("<b>one<div>two</b>one</div>two")
@example('<p\xa0dir="ltr">one')
@example("one<body>two</body>one</html>two")
@example('<span class="gmail_signature">one</span>two')
@example("<head>one</head>two")
@example("<b>one&</b>lt;two")
@example("one&</b>lt;two")
def test_it_says_what_a_parser_says_or_nothing(html: str) -> None:
    found = words(html)
    assert found is None or found == read_html(html).text.split()


@settings(max_examples=200)
@given(
    st.lists(
        st.sampled_from(("<p>", "</p>", "<div>", "</div>", "<b>", "</b>", "<br>", "<a>", "</a>", "x")), max_size=40
    )
)
def test_however_simple_tags_are_nested(tags: list[str]) -> None:
    found = words("".join(tags))
    assert found is None or found == read_html("".join(tags)).text.split()


def test_every_reference_that_has_a_name_is_known() -> None:
    for name in html5:
        html = f"<p>x&{name}y z</p>"
        found = words(html)
        assert found == read_html(html).text.split() if name.endswith(";") else found is None, name


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p>Hello</p><p>the report<br>is&nbsp;wrong</p>", ["Hello", "the", "report", "is", "wrong"]),
        (f'{PROLOGUE}<body style="margin: 0px">so<b>me</b></body></html>', ["some"]),
        ('<div dir="ltr">see <a href="https://a.test/?b&c" class="link">this</a></div>', ["see", "this"]),
        ("Tomer & Daughters", ["Tomer", "&", "Daughters"]),
        ("no tag at all", ["no", "tag", "at", "all"]),
        ("", []),
    ],
)
def test_simple_html_is_read(html: str, found: list[str]) -> None:
    assert words(html) == found == read_html(html).text.split()


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr><td>a</td></tr></table>", "<blockquote>a</blockquote>", '<p style="display:none">a</p>',
        "<p hidden>a</p>", "<!-- a -->b", "a < b", "a &b", "<style>p {}</style>a",
        '<div id="Signature">a</div>', "a</div>b",
        "<p>" * (TAGS + 1), "a" * (LONGEST + 1),
    ],
)  # fmt: skip
def test_all_else_is_left_to_the_parser(html: str) -> None:
    assert words(html) is None


def test_a_text_that_only_says_that_there_is_html_is_no_text() -> None:
    stub = "Please view this in your browser"
    assert read_body(stub, stub.replace(" ", "<br>" * 9)).text == stub.replace(" ", "\n" * 9)
