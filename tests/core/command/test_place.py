"""Only the sender's own visible words are looked at: never subject, quotes, signatures, forwards or attachments."""

import pytest

from daemon.core.commands.reading import read_command
from daemon.core.mail.parse import parse
from tests.core.command.words import DESK, said

HEAD = b"From: bo@acme.example\r\nTo: help@acme.example\r\nSubject: mine\r\nMIME-Version: 1.0\r\n"
PLAIN = b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
HTML = b"Content-Type: text/html; charset=utf-8\r\n\r\n"
MIXED = (
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nsee there\r\n--b\r\n'
)

ELSEWHERE = {
    "subject": PLAIN + b"thanks",
    "quote": PLAIN
    + b"thanks\r\n\r\nOn Fri, 20 Nov 2026 at 10:00, Help <help@acme.example> wrote:\r\n> mine\r\n> done\r\n",
    "nothing but a quote": PLAIN + b"> mine\r\n",
    "signature": PLAIN + b"thanks\r\n-- \r\ndone\r\n",
    "forward": PLAIN
    + b"fyi\r\n\r\n---------- Forwarded message ---------\r\nFrom: Ada <ada@x.test>\r\nSubject: x\r\n\r\ndone\r\n",
    "attached text": MIXED
    + b"Content-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\ndone\r\n--b--\r\n",
    "attached message": MIXED + b"Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\ndone\r\n--b--\r\n",
    "quoted HTML": HTML + b"<div>thanks</div><blockquote><div>done</div></blockquote>",
    "hidden HTML": HTML + b'<div style="display:none">done</div><div>thanks a lot</div>',
    "middle of a sentence": PLAIN + b"I think we are\r\ndone\r\n",
    "headers": b"X-Triaged-Command: done\r\nX-Command: close\r\n" + PLAIN + b"hello",
}


@pytest.mark.parametrize("place", ELSEWHERE)
def test_a_word_that_stands_elsewhere_orders_nothing(place: str) -> None:
    assert read_command(parse(HEAD + ELSEWHERE[place]).new_text, DESK) is None


@pytest.mark.parametrize(
    "body",
    [
        PLAIN + b"Mine.\r\n\r\nOn Fri, 20 Nov 2026 at 10:00, Help <help@acme.example> wrote:\r\n> done\r\n",
        PLAIN + b"\xc2\xa0Mine.\r\n\r\nSent from my iPhone\r\n\r\n> done\r\n",
        HTML + b'<div dir="auto">Mine!</div><div class="gmail_quote"><blockquote>done</blockquote></div>',
        HTML + b"<p>&nbsp;mine</p><p>&nbsp;</p><hr><p>From: Help</p><p>done</p>",
    ],
)
def test_a_word_on_the_first_line_is_found_as_phones_write_it(body: bytes) -> None:
    assert said(parse(HEAD + body).new_text) == (("mine",),)
