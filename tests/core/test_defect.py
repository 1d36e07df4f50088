"""Every fault that is named can happen, and every fault that happens is named."""

import pytest

from daemon.core.mail.mime.defect import DEFECTS, forbids_acting
from daemon.core.mail.parse import parse
from tests.core.bombs import BOMBS
from tests.corpora import CORPORA

NAMES = {row.name for row in DEFECTS}
MIXED = b"Content-Type: multipart/mixed; boundary=x\n\n"
SAMPLES = {
    "ambiguous": b"Content-Type: text/plain\nContent-Type: text/html\n\nx",
    "differing-views": b"Content-Type: multipart/alternative; boundary=x\n\n--x\n\nall is fine, thank you\n"
    b"--x\nContent-Type: text/html\n\n<p>delete every customer today</p>\n--x--\n",
    "two-from": b"From: a@b.test\nFrom: a@b.test\n\n",
    "many-from": b"From: a@b.test, c@d.test\n\n",
    "malformed-from": b"From: a@b.test <c@d.test>\n\n",
    "no-from": b"To: a@b.test\n\n",
    "no-message-id": b"Message-ID: <>\n\n",
    "no-date": b"To: a@b.test\n\n",
    "bad-date": b"Date: soon\n\n",
    "empty": b"",
    "no-header": b"help",
    "no-separator": b"A: b\nhelp me\n",
    "header-no-colon": b"A: b\nhelp me\nC: d\n\n",
    "header-too-long": b"A: " + b"x" * 300_000 + b"\n\n",
    "too-many-headers": b"A: b\n" * 1001 + b"\n",
    "leading-blank-lines": b"\n\nA: b\n\n",
    "mbox-line": b"From a@b.test Mon Nov  3 10:00:00 2025\nA: b\n\n",
    "bare-cr": b"A: b\r\rhelp\r",
    "nul": b"A: \0\n\n",
    "raw-8bit-header": b"A: \xfc\n\n",
    "no-boundary": b"Content-Type: multipart/mixed\n\nx",
    "empty-multipart": MIXED + b"x",
    "unclosed-multipart": MIXED + b"--x\n\nx",
    "too-deep": b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(52)),
    "too-many-parts": MIXED + b"--x\n\nx\n" * 501,
    "too-many-delimiters": MIXED + b"--\n" * 500_001,
    "bad-transfer-encoding": b"Content-Transfer-Encoding: x-own\n\nx",
    "bad-base64": b"Content-Transfer-Encoding: base64\n\naGk=\n!\n",
    "bad-charset": b"Content-Type: text/plain; charset=x-own\n\n\xfc",
    "text-cut": b"A: b\n\n" + b"x" * (2 << 20),
}


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_fault_that_is_named_can_happen(name: str) -> None:
    assert name in parse(SAMPLES[name]).defects


def test_every_fault_that_happens_is_named() -> None:
    raws = [*SAMPLES.values(), *(make(1 << 14) for make in BOMBS.values())]
    if CORPORA:
        raws += [path.read_bytes() for path in (CORPORA / "hazards").glob("*.eml")]
    assert {defect for raw in raws for defect in parse(raw).defects} <= NAMES


def test_a_message_that_two_may_read_differently_commands_nothing() -> None:
    assert forbids_acting(("no-date", "ambiguous"))
    assert forbids_acting(("malformed-from",))
    assert not forbids_acting(("no-date", "bad-charset", "mbox-line"))
    assert not forbids_acting(())
