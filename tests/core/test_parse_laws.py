"""What holds for every input: parsing never fails, is deterministic, and takes time in proportion to the size."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daemon.core.mail.parse import parse
from store.model.message import Message
from tests.core.bombs import BOMBS
from tests.corpora import CORPORA

FRAGMENTS = (
    b"\r\n", b"\n", b"\r", b"\r\n\r\n", b" ", b"\t", b"\0", b"\xff", b"--x", b"--x--", b"--x\r\n", b'"', b"<", b">",
    b"(", b")", b",", b";", b":", b"@", b"=?utf-8?q?", b"=?iso-2022-jp?B?GyRC?=", b"?=", b"From: ", b"From ",
    b"To: a@b.test", b"Subject: ", b"Content-Type: multipart/mixed; boundary=x\r\n",
    b"Content-Type: multipart/alternative; boundary=y\r\n", b"Content-Type: text/html\r\n",
    b"Content-Type: message/rfc822\r\n", b"Content-Type: text/plain; format=flowed; charset=", b"utf-7", b"utf-16",
    b"hz", b"Content-Transfer-Encoding: base64\r\n", b"Content-Transfer-Encoding: x-uue\r\n", b"aGVsbG8=",
    b"Content-Disposition: attachment; filename*0*=utf-8''a%FF", b"begin 644 a\r\n", b"#86)C", b"=FF", b"=\r\n",
    b"<p>", b"> ", b"Date: Mon, 3 Nov 2025 10:00:00 +0100\r\n", b"References: <a@b> <c", b"Message-ID: <",
    b"On Mon, A wrote:", b"-- \r\n",
)  # fmt: skip
RAW = st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.binary(max_size=12)), max_size=60).map(b"".join)
FILES = sorted((CORPORA / "hazards").glob("*.eml")) if CORPORA else []


def texts(message: Message) -> list[str]:
    """Every string of a message."""
    return [
        message.subject, message.text, message.new_text, message.quoted, *(value for _, value in message.headers),
        *(part.text for part in message.parts), *(part.filename or "" for part in message.parts),
        *(text for one in (*message.to, *message.cc) for text in (one.name, one.address)), message.message_id or "",
    ]  # fmt: skip


def holds(raw: bytes) -> None:
    message = parse(raw)
    assert message == parse(raw)
    assert message.size == len(raw)
    assert sum(part.size for part in message.parts) <= 3 * len(raw)
    for text in texts(message):
        text.encode("utf-8")
        assert "\0" not in text
    assert not any("\n" in value or "\r" in value for _, value in message.headers)


@given(st.binary(max_size=400))
def test_any_bytes_are_read(raw: bytes) -> None:
    holds(raw)


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(RAW)
def test_any_heap_of_fragments_is_read(raw: bytes) -> None:
    holds(raw)


@pytest.mark.corpus
@pytest.mark.skipif(not FILES, reason="the outside corpora are not beside this checkout")
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_any_message_with_any_damage_is_read(data: st.DataObject) -> None:
    raw = data.draw(st.sampled_from(FILES)).read_bytes()[:20_000]
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(raw)))
        length = data.draw(st.integers(0, 40))
        raw = (
            raw[:place]
            + data.draw(st.one_of(st.sampled_from(FRAGMENTS), st.binary(max_size=8)))
            + raw[place + length :]
        )
    holds(raw)


def cpu_seconds(raw: bytes) -> float:
    """The least processor time of a few runs: what else the machine does only ever adds."""
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        parse(raw)
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize("make", BOMBS.values(), ids=BOMBS.keys())
def test_time_grows_no_faster_than_the_message(make: Callable[[int], bytes]) -> None:
    small, large = cpu_seconds(make(1 << 16)), cpu_seconds(make(1 << 18))
    assert large < 8 * small + 0.01  # four times the size, and noise; quadratic time would be sixteen
    assert large < 0.25


@pytest.mark.corpus
@pytest.mark.skipif(not FILES, reason="the outside corpora are not beside this checkout")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_hostile_mail_is_read_in_a_quarter_of_a_second(path: Path) -> None:
    assert cpu_seconds(path.read_bytes()) < 0.25


@pytest.mark.corpus
@pytest.mark.skipif(CORPORA is None, reason="the outside corpora are not beside this checkout")
@pytest.mark.parametrize("source", ["cpython", "james", "spamassassin-corpus", "thunderbird"])
def test_the_mail_of_others_is_read_without_fail(source: str) -> None:
    assert CORPORA is not None
    files = [path for path in (CORPORA / "robustness" / source).rglob("*") if path.is_file()]
    assert files
    for path in files:
        raw = path.read_bytes()
        for text in texts(parse(raw)):
            text.encode("utf-8")
        assert cpu_seconds(raw) < 0.25, path
