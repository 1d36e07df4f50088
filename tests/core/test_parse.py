"""Bytes become a Message: every field, whatever is missing, and always."""

import pytest

from daemon.core.mail.parse import parse
from store.model.message import Address

ORDINARY = (
    b"Received: from a.test by b.test; Mon, 3 Nov 2025 10:00:02 +0100\r\n"
    b"From: =?utf-8?q?Anna_B=C3=B6?= <Anna@Customer.test>\r\n"
    b"To: Support <support@hd.test>\r\nCc: c@d.test, E <e@f.test>\r\nReply-To: anna@home.test\r\n"
    b"Subject: Printer\r\n on fire\r\nSubject: second\r\n"
    b"Message-ID: <1@customer.test>\r\nIn-Reply-To: <0@hd.test>\r\n"
    b"References: <a@hd.test>\r\n <b@hd.test> <0@hd.test>\r\n"
    b"Date: Mon, 03 Nov 2025 10:00:00 +0100\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    b"Es brennt.\r\n"
)


def test_an_ordinary_message_is_read_whole() -> None:
    message = parse(ORDINARY)
    assert message.sender == Address("Anna Bö", "Anna@customer.test")
    assert message.to == (Address("Support", "support@hd.test"),)
    assert message.cc == (Address("", "c@d.test"), Address("E", "e@f.test"))
    assert message.reply_to == (Address("", "anna@home.test"),)
    assert message.subject == "Printer on fire"
    assert message.message_id == "1@customer.test"
    assert message.in_reply_to == "0@hd.test"
    assert message.references == ("b@hd.test", "a@hd.test")
    assert message.date
    assert message.date.isoformat() == "2025-11-03T10:00:00+01:00"
    assert message.text.strip() == "Es brennt."
    assert message.new_text == "Es brennt."
    assert message.every("subject") == ("Printer on fire", "second")
    assert message.header("received") == "from a.test by b.test; Mon, 3 Nov 2025 10:00:02 +0100"
    assert message.size == len(ORDINARY)
    assert message.defects == ()


def test_the_way_lines_end_changes_nothing_that_is_read() -> None:
    crlf, lf, cr = (parse(ORDINARY.replace(b"\r\n", end)) for end in (b"\r\n", b"\n", b"\r"))
    for other in (lf, cr):
        assert other.headers == crlf.headers
        assert (other.sender, other.subject, other.date, other.references, other.new_text) == (
            crlf.sender, crlf.subject, crlf.date, crlf.references, crlf.new_text,
        )  # fmt: skip
    assert cr.defects == ("bare-cr",)


@pytest.mark.parametrize("raw", [b"", b"\0", b"\r", b"\n", b":", b"\r\n\r\n", b"From ", b"\xff" * 10])
def test_no_message_at_all_is_still_a_message(raw: bytes) -> None:
    message = parse(raw)
    assert (message.message_id, message.sender, message.date, message.size) == (None, None, None, len(raw))
    assert {"no-from", "no-message-id", "no-date"} <= set(message.defects)


def test_nul_becomes_a_character_that_can_be_stored() -> None:
    message = parse(b"From: a@b.test\r\nSubject: nul \0 here\r\n\r\nbefore \0 after\r\n")
    assert message.subject == "nul \ufffd here"
    assert "\0" not in message.text + message.parts[0].text
    assert "nul" in message.defects


@pytest.mark.parametrize(
    ("fields", "address", "defect"),
    [
        ("From: bob@team.test <x@evil.test>", "x@evil.test", "malformed-from"),
        ("From: x@evil.test\r\nFrom: bob@team.test", "x@evil.test", "two-from"),
        ("From: x@evil.test, bob@team.test", "x@evil.test", "many-from"),
        ("From: Team: bob@team.test;", "bob@team.test", "malformed-from"),
        ("From: =?utf-8?q?bob=40team=2Etest?=", None, "no-from"),
        ("Sender: bob@team.test", None, "no-from"),
    ],
)
def test_an_author_that_may_not_be_acted_upon_is_a_defect(fields: str, address: str | None, defect: str) -> None:
    message = parse(f"{fields}\r\n\r\nclose\r\n".encode())
    assert (message.sender.address if message.sender else None) == address
    assert defect in message.defects


def test_octets_in_a_header_are_read_and_said() -> None:
    message = parse("Subject: Grüße\r\nFrom: Jürgen <j@b.test>\r\n\r\n".encode("cp1252"))
    assert message.subject == "Grüße"
    assert message.sender == Address("Jürgen", "j@b.test")
    assert "raw-8bit-header" in message.defects


def test_dates_that_are_none_are_said() -> None:
    assert "bad-date" in parse(b"Date: Mon, 3 Nov 99999999999\r\n\r\n").defects


def test_a_flowed_text_is_joined() -> None:
    raw = b"Content-Type: text/plain; format=flowed\r\n\r\nthe printer \r\nis on fire\r\n"
    assert parse(raw).new_text == "the printer is on fire"
