"""Our clock beside those of others."""

from pathlib import Path

import pytest

from daemon.cli.doctor.clock import clock_seen, judged, passed_on, stamped
from daemon.core.settings import Settings
from store.model.message import Envelope, RawMessage
from store.store import Store

NOON = 1_795_262_400.0  # 2026-11-21 12:00:00 UTC


def mail(stamp: str, came: float) -> RawMessage:
    raw = f"Received: from a.test by mx.test\r\n with ESMTP; {stamp}\r\nReceived: old; x\r\n\r\nReceived: no".encode()
    return RawMessage(1, raw, Envelope("", ()), came, 1, 1)


@pytest.mark.parametrize(
    ("ahead", "level", "words"),
    [
        (0.3, "ok", "agrees with the relay"),
        (20.0, "note", "is 20 s behind the relay"),
        (-20.0, "note", "is 20 s ahead of the relay"),
        (3600.0, "fault", "is 3600 s behind the relay"),
    ],
)
def test_a_difference_is_named_and_whose_it_is(ahead: float, level: str, words: str) -> None:
    found, told = judged("the relay", ahead)
    assert (found, words in told) == (level, True)


def test_the_topmost_stamp_of_a_message_is_read() -> None:
    assert stamped(mail("Sat, 21 Nov 2026 13:00:00 +0100", NOON + 2)) == (NOON, NOON + 2)
    assert stamped(mail("yesterday", NOON)) is None
    assert stamped(RawMessage(1, b"Subject: x\r\n\r\nReceived: a; b", Envelope("", ()), NOON, 1, 1)) is None


def test_a_message_cannot_come_before_it_was_passed_on() -> None:
    stamps = ((NOON, NOON - 90), (NOON + 60, NOON + 30))
    assert list(passed_on(stamps)) == [("the server that passes mail on to us", 90.0)]


def test_mail_that_waited_proves_nothing() -> None:
    assert list(passed_on(((NOON, NOON + 900),))) == []
    assert list(passed_on(((NOON, NOON + 900), (NOON, NOON + 1)))) == [("the server that passes mail on to us", 0.0)]


async def test_the_mail_of_a_store_is_a_witness(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/t.db"
    desk = {"desk": {"address": "help@team.test"}, "pipeline": {"address": "p@team.test"}, "store": {"url": url}}
    store = Store.open(url, migrating=True)
    one = mail("Sat, 21 Nov 2026 12:00:00 +0000", NOON - 3600)
    await store.keep(one.raw, one.envelope, one.received_at)
    await store.close()
    told = {words: level for level, words in clock_seen(Settings.model_validate(desk))}
    assert told["is 3600 s behind the server that passes mail on to us: let a time service (NTP) keep both"] == "fault"
