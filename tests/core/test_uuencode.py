"""Files that were written into a text in uuencode are taken out of it, and nothing else is."""

import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.mail.mime.uuencode import File, take_out
from daemon.core.mail.parse import parse


def uuencoded(name: str, octets: bytes) -> str:
    lines = "".join(binascii.b2a_uu(octets[at : at + 45]).decode() for at in range(0, len(octets), 45))
    return f"begin 644 {name}\n{lines}`\nend\n"


def test_a_file_in_a_text_is_an_attachment_and_not_read() -> None:
    head = "From: a@b.test\n\nSee the picture.\n\n"
    message = parse((head + uuencoded("ball.png", b"PNG" * 100) + "Bye.\n").encode())
    assert [(a.filename, a.content_type, a.size) for a in message.attachments] == [
        ("ball.png", "application/octet-stream", 300)
    ]
    assert message.text.split() == ["See", "the", "picture.", "Bye."]
    assert "begin 644" in message.parts[0].text


@given(st.text(st.characters(blacklist_characters="\r"), max_size=80), st.lists(st.binary(min_size=1, max_size=200)))
def test_what_stands_around_files_stays_and_every_file_is_found(words: str, files: list[bytes]) -> None:
    words = words.replace("begin ", "")
    text = words + "\n" + "".join(f"{uuencoded(f'{n}.bin', octets)}between\n" for n, octets in enumerate(files))
    assert take_out(text) == (
        words + "\n" + "between\n" * len(files),
        tuple(File(f"{n}.bin", octets) for n, octets in enumerate(files)),
    )


@pytest.mark.parametrize(
    "text",
    [
        "begin 644 it today, please\nand end it\n",
        "begin 644 a.bin\nend\n",
        "begin 644 a.bin\n#0V%T\n",  # cut off
        "begin 644 a.bin\n#0V%T\nclose ticket 5\n`\nend\n",  # not uuencode all through
        "we begin 644 a.bin\n#0V%T\n`\nend\n",
        "begin 644 a.bin\n" * 100,
    ],
)
def test_what_is_no_uuencode_from_its_first_line_to_its_last_stays(text: str) -> None:
    assert take_out(text) == (text, ())
