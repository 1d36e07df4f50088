"""Forwarded messages inside a body: whose they are, what about, and their words, as mail programs write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.mail.body import read_body
from daemon.core.mail.quoting.phrases import LANGUAGES
from store.model.message import Address, Forwarded

ANNA = Address("Anna Smith", "anna@example.org")
EXPECTED = Forwarded(ANNA, "Printer on fire", "It burns.\n\nHelp!")

FORWARDS = {
    "gmail": """\
see below

---------- Forwarded message ---------
From: Anna Smith <anna@example.org>
Date: Mon, Jan 3, 2022 at 10:10 AM
Subject: Printer on fire
To: <bo@example.org>


It burns.

Help!
""",
    "apple": """\
see below

Begin forwarded message:

> From: Anna Smith <anna@example.org>
> Subject: Printer on fire
> Date: January 3, 2022 at 10:10:10 GMT+1
> To: bo@example.org
>
> It burns.
>
> Help!
""",
    "apple, quoted whole": """\
see below

> Begin forwarded message:
>
> From: Anna Smith <anna@example.org>
> Subject: Printer on fire
> To: bo@example.org
>
> It burns.
>
> Help!
""",
    "outlook": """\
see below

________________________________
From: Anna Smith <anna@example.org>
Sent: Monday, January 3, 2022 10:10 AM
To: Bo <bo@example.org>
Subject: Printer on fire

It burns.

Help!
""",
    "outlook, old": """\
see below

-----Original Message-----
From: Anna Smith [mailto:anna@example.org]
Sent: Monday, January 3, 2022 10:10 AM
To: Bo
Subject: Printer on fire

It burns.

Help!
""",
    "thunderbird, German": """\
see below

-------- Weitergeleitete Nachricht --------
Betreff: \tPrinter on fire
Datum: \tMon, 3 Jan 2022 10:10:10 +0100
Von: \tAnna Smith <anna@example.org>
An: \tbo@example.org


It burns.

Help!
""",
    "outlook, as Gmail shows it": """\
see below

*Von:* Anna Smith <anna@example.org>
*Gesendet:* Montag, 3. Januar 2022 10:10
*An:* Bo
*Betreff:* Printer on fire

It burns.

Help!
""",
}


@pytest.mark.parametrize("program", FORWARDS)
def test_a_forward_is_read_as_its_program_writes_it(program: str) -> None:
    body = read_body(FORWARDS[program], None)
    assert body.forwarded == EXPECTED
    assert body.new_text == "see below"


def test_a_subject_broken_over_two_lines_is_one() -> None:
    text = "Begin forwarded message:\n\nFrom: a@example.org\nSubject: a long\nsubject\nTo: b@example.org\n\nwords"
    assert read_body(text, None).forwarded == Forwarded(Address("", "a@example.org"), "a long subject", "words")


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_a_forward_is_read_in_every_language(language: object) -> None:
    first = {name: getattr(language, name).split("|")[0] for name in ("sender", "sent", "to", "subject", "forwarded")}
    text = (
        f"see below\n\n---------- {first['forwarded'].capitalize()} ----------\n"
        f"{first['sender'].capitalize()}: Anna Smith <anna@example.org>\n{first['sent']}: 3.1.2022 10:10\n"
        f"{first['subject'].capitalize()}: Printer on fire\n{first['to']}: Bo\n\n\nIt burns.\n\nHelp!\n"
    )
    assert read_body(text, None).forwarded == EXPECTED


def test_a_forward_in_html_is_read() -> None:
    html = (
        '<div>see below</div><div class="gmail_quote"><div class="gmail_attr">'
        "---------- Forwarded message ---------<br>"
        "From: <b>Anna Smith</b> <span>&lt;<a>anna@example.org</a>&gt;</span><br>Date: Mon, Jan 3, 2022 at 10:10 AM<br>"
        "Subject: Printer on fire<br>To: &lt;bo@example.org&gt;<br></div><br><div>It burns.</div><p>Help!</p></div>"
    )
    body = read_body(None, html)
    assert body.forwarded == EXPECTED
    assert body.new_text == "see below"


def test_what_stands_below_a_marked_forward_is_not_part_of_it() -> None:
    body = read_body(FORWARDS["apple"] + "\nthat was it\n", None)
    assert body.forwarded == EXPECTED
    assert body.new_text == "see below\n\nthat was it"


def test_an_answer_is_no_forward() -> None:
    assert read_body("ok\n\nOn 3 Jan 2022 at 10:10 Bo <b@example.org> wrote:\n> old\n", None).forwarded is None
    assert read_body("ok\n> old\n", None).forwarded is None
    assert read_body("Please forward this message to Anna.", None).forwarded is None


@given(st.text(alphabet=st.characters(categories=["L", "Zs"]), max_size=60))
def test_a_forward_never_lends_its_words_to_the_sender(words: str) -> None:
    body = read_body(f"---------- Forwarded message ---------\nFrom: a@b.example\nSubject: s\n\n{words}", None)
    assert body.new_text == ""
    assert body.forwarded is not None
