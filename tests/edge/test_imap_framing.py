"""Octets into responses: whatever way they are cut on the wire, and whatever stands in a message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.edge.imap.framing import LONGEST_LINE, Flood, Framer, Literal
from daemon.edge.imap.names import SET_LETTERS, folder, sets

pieces = st.lists(
    st.one_of(st.binary(max_size=60), st.sampled_from([b"\r\n", b"{5}", b"* 1 FETCH (", b")", b"A1 OK\r\n"])),
    max_size=8,
)


@given(st.lists(pieces.map(b"".join), min_size=1, max_size=5), st.lists(st.integers(1, 40), min_size=1, max_size=30))
def test_a_message_comes_out_as_it_went_in_wherever_the_wire_cuts(bodies: list[bytes], cuts: list[int]) -> None:
    wire = b"".join(
        b"* %d FETCH (UID %d BODY[] {%d}\r\n%b)\r\n" % (n, n, len(body), body) for n, body in enumerate(bodies)
    )
    framer, found, at = Framer(1000), [], 0
    while at < len(wire):
        step = cuts[at % len(cuts)]
        found += framer.feed(wire[at : at + step])
        at += step
    assert found == [
        (b"* %d FETCH (UID %d BODY[] " % (n, n), Literal(body, len(body)), b")") for n, body in enumerate(bodies)
    ]


@given(st.binary(max_size=2000))
def test_whatever_comes_in_does_no_harm(octets: bytes) -> None:
    list(Framer(100).feed(octets))


def test_of_a_literal_that_is_too_long_only_the_beginning_is_kept() -> None:
    framer = Framer(10)
    (first,) = framer.feed(b"* 1 FETCH (BODY[] {26}\r\nabcdefghijklmnopqrstuvwxyz)\r\n")
    assert first[1] == Literal(b"abcdefghij", 26)


@pytest.mark.parametrize("line", [b"* OK you owe us {5}", b"A1 NO {12}", b"+ say {3}", b"* BYE {1}"])
def test_words_for_people_announce_no_literal(line: bytes) -> None:
    assert list(Framer(10).feed(line + b"\r\n* 1 EXISTS\r\n")) == [(line,), (b"* 1 EXISTS",)]


def test_a_line_without_an_end_is_cut_short() -> None:
    framer = Framer(10)
    assert list(framer.feed(b"x" * LONGEST_LINE)) == []
    with pytest.raises(Flood):
        list(framer.feed(b"x"))


def test_thousands_of_lines_in_one_piece() -> None:
    lines = b"".join(b"* %d FETCH (UID %d FLAGS ())\r\n" % (n, n) for n in range(5000))
    assert len(list(Framer(10).feed(lines))) == 5000


@given(st.lists(st.integers(1, 2**32 - 1), max_size=300))
def test_sets_name_each_uid_and_no_other(uids: list[int]) -> None:
    named: list[int] = []
    for one in sets(set(uids)):
        assert len(one) < SET_LETTERS + 22
        for piece in one.split(","):
            first, _, last = piece.partition(":")
            named += range(int(first), int(last or first) + 1)
    assert sorted(named) == sorted(set(uids))


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("INBOX", '"INBOX"'),
        ('a "b" \\c', '"a \\"b\\" \\\\c"'),
        ("R&D", '"R&-D"'),
        ("~peter/mail/台北/日本語", '"~peter/mail/&U,BTFw-/&ZeVnLIqe-"'),  # RFC 3501 section 5.1.3
        ("Gelöscht", '"Gel&APY-scht"'),
    ],
)
def test_folders_are_written_in_modified_utf_7(name: str, written: str) -> None:
    assert folder(name) == written
