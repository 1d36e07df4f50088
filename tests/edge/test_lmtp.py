"""LMTP (RFC 2033): the greeting is LHLO, and every accepted recipient has an answer of its own after the dot."""

import errno
import smtplib
from asyncio import to_thread

import pytest

from store.model.message import Door
from tests.edge.doorstep import HEAD, Caller, House, on_both_loops, open_house


async def greeted(house: House) -> Caller:
    caller = await house.call(greet=False)
    assert await caller.hear() == ["220 hd.test LMTP triaged"]
    assert (await caller.say(b"LHLO c.test")).startswith("250 ")
    return caller


async def answers(caller: Caller, number: int) -> list[str]:
    return [(await caller.hear())[-1] for _ in range(number)]


@on_both_loops
async def test_each_accepted_recipient_is_answered_and_the_message_is_kept_once() -> None:
    async with open_house(protocol="lmtp") as house:
        caller = await greeted(house)
        paths = (b"support@hd.test", b"nobody@hd.test", b"sales@hd.test", b"support@hd.test")
        await caller.say(b"MAIL FROM:<a@b.test>")
        accepted = [(await caller.say(b"RCPT TO:<" + path + b">"))[:3] for path in paths]
        await caller.say(b"DATA")
        caller.writer.write(HEAD + b".\r\nNOOP\r\n")
        assert accepted == ["250", "550", "250", "250"]
        assert await answers(caller, 4) == ["250 2.0.0 Kept as a1b2c3"] * 3 + ["250 2.0.0 OK"]
        await caller.hang_up()
    ((raw, envelope),) = house.kept
    assert raw == HEAD
    assert envelope.rcpt_to == ("support@hd.test", "sales@hd.test")
    assert envelope.door == Door.LMTP


async def test_a_message_that_is_not_kept_is_refused_for_each_recipient() -> None:
    async def fail() -> None:
        raise OSError(errno.ENOSPC, "no space left on /secret/place")

    async with open_house(protocol="lmtp", before=fail) as house:
        caller = await greeted(house)
        await caller.say(b"MAIL FROM:<>", b"RCPT TO:<support@hd.test>", b"RCPT TO:<sales@hd.test>", b"DATA")
        caller.writer.write(HEAD + b".\r\n")
        assert await answers(caller, 2) == ["452 4.3.1 No room, try again later"] * 2
        await caller.hang_up()


async def test_a_message_too_big_is_refused_for_each_recipient() -> None:
    async with open_house(protocol="lmtp", max_bytes=65536) as house:
        caller = await greeted(house)
        await caller.say(b"MAIL FROM:<>", b"RCPT TO:<support@hd.test>", b"RCPT TO:<sales@hd.test>", b"DATA")
        caller.writer.write(HEAD + b"x" * 70000 + b"\r\n.\r\n")
        assert [line[:9] for line in await answers(caller, 2)] == ["552 5.3.4"] * 2
        await caller.hang_up()


@pytest.mark.parametrize("greeting", [b"EHLO c.test", b"HELO c.test"])
async def test_the_greetings_of_smtp_are_not_understood(greeting: bytes) -> None:
    async with open_house(protocol="lmtp") as house:
        caller = await greeted(house)
        assert (await caller.say(greeting)).startswith("500 5.5.1")
        await caller.hang_up()


async def test_without_a_recipient_there_is_no_data() -> None:
    async with open_house(protocol="lmtp") as house:
        caller = await greeted(house)
        await caller.say(b"MAIL FROM:<>", b"RCPT TO:<nobody@hd.test>")
        assert (await caller.say(b"DATA")).startswith("503 5.5.1")
        await caller.hang_up()


async def test_the_standard_librarys_client_delivers() -> None:
    def send(port: int) -> None:
        with smtplib.LMTP("127.0.0.1", port) as client:
            client.sendmail("a@b.test", ["support@hd.test"], HEAD + b"x\r\n")

    async with open_house(protocol="lmtp") as house:
        await to_thread(send, house.listener.port)
    assert house.kept[0][0] == HEAD + b"x\r\n"
