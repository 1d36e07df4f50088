"""An old message keeps its date, unless that cannot be."""

import pytest

from daemon.core.mail.moment import moment

NOW = 1_795_000_000.0  # November 2026
THEN = 1_136_214_245.0  # Mon, 2 Jan 2006 15:04:05 +0000

DATE = b"Date: Mon, 2 Jan 2006 15:04:05 +0000\n"
RECEIVED = b"Received: from a by b\n\twith SMTP; Mon, 2 Jan 2006 16:04:05 +0100 (CET)\n"
POSTMARK = b"From maria@shop.example Mon Jan  2 15:04:05 2006\n"


@pytest.mark.parametrize(
    ("header", "postmark"),
    [
        (DATE, b""),
        (b"DATE:\n " + DATE[6:], b""),
        (RECEIVED, b""),
        (b"", POSTMARK),
        (b"", b"From - Mon Jan  2 16:04:05 2006 +0100\r\n"),
        (b"Date: Fri, 2 Jan 2088 15:04:05 +0000\n" + RECEIVED, b""),
        (b"Date: Thu, 1 Jan 1970 00:00:00 +0000\n", POSTMARK),
        (b"Date: yesterday\n", POSTMARK),
        (b"Date: \xff\xfe\x00\n" + RECEIVED, b""),
        (RECEIVED + b"Received: from c by a; Sun, 1 Jan 2006 00:00:00 +0000\n", b""),
    ],
)
def test_the_first_of_its_dates_that_can_be(header: bytes, postmark: bytes) -> None:
    assert moment(header, postmark, NOW) == THEN


@pytest.mark.parametrize("header", [b"", b"Date:\n", b"Subject: x\n", b"Date: Fri, 2 Jan 2088 15:04:05 +0000\n"])
def test_nothing_tells(header: bytes) -> None:
    assert moment(header, b"From maria@shop.example\n", NOW) is None


def test_a_clock_that_is_ahead_by_its_time_zone_is_set_back_to_now() -> None:
    assert moment(b"Date: Mon, 2 Jan 2006 23:04:05 +0000\n", b"", THEN) == THEN
