"""SMTP dialogs, made up, against a real door: it answers in kind, keeps exactly what it said 250 to, and goes on."""

import asyncio

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.edge.doorstep import HEAD, Caller, House, open_house

COMMANDS = st.sampled_from(
    [
        b"EHLO c.test", b"HELO c.test", b"LHLO c.test", b"EHLO", b"MAIL FROM:<a@b.test>", b"MAIL FROM:<>",
        b"MAIL FROM:<a@b.test> SIZE=10", b"MAIL FROM:<a@b.test> SIZE=99999999999", b"MAIL FROM:a@b.test BODY=8BITMIME",
        b"RCPT TO:<support@hd.test>", b"RCPT TO:<nobody@hd.test>", b"RCPT TO:<support+x@hd.test>", b"RCPT TO:<>",
        b"RSET", b"NOOP", b"VRFY support", b"HELP", b"STARTTLS", b"AUTH PLAIN AGEAYg==", b"BDAT 10 LAST", b"DATA x",
        b"mail from:<A@B.TEST>", b"rcpt to:<SUPPORT@HD.TEST>", b"EXPN x", b"X" * 5000, b"\xff\xfe", b"",
        b"MAIL FROM:<a@b.test>\0",
    ]
)  # fmt: skip
LINES = st.one_of(COMMANDS, COMMANDS, st.binary(max_size=30).map(lambda line: line.replace(b"\n", b"")))
CONTENTS = st.lists(
    st.one_of(
        st.sampled_from(
            [HEAD, b"..stuffed\r\n", b"\r\n.\n", b"\n.\r\n", b"\n.\n", b"\r.\r", b"MAIL FROM:<x@y.test>\r\n"]
        ),
        st.binary(max_size=40),
    ),
    max_size=5,
).map(b"".join)
MESSAGE = [b"MAIL FROM:<a@b.test>", b"RCPT TO:<support@hd.test>", b"DATA"]


def stuffed(content: bytes) -> bytes:
    """Write a content as RFC 5321 section 4.5.2 wants it."""
    lines = (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:]
    return lines if not lines or lines.endswith(b"\r\n") else lines + b"\r\n"


def unstuffed(sent: bytes) -> bytes:
    """Return what the other side takes out of it."""
    return (b"\r\n" + sent).replace(b"\r\n.", b"\r\n")[2:]


STEPS = st.lists(st.one_of(LINES, CONTENTS.map(stuffed).map(lambda content: (content,))), max_size=12)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS, cuts=st.lists(st.integers(1, 50), max_size=4))
def test_any_dialog_gets_answers_and_exactly_what_was_taken_is_kept(
    steps: list[bytes | tuple[bytes]], cuts: list[int]
) -> None:
    async def scene() -> None:
        async with open_house(idle_seconds=5) as house:
            sent = await talk(house, steps)
            assert [raw for raw, _ in house.kept] == sent
            before = len(house.kept)
            await in_pieces(house, cuts)
            honest = await house.call()
            await honest.say(b"EHLO honest.test")
            assert (await honest.send(HEAD)).startswith("250")
            await honest.hang_up()
            assert len(house.kept) == before + 2

    asyncio.run(scene())


async def talk(house: House, steps: list[bytes | tuple[bytes]]) -> list[bytes]:
    """Say line after line, with whole messages in between; return the contents that the door said 250 to."""
    caller, taken = await house.call(), []
    await caller.say(b"EHLO c.test")
    for step in steps:
        if isinstance(step, bytes):
            heard = await said(caller, step)
            if heard.startswith("354"):
                heard = await said(caller, b".")
                taken += [b""] if heard.startswith("250") else []
        elif (heard := await handed_over(caller, step[0])).startswith("250"):
            taken.append(unstuffed(step[0]))
        if not heard or heard.startswith(("421", "221")):
            break
        assert heard[:3].isdigit()
        assert not heard.startswith("451")
    await caller.hang_up()
    return taken


async def said(caller: Caller, line: bytes) -> str:
    try:
        return await caller.say(line)
    except ConnectionError:
        return ""


async def handed_over(caller: Caller, content: bytes) -> str:
    """Go through one transaction as far as the door lets us."""
    heard = ""
    for line in (b"RSET", *MESSAGE):
        heard = await said(caller, line)
        if not heard.startswith(("2", "354")):
            return heard
    caller.writer.write(content + b".\r\n")
    return (await caller.hear() or [""])[-1]


async def in_pieces(house: House, cuts: list[int]) -> None:
    """Say a whole dialog at once, in pieces that end anywhere."""
    caller = await house.call()
    octets = b"EHLO c.test\r\n" + b"\r\n".join(MESSAGE) + b"\r\n" + HEAD + b".\r\nQUIT\r\n"
    for cut in cuts:
        caller.writer.write(octets[:cut])
        await caller.writer.drain()
        octets = octets[cut:]
    heard = await caller.pour(octets)
    assert heard[-1].startswith("221")
