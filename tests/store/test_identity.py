"""Two messages are one if their Message-ID and content are the same, whatever way they came."""

import time
import tracemalloc
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.identity import _lines, identify

PLAIN = b"From: ann@a.example\r\nSubject: It broke\r\nMessage-ID: <one@a.example>\r\n\r\nHelp!\r\n"


@pytest.mark.parametrize(
    "way",
    [
        b"Received: from here by there\r\n\twith a folded line\r\n",
        b"Delivered-To: x@y\r\nReturn-Path: <z@y>\r\n",
        b"Authentication-Results: mx; dkim=pass\r\nDKIM-Signature: v=1;\r\n b=abc\r\nARC-Seal: i=1\r\n",
        b"X-Spam-Score: 3\r\nX-From: somebody\r\n",
    ],
)
def test_what_the_way_added_makes_no_other_message(way: bytes) -> None:
    assert identify(way + PLAIN) == identify(PLAIN)


@pytest.mark.parametrize(
    "same",
    [
        PLAIN.replace(b"\r\n", b"\n"),
        PLAIN.replace(b"Subject: It broke", b"Subject:   It\r\n\t broke "),
        PLAIN.replace(b"Subject", b"SUBJECT"),
        PLAIN + b"\r\n\r\n",
        PLAIN.rstrip(),
    ],
    ids=["bare line feeds", "folded", "case of the name", "blank lines at the end", "no end of line"],
)
def test_how_it_is_laid_out_makes_no_other_message(same: bytes) -> None:
    assert identify(same) == identify(PLAIN)


@pytest.mark.parametrize(
    "other",
    [
        PLAIN.replace(b"ann@", b"eve@"),
        PLAIN.replace(b"It broke", b"It works"),
        PLAIN.replace(b"Help!", b"Help"),
        b"Date: Mon, 1 Jan 2024 00:00:00 +0000\r\n" + PLAIN,
        b"To: other@desk.example\r\n" + PLAIN,
        b"Content-Type: application/octet-stream\r\n" + PLAIN,
        PLAIN.replace(b"\r\n\r\n", b"\r\n\r\n\r\n"),
    ],
)
def test_other_content_is_another_message(other: bytes) -> None:
    assert identify(other).digest != identify(PLAIN).digest


def test_a_field_in_the_body_is_not_a_field_of_the_header() -> None:
    assert identify(b"Subject: a\r\n\r\nMessage-ID: <no@a.example>\r\n").message_id == ""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"<one@a.example>", "one@a.example"),
        (b"\r\n <one@a.example>", "one@a.example"),
        (b"<one@a.example> (a remark) <two@a.example>", "one@a.example"),
        (b"bare@a.example", "bare@a.example"),
        (b"", ""),
        (b"<\xff@a.example>", "\\xff@a.example"),
    ],
)
def test_the_message_id_stands_without_its_brackets(value: bytes, expected: str) -> None:
    assert identify(b"Message-ID: " + value + b"\r\n\r\n").message_id == expected


def test_the_subject_is_shown_unfolded_and_cut() -> None:
    assert identify(b"Subject: a\r\n b\r\n\r\n").subject == "a b"
    assert len(identify(b"Subject: " + b"x" * 5000 + b"\r\n\r\n").subject) == 300


@given(st.binary(max_size=2000))
def test_any_bytes_have_an_identity(raw: bytes) -> None:
    assert len(identify(raw).digest) == 64


@pytest.mark.parametrize(
    "pattern", [b"Subject:\n ", b"a:b\n", b"\n", b"\r", b"Message-ID:<", b" \t", b"from:", b"\r\n\t"]
)
def test_hostile_headers_cost_little(pattern: bytes) -> None:
    raw = pattern * (2_000_000 // len(pattern))
    started = time.process_time()
    identify(raw)
    assert time.process_time() - started < 2


def as_a_whole(raw: bytes) -> bytes:
    """The content as it is digested, from a copy of all of it."""
    return raw.replace(b"\r\n", b"\n").rstrip(b"\n")


@given(st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b"a", b"bc"]), max_size=40), st.integers(1, 7))
def test_a_body_is_the_same_in_pieces_as_in_one(parts: list[bytes], size: int) -> None:
    body = b"".join(parts)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("store.identity.PIECE", size)
        raw = b"Subject: a\n\n" + body
        assert b"".join(_lines(raw, len(raw) - len(body))) == as_a_whole(body)


def test_a_large_body_is_never_copied_whole() -> None:
    raw = PLAIN + b"all is lost\r\n" * 4_000_000
    whole = sha256(b"from:13:ann@a.example\nsubject:8:It broke\n\n")
    whole.update(as_a_whole(raw[PLAIN.index(b"\r\n\r\n") + 4 :]))
    tracemalloc.start()
    try:
        assert identify(raw).digest == whole.hexdigest()
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()
