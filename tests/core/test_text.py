"""HTML to text: what a reader sees stands there line by line, what is hidden does not, and no markup takes long."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.mail.body import read_body
from daemon.core.mail.quoting.markup import tame
from daemon.core.mail.text import read_html


def text(html: str) -> str:
    return read_html(html).text


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("one<br>two", "one\ntwo"),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("<div>one<br></div><div><br></div><div>two</div>", "one\n\ntwo"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<p class=MsoNormal>one</p><p class=MsoNormal>&nbsp;</p><p class=MsoNormal>two</p>", "one\n\ntwo"),
        ('<p style="margin:0">one</p><p style="margin:0">two</p>', "one\ntwo"),
        ("a <b>b</b>\n   c<i>d</i>", "a b cd"),
        ("<ul><li>one</li><li>two</li></ul>", "- one\n- two"),
        ("<ol><li>one<li>two</ol>", "1. one\n2. two"),
        ("<ul><li>one<ul><li>in</ul></ul>", "- one\n  - in"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>", "a b\nc d"),
        ('see <a href="https://example.org">the page</a>', "see the page"),
        ("<pre>if x:\n    y</pre>", "if x:\n    y"),
        ("a&amp;b &lt;c&gt; &#8364;", "a&b <c> €"),
        ("<style>p{}</style><script>x()</script><title>t</title>a<!-- b -->", "a"),
        ("", ""),
        ("<<<>>>", "<<<>>>"),
    ],
)
def test_lines_break_as_on_the_screen(html: str, expected: str) -> None:
    assert text(html) == expected


@pytest.mark.parametrize(
    "hidden",
    [
        '<div style="display:none">#close</div>',
        '<div style="DISPLAY : NONE !important">#close</div>',
        '<span style="visibility:hidden">#close</span>',
        '<font style="color:#fff;font-size:0">#close</font>',
        '<div style="font-size:0px;">#close</div>',
        '<div style="mso-hide:all">#close</div>',
        '<div style="max-height:0;overflow:hidden">#close</div>',
        "<p hidden>#close</p>",
        "<template>#close</template>",
        "<!-- #close -->",
    ],
)
def test_what_the_reader_does_not_see_is_left_out(hidden: str) -> None:
    assert text(f"<p>hello</p>{hidden}") == "hello"


def test_small_print_is_seen() -> None:
    assert text('<span style="font-size:0.8em">a</span><span style="font-size:09pt">b</span>') == "ab"


@pytest.mark.parametrize(
    "quote",
    [
        '<blockquote type="cite">old</blockquote>',
        '<blockquote style="margin:0 0 0 .8ex;border-left:1px #ccc solid">old</blockquote>',
        "<blockquote>old</blockquote>",
        '<div class="gmail_quote">Lorem ipsum (dies):<br><blockquote type="cite">old</blockquote></div>',
        '<div class="yahoo_quoted" id="yahoo_quoted_1">old</div>',
        '<div class="protonmail_quote">old</div>',
        '<div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>Xyz:</b> Anna<br></div><div>old</div>',
        '<div class="moz-cite-prefix">Foo bar:<br></div><blockquote type="cite">old</blockquote>',
        '<div style="border:none;border-top:solid #E1E1E1 1.0pt"><p><b>Xyz:</b> A</p></div><p>old</p>',
        '<hr id="stopSpelling">Xyz: Mon, 3 Jan 2022<br>Zyx: Anna<br><br>old',
        '<hr id="zwchr"><blockquote style="border-left:2px solid #1010FF"><b>Xyz: </b>Anna</blockquote>',
        '<span id="OLK_SRC_BODY_SECTION"><div>old</div></span>',
        '<div id="mail-editor-reference-message-container">old</div>',
    ],
)
def test_quotes_are_known_by_their_markup(quote: str) -> None:
    assert read_body(None, f"<div>mine</div>{quote}").new_text == "mine"


@pytest.mark.parametrize(
    "signature",
    [
        '<div class="gmail_signature">Anna</div>',
        '<div class="moz-signature">-- <br>Anna</div>',
        '<div id="Signature">Anna</div>',
        '<div id="ms-outlook-mobile-signature">Hol dir was</div>',
    ],
)
def test_signatures_are_known_by_their_markup(signature: str) -> None:
    assert read_body(None, f"<div>mine</div>{signature}").new_text == "mine"


def test_an_indented_paragraph_is_no_quote() -> None:
    html = '<div>mine</div><blockquote style="margin:0 0 0 40px;border:none;padding:0px">indented</blockquote>'
    assert read_body(None, html).new_text == "mine\nindented"


def test_answers_between_quotes_are_kept() -> None:
    html = (
        '<div class="gmail_quote"><div class="gmail_attr">On 3 Jan 2022 at 10:10 Bo &lt;b@example.org&gt; wrote:</div>'
        '<blockquote type="cite">one?</blockquote><div>yes</div><blockquote type="cite">two?</blockquote>'
        "<div>no</div></div>"
    )
    assert read_body(None, html).new_text == "yes\nno"


# --- plain text and HTML together -------------------------------------------------------------------------------------


def test_plain_text_is_preferred() -> None:
    body = read_body("mine\n", "<p><b>mine</b></p>")
    assert (body.text, body.new_text, body.alike) == ("mine\n", "mine", True)


@pytest.mark.parametrize("stub", ["", " \n", "Please view this in an HTML client.", "This is an HTML message"])
def test_html_is_read_where_plain_text_says_nothing(stub: str) -> None:
    assert read_body(stub, f"<p>{'The printer is on fire. ' * 9}</p>").new_text.startswith("The printer")


def test_two_alternatives_that_differ_are_both_read_and_may_not_command() -> None:
    body = read_body("Thanks, all fine.", "<p>EMERGENCY: data center on fire</p>")
    assert body.new_text == "Thanks, all fine.\n\nEMERGENCY: data center on fire"
    assert not body.alike


@pytest.mark.parametrize(
    ("plain", "html"),
    [
        (
            "mine\n\n> old words of someone\n> and more",
            "<p>mine</p><blockquote type=cite>old words of someone and more</blockquote>",
        ),
        (
            "Hello *world*, see https://example.org",
            '<p>Hello <b>world</b>, see <a href="https://example.org">here</a></p>',
        ),
        ("", "<p>only</p>"),
        ("only", ""),
    ],
)
def test_two_alternatives_that_say_the_same_are_alike(plain: str, html: str) -> None:
    assert read_body(plain, html).alike


# --- laws and hostile markup ------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        "<p>", "</p>", "<div>", "</div>", "<blockquote type=cite>", "</blockquote>", "<br>", "words ", "<ul>", "<li>",
        "</ul>", "<pre>", "</pre>", "\n", "<table>", "<td>", "<b style=x>", "</b>", "<!--", "-->", "<", '"', "&nbsp;",
        "<div class=gmail_quote>", "<div id=Signature>", "<hr>", "</ul></ul>", "</pre></pre>", "<body>",
        "</html>", "\x00",
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=30).map("".join) | st.text())
def test_any_markup_gives_the_same_text_twice(html: str) -> None:
    first = read_html(html)
    assert read_html(html) == first
    assert all(number < len(first.text.split("\n")) for number in first.heads | first.signatures)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_ordinary_markup_is_not_touched_before_parsing(html: str) -> None:
    assert text(tame(html)) == text(html)


HOSTILE = {
    "deep": "<div>",
    "formats": "<b style=x><p>",
    "tables": "<table><tr><td>",
    "lists": "<ul><li>",
    "angles": "<",
    "comments": "<!--",
    "entities": "&",
    "quotes": "<blockquote type=cite>x",
    "breaks": "<br>",
    "rules": "<hr>",
    "attributes": "<a " + "a " * 50_000,
    "open attribute": '<a "',
    "classes": f'<div class="{"a " * 190}">x</div>',
    "styles": f'<p style="display:none;{"a:b;" * 2000}">',
    "pre": "<pre>\n",
    "foreign": "<svg><g>",
    "attributions": "<p>On a a a</p>",
}


def cost(html: str) -> float:
    best = 9.0
    for _ in range(2):
        start = time.process_time()
        read_body(None, html)
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize("name", HOSTILE)
def test_a_megabyte_of_any_markup_is_read_in_a_quarter_of_a_second(name: str) -> None:
    piece = HOSTILE[name]
    html = (piece * (1_000_000 // len(piece) + 1))[:1_000_000]
    whole = cost(html)
    assert whole < 0.6  # 0.02 to 0.17 measured; room for a busy machine
    assert whole < 3 * cost(html[:500_000]) + 0.05


def test_distinct_formats_left_open_do_not_multiply() -> None:
    assert cost("".join(f"<b id={n}><p>" for n in range(80_000))) < 0.6
