"""The octets of a message: what was sent is what is kept, one message for each CRLF.CRLF, and none too big."""

import asyncio
import smtplib
import tracemalloc
from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from daemon.edge.smtp.answers import Reply
from daemon.edge.smtp.limits import Load
from daemon.edge.smtp.wire import READ, Box, Wire
from tests.edge.doorstep import BEGIN, HEAD, open_house

END = b"\r\n.\r\n"
LINE = st.binary(max_size=60).filter(lambda line: b"\r\n" not in line and not line.endswith(b"\r"))
LINES = st.lists(st.one_of(LINE, st.sampled_from([b".", b"..", b"", b".\n.", b"\n.\n", b"\r.", b"a\0b"])), max_size=40)


def stuffed(message: bytes) -> bytes:
    """Return a message as it travels (RFC 5321 section 4.5.2): a dot before every dot that begins a line."""
    return (b"\r\n" + message).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n"


class Deaf:
    """A writer that nobody listens to."""

    def write(self, _: bytes) -> None:
        pass

    async def drain(self) -> None:
        pass


async def read(pieces: list[bytes], limit: int = 50 << 20) -> tuple[bytes | Reply, bytes]:
    """Read one message that arrives in these pieces; return it and the line that follows it."""
    reader = asyncio.StreamReader(limit=1 << 30)
    wire = Wire(reader, Deaf(), asyncio.get_running_loop())

    async def arrive() -> None:
        for piece in pieces:
            reader.feed_data(piece)
            await asyncio.sleep(0)
        reader.feed_data(b"NEXT\r\n")

    arriving = asyncio.create_task(arrive())
    box = Box(limit, Load(limit))
    await wire.message(box)
    message = box.content()
    following = await wire.line()
    await arriving
    return message, following


@settings(max_examples=300, deadline=None)
@given(lines=LINES, cuts=st.lists(st.integers(0, 2500), max_size=8))
@example(lines=[], cuts=[])
@example(lines=[b"."], cuts=[1, 2, 3, 4, 5])
def test_what_is_sent_is_what_is_kept_however_it_is_cut(lines: list[bytes], cuts: list[int]) -> None:
    message = b"".join(line + b"\r\n" for line in lines)
    octets, edges = stuffed(message), sorted({0, *cuts, 1 << 20})
    pieces = [octets[a:b] for a, b in pairwise(edges) if octets[a:b]]
    kept, following = asyncio.run(read(pieces))
    assert isinstance(kept, bytes)
    assert sha256(kept).digest() == sha256(message).digest()
    assert following == b"NEXT\r\n"


@pytest.mark.parametrize("text", [b"\r\n..\r\n", b"\r\n.\r", b"\r\n\r\n...\r\n", b"\n.\n", b"\r\r\n..\r\n\r\n.."])
@pytest.mark.parametrize("offset", range(-9, 10))
def test_dots_and_line_ends_at_the_edge_of_the_buffer_are_like_any_other(text: bytes, offset: int) -> None:
    message = b"x" * (READ + offset) + text + b"y" * READ + text + b"z\r\n"
    octets = stuffed(message)
    for size in (READ, READ - 2, READ // 2 + 3):
        pieces = [octets[at : at + size] for at in range(0, len(octets), size)]
        kept, following = asyncio.run(read(pieces))
        assert kept == message
        assert following == b"NEXT\r\n"


@pytest.mark.parametrize(
    "false_end", [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r.\r\n", b"\r\n.\r", b"\r\r\n.\r\r\n"]
)
async def test_only_the_one_end_ends_a_message(false_end: bytes) -> None:
    hidden = b"MAIL FROM:<admin@team.test>\r\nRCPT TO:<support@hd.test>\r\nDATA\r\nSubject: smuggled\r\n"
    async with open_house() as house:
        caller = await house.call()
        await caller.pour(BEGIN + b"DATA\r\n" + HEAD + b"line" + false_end + hidden + b".\r\nQUIT\r\n")
    ((raw, _),) = house.kept
    assert raw == (HEAD + b"line" + false_end + hidden).replace(b"\r\n.", b"\r\n")


async def test_bare_line_ends_and_nul_are_kept_as_they_came() -> None:
    message = HEAD + b"one\rtwo\nthree\0four\r\n"
    async with open_house() as house:
        caller = await house.call()
        await caller.pour(BEGIN + b"DATA\r\n" + stuffed(message) + b"QUIT\r\n")
    assert house.kept[0][0] == message


async def test_a_line_of_a_mebibyte_is_taken() -> None:
    message = HEAD + b"x" * (1 << 20) + b"\r\n"
    async with open_house() as house:
        caller = await house.call()
        heard = await caller.pour(BEGIN + b"DATA\r\n" + stuffed(message) + b"QUIT\r\n")
    assert heard[-2].startswith("250")
    assert house.kept[0][0] == message


async def test_an_empty_message_is_a_message() -> None:
    async with open_house() as house:
        caller = await house.call()
        heard = await caller.pour(BEGIN + b"DATA\r\n.\r\nQUIT\r\n")
    assert heard[-2].startswith("250")
    assert house.kept[0][0] == b""


async def test_a_message_of_the_largest_size_is_kept_and_one_octet_more_is_not() -> None:
    async with open_house(max_bytes=65536) as house:
        caller = await house.call()
        await caller.say(b"EHLO c.test")
        fits = HEAD + b".dot\r\n" + b"x" * (65536 - len(HEAD) - 8) + b"\r\n"
        assert len(fits) == 65536
        assert (await caller.send(stuffed(fits)[:-5])).startswith("250")
        assert (await caller.send(stuffed(fits + b"y")[:-3])).startswith("552 5.3.4")
        assert (await caller.send(HEAD + b"after")).startswith("250")
        await caller.hang_up()
    assert [raw for raw, _ in house.kept] == [fits, HEAD + b"after\r\n"]


async def test_a_flood_that_lies_about_its_size_is_drained_within_bounds() -> None:
    async with open_house(max_bytes=65536) as house:
        caller = await house.call()
        await caller.say(b"EHLO c.test", b"MAIL FROM:<a@b.test> SIZE=10", b"RCPT TO:<support@hd.test>", b"DATA")
        tracemalloc.start()
        with pytest.raises(OSError):
            await caller.flood(b"x" * 4096)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        await caller.hang_up()
    assert not house.kept
    assert peak < 4 << 20


async def test_mails_of_25_megabytes_are_held_once_and_never_stop_the_loop() -> None:
    message = HEAD + (b"x" * 76 + b"\r\n") * 336_000
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        while True:
            before = asyncio.get_running_loop().time()
            await asyncio.sleep(0.001)
            longest = max(longest, asyncio.get_running_loop().time() - before)

    def send(port: int) -> None:
        with smtplib.SMTP("127.0.0.1", port) as client:
            client.docmd("EHLO", "c.test")
            client.docmd("MAIL", "FROM:<a@b.test>")
            client.docmd("RCPT", "TO:<support@hd.test>")
            client.docmd("DATA")
            for at in range(0, len(octets), 1 << 20):
                client.sock.sendall(octets[at : at + (1 << 20)])
            assert client.getreply()[0] == 250

    octets = stuffed(message)
    async with open_house() as house:
        watching = asyncio.create_task(watch())
        await asyncio.to_thread(send, house.listener.port)
        untraced = longest
        tracemalloc.start()
        await asyncio.to_thread(send, house.listener.port)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        watching.cancel()
    assert [sha256(raw).digest() for raw, _ in house.kept] == [sha256(message).digest()] * 2
    assert peak < 1.5 * len(message)
    assert untraced < 0.5, "a loop that stands still keeps everybody waiting"


async def test_all_unfinished_messages_together_have_a_bound_and_those_beyond_it_come_later() -> None:
    async with open_house(max_bytes=65536) as house:
        load = house.listener._house.load
        caller = await house.call()
        await caller.say(b"EHLO c.test")
        load.octets = 65536 * 12 - 1000  # as if others were sending
        assert (await caller.say(b"MAIL FROM:<a@b.test> SIZE=2000")).startswith("452 4.3.1")
        assert (await caller.send(HEAD + b"x" * 2000)).startswith("452 4.3.1")
        assert (await caller.send(HEAD + b"x" * 500)).startswith("250")
        assert load.octets == 65536 * 12 - 1000
        await caller.hang_up()
    assert len(house.kept) == 1


async def test_what_was_on_its_way_is_let_go_when_the_line_breaks() -> None:
    async with open_house() as house:
        for _ in range(5):
            caller = await house.call()
            await caller.say(*BEGIN.rstrip().split(b"\r\n"), b"DATA")
            caller.writer.write(b"x" * 300_000)
            async with asyncio.timeout(2):
                while house.listener._house.load.octets < 200_000:
                    await asyncio.sleep(0)
            caller.reset()
            async with asyncio.timeout(2):
                while house.listener._house.load.octets:
                    await asyncio.sleep(0)
