"""The parts of a message are found in one pass, within limits, and the right ones are shown."""

import pytest

from daemon.core.mail.mime.tree import MAX_DEPTH, MAX_PARTS
from daemon.core.mail.parse import parse
from store.model.message import Message


def mail(*lines: str) -> Message:
    return parse(
        "\r\n".join(
            ("From: a@b.test", "Message-ID: <1@b.test>", "Date: Mon, 3 Nov 2025 10:00:00 +0100", *lines)
        ).encode()
    )


def kinds(message: Message) -> list[str]:
    return [part.content_type for part in message.parts]


MIXED = ("Content-Type: multipart/mixed; boundary=x", "")
PLAIN = ("--x", "Content-Type: text/plain", "")
HTML = ("--x", "Content-Type: text/html", "")


def test_plain_text_and_an_attachment() -> None:
    message = mail(
        *MIXED, *PLAIN, "hello", '--x\r\nContent-Type: image/png; name="a.png"\r\nContent-ID: <1@b>\r\n', "PNG", "--x--"
    )
    assert message.text.strip() == "hello"
    assert [(a.filename, a.content_type, a.size, a.content_id) for a in message.attachments] == [
        ("a.png", "image/png", 3, "1@b")
    ]
    assert message.defects == ()


def test_the_line_break_before_a_delimiter_belongs_to_it() -> None:
    assert mail(*MIXED, *PLAIN, "hello", "--x--").parts[0].size == 5
    assert mail(*MIXED, *PLAIN, "hello", "", "--x--").parts[0].size == 7


def test_texts_of_a_mixed_message_are_shown_one_after_the_other() -> None:
    assert mail(*MIXED, *PLAIN, "one", *PLAIN, "two", "--x--").text.split() == ["one", "two"]


def test_html_beside_plain_text_is_shown_too() -> None:
    text = mail(*MIXED, *PLAIN, "1 < 2", *HTML, "<p>three</p>", "--x--").text
    assert "1 < 2" in text
    assert "three" in text
    assert "<p>" not in text


def test_an_alternative_is_shown_once() -> None:
    message = mail(
        "Content-Type: multipart/alternative; boundary=x", "", *PLAIN, "hello", *HTML, "<p>hello</p>", "--x--"
    )
    assert message.text.split() == ["hello"]
    assert message.attachments == ()


def test_views_that_differ_are_a_defect() -> None:
    message = mail(
        "Content-Type: multipart/alternative; boundary=x",
        "",
        *PLAIN,
        "thanks, all fine",
        *HTML,
        "<p>close everything now</p>",
        "--x--",
    )
    assert "differing-views" in message.defects


def test_an_attached_text_is_not_shown() -> None:
    message = mail(
        *MIXED,
        *PLAIN,
        "hello",
        "--x\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=log.txt\r\n",
        "secret",
        "--x--",
    )
    assert "secret" not in message.text
    assert [a.filename for a in message.attachments] == ["log.txt"]
    assert message.parts[1].text == "secret"


def test_a_named_text_that_opens_the_message_is_shown_and_attached() -> None:
    message = mail("Content-Type: text/plain; name=letter.txt", "", "hello")
    assert message.text.strip() == "hello"
    assert [a.filename for a in message.attachments] == ["letter.txt"]


def test_an_attached_message_stays_closed() -> None:
    fields = "From: C <c@d.test>\r\nSubject: inner\r\nContent-Type: multipart/mixed; boundary=y\r\n"
    inner = f"{fields}\r\n--y\r\n\r\nwords\r\n--y--"
    message = mail(*MIXED, *PLAIN, "see below", "--x\r\nContent-Type: message/rfc822\r\n", inner, "--x--")
    assert kinds(message) == ["text/plain", "message/rfc822"]
    assert "words" not in message.text
    assert "Subject: inner" in message.parts[1].text
    assert message.forwarded
    assert message.forwarded.sender
    assert (message.forwarded.sender.address, message.forwarded.subject) == ("c@d.test", "inner")
    assert message.forwarded.text.strip() == "words"


def test_what_a_delivery_report_brings_back_is_not_forwarded() -> None:
    message = mail(
        "Content-Type: multipart/report; report-type=delivery-status; boundary=x", "", *PLAIN, "failed",
        "--x\r\nContent-Type: message/delivery-status\r\n", "Action: failed", "",
        "--x\r\nContent-Type: message/rfc822\r\n", "Subject: ours", "", "text", "--x--",
    )  # fmt: skip
    assert message.forwarded is None
    assert kinds(message) == ["text/plain", "message/delivery-status", "message/rfc822"]
    assert message.parts[1].text.startswith("Action: failed")


def test_parts_of_a_digest_are_messages() -> None:
    message = mail("Content-Type: multipart/digest; boundary=x", "", "--x", "", "Subject: one", "", "text", "--x--")
    assert kinds(message) == ["message/rfc822"]


def test_an_outer_boundary_ends_what_is_inside() -> None:
    inner = "--x\r\nContent-Type: multipart/mixed; boundary=y\r\n"
    message = mail(*MIXED, inner, "--y", "", "one", *PLAIN, "two", "--x--")
    assert message.text.split() == ["one", "two"]


def test_a_multipart_in_which_nothing_is_found_is_text() -> None:
    message = mail("Content-Type: multipart/mixed", "", "hello")
    assert message.text.strip() == "hello"
    assert "no-boundary" in message.defects


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Type: text/plain", "Content-Type: text/html", "", "x"),
        ("Content-Transfer-Encoding: 7bit", "Content-Transfer-Encoding: base64", "", "x"),
        ("Content-Type: multipart/mixed; boundary=x; boundary=y", "", "--x", "", "a", "--x--"),
        (*MIXED, "--x\r\nContent-Type: multipart/mixed; boundary=x\r\n", "--x", "", "a", "--x--"),
        ("Content-Type: text/plain; charset=utf-7", "", "+AGMAbABvAHMAZQ-"),
        ("Content-Transfer-Encoding: base64", "", "aGk=", "Y2xvc2U="),
    ],
)
def test_what_two_readers_may_read_differently_is_ambiguous(lines: tuple[str, ...]) -> None:
    assert "ambiguous" in mail(*lines).defects


def test_depth_and_number_of_parts_have_a_limit() -> None:
    levels = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(600))
    deep = parse(f"From: a@b.test\r\n{levels}\r\nbody".encode())
    assert "too-deep" in deep.defects
    assert len(deep.parts) <= MAX_DEPTH
    many = mail(*MIXED, *("--x\r\n\r\na",) * 2000, "--x--")
    assert "too-many-parts" in many.defects
    assert len(many.parts) < MAX_PARTS


def test_a_part_that_lacks_its_empty_line_is_still_ended_by_the_boundary() -> None:
    message = mail(*MIXED, "--x", "Content-Type: text/plain", "--x", "", "two", "--x--")
    assert message.text.strip() == "two"


def test_a_boundary_that_ends_with_spaces_is_compared_as_it_is_written() -> None:
    lines = ('Content-Type: multipart/mixed; boundary="x  "', "", "--x  ", "", "one", "--x ", "still one", "--x  --")
    assert mail(*lines).text == "one\n--x \nstill one"
    assert mail(*lines).defects == ("ambiguous",)


def test_a_boundary_that_ends_with_spaces_is_found_where_its_lines_lost_them() -> None:
    assert mail('Content-Type: multipart/mixed; boundary="x  "', "", "--x", "", "one", "--x--").text == "one"


def test_where_no_delimiter_is_found_the_beginning_of_its_line_is_enough() -> None:
    message = mail(*MIXED, "--x and more", "Content-Type: text/html", "", "<p>one</p>", "--x-- the end", "not shown")
    assert message.text == "one"
    assert message.defects == ("ambiguous",)


def test_a_name_in_raw_octets_is_in_the_charset_that_the_message_declares() -> None:
    message = parse(
        b"From: a@b.test\r\nContent-Type: multipart/mixed; boundary=x; charset=gb2312\r\n\r\n--x\r\n\r\n\r\n--x\r\n"
        b'Content-Type: application/pdf; name="other.pdf"\r\n'
        b'Content-Disposition: attachment; filename="' + "绩效管理.pdf".encode("gb2312") + b'"\r\n\r\n%PDF\r\n--x--\r\n'
    )
    assert [one.filename for one in message.attachments] == ["绩效管理.pdf"]
