"""Any messages written into an mbox of any dialect come back as the same octets, wherever the window falls."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.mail import mbox
from daemon.core.mail.mbox import Dialect, Piece, pieces, unquote

POSTMARK = b"From maria@shop.example Sat Nov 21 09:00:00 2026\n"
HEADER = b"From: maria@shop.example\nSubject: export\n"

lines = st.one_of(
    st.sampled_from(
        [
            b"",
            b"From here on it works",
            b">From here on it works",
            b">>From the start",
            POSTMARK[:-1],
            b"Subject: not a header",
            b"\x00\xff\r",
            b"Content-Length: 7",
        ]
    ),
    st.binary(max_size=30).map(lambda octets: octets.replace(b"\n", b"")),
)
bodies = st.lists(lines, max_size=8).map(lambda some: b"".join(line + b"\n" for line in some))
messages = st.lists(bodies.map(lambda body: HEADER + b"\n" + body), min_size=1, max_size=6)


def written(raw: bytes, dialect: Dialect) -> bytes:
    """A message as a program writes it that knows its dialect."""
    head, body = raw.split(b"\n\n", 1)
    if dialect in (Dialect.MBOXO, Dialect.MBOXCL):
        body = re.sub(rb"^From ", b">From ", body, flags=re.MULTILINE)
    if dialect is Dialect.MBOXRD:
        body = re.sub(rb"^(>*From )", rb">\1", body, flags=re.MULTILINE)
    if dialect in (Dialect.MBOXCL, Dialect.MBOXCL2):
        head += b"\nContent-Length: %d" % len(body)
    return POSTMARK + head + b"\n\n" + body + b"\n"


def cut(file: bytes, dialect: Dialect = Dialect.AUTO) -> list[Piece]:
    return list(pieces(lambda start, end: file[start:end], len(file), dialect))


def taken_out(file: bytes, dialect: Dialect) -> list[bytes]:
    found = [unquote(file[one.start : one.end], dialect, literal=one.literal) for one in cut(file, dialect)]
    return [re.sub(rb"\A%bContent-Length: \d+\n" % HEADER, HEADER, raw) for raw in found]


def as_kept(raw: bytes, dialect: Dialect) -> bytes:
    """What a dialect can keep of a message: two of them cannot tell a line `>From ` from `From `."""
    if dialect in (Dialect.MBOXO, Dialect.MBOXCL):
        head, body = raw.split(b"\n\n", 1)
        return head + b"\n\n" + re.sub(rb"^>From ", b"From ", body, flags=re.MULTILINE)
    return raw


@pytest.mark.parametrize("dialect", [d for d in Dialect if d is not Dialect.AUTO])
@given(raws=messages, window=st.integers(1 << 15, 1 << 16))
def test_what_is_written_comes_back(dialect: Dialect, raws: list[bytes], window: int) -> None:
    file = b"".join(written(raw, dialect) for raw in raws)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mbox, "WINDOW", window)
        found = taken_out(file, dialect)
    assert found == [as_kept(raw, dialect) for raw in raws]


@pytest.mark.parametrize("dialect", [Dialect.MBOXRD, Dialect.MBOXCL2])
@given(raws=messages)
def test_what_loses_nothing_needs_no_name(dialect: Dialect, raws: list[bytes]) -> None:
    if dialect is Dialect.MBOXCL2:  # where a text holds no bare `From `, a `>From ` of it looks quoted
        raws = [raw for raw in raws if b"\n>" not in raw] or [HEADER + b"\nFrom me\n"]
    else:  # a message that counts itself is believed, since its own count is one
        raws = [raw.replace(b"Content-Length", b"Content-Size") for raw in raws]
    assert taken_out(b"".join(written(raw, dialect) for raw in raws), Dialect.AUTO) == raws


@given(st.binary(max_size=400).map(lambda octets: POSTMARK + octets), st.sampled_from(list(Dialect)))
def test_any_octets_are_cut_into_pieces_that_do_not_overlap(file: bytes, dialect: Dialect) -> None:
    found = cut(file, dialect)
    assert found
    for before, after in zip(found, [*found[1:], Piece(len(file), len(file), b"", False)], strict=True):
        assert before.start <= before.end <= after.start <= len(file)


def test_a_text_that_speaks_like_a_postmark_ends_no_message() -> None:
    text = b"From the start on Monday 10:30 of 2026 it was slow\n"
    raw = HEADER + b"\nhello\n\n" + text + b"and so on\n"
    assert taken_out(POSTMARK + raw + b"\n", Dialect.AUTO) == [raw]


def test_a_count_that_is_wrong_is_not_believed() -> None:
    for wrong in (b"0", b"3", b"999999", b"99999999999999999999"):
        raw = HEADER + b"Content-Length: " + wrong + b"\n\nhello there\n"
        file = (POSTMARK + raw + b"\n") * 2
        assert [file[one.start : one.end] for one in cut(file)] == [raw, raw]


def test_nobody_hides_the_mail_behind_his_own() -> None:
    def between(first: bytes) -> bytes:
        return first + b"\n" + (POSTMARK + HEADER + b"\nhidden?\n\n") * 2

    plain = POSTMARK + HEADER + b"\nplain\n\n"
    hidden = len(b"mine\n") + len(between(b"")) - 1
    thief = POSTMARK + HEADER + b"Content-Length: %d\n\n" % hidden + between(b"mine\n")
    file = plain + thief + plain
    assert len(cut(file)) == 5


def test_line_ends_of_other_systems() -> None:
    raw = (HEADER + b"\nhello\n").replace(b"\n", b"\r\n")
    file = (POSTMARK.replace(b"\n", b"\r\n") + raw + b"\r\n") * 3
    assert taken_out(file, Dialect.AUTO) == [raw] * 3


def counted_reads(file: bytes) -> tuple[Callable[[int, int], bytes], list[int]]:
    sizes: list[int] = []

    def read_at(start: int, end: int) -> bytes:
        sizes.append(end - start)
        return file[start:end]

    return read_at, sizes


@pytest.mark.parametrize(
    "body",
    [
        b"x" * (6 << 20),
        b">" * (6 << 20),
        b"\n" * (6 << 20),
        b"From x\n" * (1 << 18),
        POSTMARK * (1 << 16),
        b"Content-Length: 1\n" * (1 << 18),
    ],
)
def test_a_hostile_file_is_read_once_and_in_small_pieces(body: bytes) -> None:
    read_at, sizes = counted_reads(POSTMARK + HEADER + b"\n" + body)
    for _ in pieces(read_at, len(POSTMARK + HEADER) + 1 + len(body)):
        pass
    assert max(sizes) <= mbox.WINDOW
    assert sum(sizes) <= 3 * len(body)
