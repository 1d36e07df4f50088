"""Bytes become text by a fixed list of charsets, and transfer encodings come off whatever damaged them."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.mail.mime import charset, flowed, transfer


@pytest.mark.parametrize("name", sorted({codec for codec, _ in charset._ROWS}))
def test_every_codec_of_the_list_is_there(name: str) -> None:
    assert codecs.lookup(name)


def test_the_list_has_some_forty_charsets() -> None:
    assert len(charset._ROWS) > 40


@pytest.mark.parametrize(
    ("declared", "data", "text"),
    [
        ("iso-8859-1", b"Fr\xf6sche", "Frösche"),
        ("ISO_8859-15", b"\xa4", "€"),
        ("iso-8859-1", b"\x93quoted\x94", "“quoted”"),
        ("gb2312", "转发".encode("gb18030"), "转发"),
        ("ks_c_5601-1987", "사진".encode("cp949"), "사진"),
        ("ISO-2022-JP", b"\x1b$B-!#1ET\x1b(B ok", "①１都 ok"),
        ("utf-16", "hé".encode("utf-16-be"), "hé"),
        (None, "grüße".encode(), "grüße"),
        (None, b"gr\xfc\xdfe", "grüße"),
        ("us-ascii", "grüße".encode(), "grüße"),
        ("'UTF-8'", b"\xef\xbb\xbfhi", "hi"),
    ],
)
def test_bytes_are_read_as_declared_or_as_they_must_be(declared: str | None, data: bytes, text: str) -> None:
    assert charset.decode(data, declared).text == text


@pytest.mark.parametrize("name", ["punycode", "idna", "unicode_escape", "base64", "undefined", "rot13", "x\0y", "zlib"])
def test_a_codec_that_is_no_charset_is_never_used(name: str) -> None:
    decoded = charset.decode(b"xn--\xfc \\x41", name)
    assert decoded.text == "xn--ü \\x41"
    assert not decoded.faithful


def test_what_does_not_fit_becomes_the_replacement_character() -> None:
    assert charset.decode(b"a\xffb", "utf-8").text == "a\ufffdb"
    assert charset.decode(b"a\0b", "utf-8").text == "a\ufffdb"


@given(
    st.binary(max_size=200),
    st.sampled_from([None, "", "utf-7", *(name for _, row in charset._ROWS for name in row.split())]),
)
def test_any_bytes_under_any_name_become_text_that_can_be_stored(data: bytes, name: str | None) -> None:
    text = charset.decode(data, name).text
    assert "\0" not in text
    text.encode("utf-8")


@given(st.binary(max_size=2000), st.sampled_from(["base64", "quoted-printable", "x-uuencode", "7bit", "nonsense"]))
def test_any_body_comes_out_of_any_encoding(body: bytes, encoding: str) -> None:
    assert isinstance(transfer.decode(body, encoding).data, bytes)


def test_base64_survives_what_mail_does_to_it() -> None:
    assert transfer.base64(b"aGVs\r\nbG8=\r\n").data == b"hello"
    assert transfer.base64(b"aGVsbG8").data == b"hello"
    assert transfer.base64(b"aGVs\nbG8=\n-- \nlist footer!").defects
    assert transfer.base64(b"no base64 at all").data == b"no base64 at all"


def test_base64_that_goes_on_behind_its_padding_is_ambiguous() -> None:
    octets = transfer.base64(b"aGk=\nY2xvc2U=\n")
    assert octets.data == b"hiclose"
    assert "ambiguous" in octets.defects


def test_a_uuencoded_file_is_taken_out() -> None:
    assert transfer.uuencoded(b"\nbegin 644 a.txt\n#86)C\n`\nend\n").data == b"abc"


def test_flowed_lines_are_joined_within_their_quote() -> None:
    text = "one \ntwo\n> three \n> four\n-- \nme"
    assert flowed.unflow(text, delete_space=False) == "one two\n> three four\n-- \nme"
    assert flowed.unflow("long \nword", delete_space=True) == "longword"
    assert flowed.unflow(" >stuffed\n From", delete_space=False) == ">stuffed\nFrom"
