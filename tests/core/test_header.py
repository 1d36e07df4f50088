"""Header fields come out of the bytes whatever their writers did, and values out of the fields."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.mail.mime import date, filename, header, identifier, parameter, words


def test_a_folded_value_is_one_line() -> None:
    block = header.read(b"Subject: one\r\n two\r\n\tthree\r\n\r\nbody")
    assert header.text(block.fields[0][1]) == "one two three"
    assert block.body == 30


def test_an_mbox_line_and_empty_lines_before_the_header_are_skipped() -> None:
    assert header.read(b"From a@b Mon Nov 3 10:00:00 2025\nSubject: x\n\n").fields == (("subject", b"x"),)
    assert header.read(b"\r\n\r\nSubject: x\r\n\r\n").fields == (("subject", b"x"),)


def test_a_line_without_a_colon_costs_only_itself() -> None:
    block = header.read(b"A: 1\nno colon here\nB: 2\n\nbody")
    assert [name for name, _ in block.fields] == ["a", "b"]
    assert block.defects == ("header-no-colon",)


def test_text_right_behind_the_header_is_body() -> None:
    raw = b"A: 1\nand here the letter begins\nand goes on\n"
    block = header.read(raw)
    assert raw[block.body :].startswith(b"and here")
    assert block.defects == ("no-separator",)


def test_a_message_without_a_header_is_all_body() -> None:
    block = header.read(b"help us please, production is down")
    assert (block.fields, block.body, block.defects) == ((), 0, ("no-header",))


def test_a_header_has_limits() -> None:
    many = header.read(b"A: x\n" * 2000 + b"\nbody")
    assert len(many.fields) == header.MAX_FIELDS
    assert "too-many-headers" in many.defects
    raw = b"A: " + b"x" * 300_000 + b"\n\nbody"
    long = header.read(raw)
    assert "header-too-long" in long.defects
    assert raw[long.body :] == b"body"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=?utf-8?q?J=C3=BCrgen_M?= =?utf-8?q?=C3=BCller?=", "Jürgen Müller"),
        ("=?utf-8?B?w7w=?=", "ü"),
        ("=?utf-8?Q?caf=C3?= =?utf-8?Q?=A9?=", "café"),
        ("=?iso-8859-1?Q?a?= plain =?utf-8*en?B?w7w=?=", "a plain ü"),
        ("=?x-unknown?q?a=FC?=", "aü"),
        ("=?utf-8?q?broken", "=?utf-8?q?broken"),
        ("no words = ?", "no words = ?"),
    ],
)
def test_encoded_words_are_decoded(value: str, text: str) -> None:
    assert words.decode(value) == text


def test_nothing_in_an_encoded_word_can_begin_a_new_header() -> None:
    assert words.decode("=?utf-8?q?Re=3A_x=0D=0ABcc=3A_v@v.test?=") == "Re: x Bcc: v@v.test"
    assert "\u2028" not in words.decode("a\u2028b\x85c\x0bd")


def test_undeclared_octets_are_utf8_then_the_charset_of_the_body() -> None:
    assert header.text("Grüße".encode()) == "Grüße"
    assert header.text("Grüße".encode("cp1252")) == "Grüße"
    assert header.text("转发".encode("gb18030"), "gb2312") == "转发"


@pytest.mark.parametrize(
    ("raw", "name", "value"),
    [
        (b'text/plain; charset="utf-8"', "charset", "utf-8"),
        (b"text/plain charset=utf-8", "charset", "utf-8"),
        (b'multipart/mixed;\r\n\tboundary="a b"', "boundary", "a b"),
        (b"a/b; filename=two words.pdf", "filename", "two words.pdf"),
        (b"a/b; name*=utf-8'de'Gr%C3%BC%C3%9Fe.txt", "name", "Grüße.txt"),
        (b"a/b; name*0*=iso-8859-1''Gr%FC; name*1=sse.txt", "name", "Grüsse.txt"),
        (b'a/b; name="=?utf-8?q?Gr=C3=BC=C3=9Fe=2Etxt?="', "name", "Grüße.txt"),
        (b'a/b; name="un\\"closed', "name", 'un"closed'),
    ],
)
def test_parameters_are_read_in_every_form(raw: bytes, name: str, value: str) -> None:
    assert parameter.read(raw).parameters[name] == value


def test_two_boundaries_contradict() -> None:
    assert parameter.read(b"multipart/mixed; boundary=a; boundary=b").repeated
    assert not parameter.read(b"multipart/mixed; boundary=a; boundary=a").repeated


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\x.doc", "x.doc"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("CON.txt", "_CON.txt"),
        ("a" * 300 + ".pdf", "a" * 116 + ".pdf"),
        ("x.exe. . ", "x.exe"),
        ("..", None),
        ("\u200b", None),
        ("a\r\nContent-Type: x", "a Content-Type: x"),
        ("Gr\u00fc\u00dfe \U0001f600.txt", "Grüße 😀.txt"),
    ],
)
def test_file_names_are_safe_to_show(name: str, clean: str | None) -> None:
    assert filename.clean(name) == clean


@given(st.text(max_size=400))
def test_a_clean_name_stays_as_it_is(name: str) -> None:
    clean = filename.clean(name)
    assert clean is None or (filename.clean(clean) == clean and 0 < len(clean) <= filename.MAX_LENGTH)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("<a@b>", ("a@b",)),
        ("<a@b> (comment) <c@d>\r\n <a@b>", ("a@b", "c@d")),
        ("<long@\r\n host>", ("long@host",)),
        ("a@b, c@d", ("a@b", "c@d")),
        ("<<<>>> <a@b", ("a@b",)),
        ("Your message of <some other day>", ()),
        ("", ()),
    ],
)
def test_message_ids_are_found(value: str, found: tuple[str, ...]) -> None:
    assert identifier.every(value) == found


def test_references_come_newest_first_without_the_one_that_is_answered() -> None:
    assert identifier.chain("<1@x> <2@x> <3@x>", ("3@x",)) == ("2@x", "1@x")
    assert identifier.chain("<1@x> <2@x>", ("2@x", "9@x", "1@x")) == ("1@x", "9@x")
    assert len(identifier.chain(" ".join(f"<{n}@x>" for n in range(999)), ())) == identifier.MAX_REFERENCES


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("Fri, 21 Nov 1997 09:55:06 -0600", datetime(1997, 11, 21, 9, 55, 6, tzinfo=timezone(timedelta(hours=-6)))),
        ("Wed, 11 Feb 98 11:51 CST", datetime(1998, 2, 11, 11, 51, tzinfo=timezone(timedelta(hours=-6)))),
        ("Mon, 3 Nov 2025 10:00:00 +0100 (CET)", datetime(2025, 11, 3, 9, tzinfo=UTC)),
        ("2025-11-03T10:00:00Z", datetime(2025, 11, 3, 10, tzinfo=UTC)),
        ("Mon, 3 Nov 2025 10:00:60 +9999", datetime(2025, 11, 3, 10, 0, 59, tzinfo=UTC)),
        ("Mon, 3 Nov 99999999999 10:00:00 +0100", None),
        ("yesterday", None),
    ],
)
def test_dates_are_read_in_their_many_forms(value: str, moment: datetime | None) -> None:
    assert date.read(value) == moment


@given(st.text(max_size=300))
def test_no_date_raises(value: str) -> None:
    date.read(value)


@given(
    st.builds(
        "{}{} {} {} {}:{}:{} {}{}".format,
        st.sampled_from(["", "Mon, ", "Sun, ", "mon, "]),
        st.sampled_from(["1", "03", "31", "32", "0", "031"]),
        st.sampled_from(["Jan", "Feb", "Nov", "nov"]),
        st.sampled_from(["1900", "1999", "2024", "2100", "25"]),
        st.sampled_from(["00", "10", "24"]),
        st.sampled_from(["00", "59", "60"]),
        st.sampled_from(["00", "60", "99"]),
        st.sampled_from("+-"),
        st.sampled_from(["0000", "0130", "1400", "2400", "9999"]),
    )
)
def test_the_usual_form_of_a_date_is_read_as_by_the_grammar(value: str) -> None:
    assert repr(date.read(value)) == repr(date.by_grammar(value))
