"""Reading in another process: the same result, limits that the system keeps, and no end of the others by one."""

import asyncio
import os
import pickle
import time

import pytest

from daemon.core.mail.address import Key, Own
from daemon.core.mail.reading import Reading, is_suspicious, read, read_head
from daemon.core.settings import Smtp
from daemon.edge.apart import Apart, Busy, Limits
from daemon.edge.apart.passing import LENGTH, packed, unpacked
from store.model.message import Envelope
from tests.core.bombs import BOMBS

OWN = Own(("support@hd.test",), "+", "hd.test", (Key("1", b"k" * 32),))
ENVELOPE = Envelope("a@customer.test", ("support@hd.test",))
PLAIN = b"From: a@customer.test\r\nTo: support@hd.test\r\nSubject: x\r\n\r\nHow do I export my data?\r\n"
HEAVY = BOMBS["lines like a delimiter"]


async def ask(apart: Apart, raw: bytes) -> Reading | str:
    return await apart.read(raw, ENVELOPE, OWN, Smtp())


@pytest.mark.parametrize("name", BOMBS)
async def test_it_reads_as_the_daemon_itself_would(name: str) -> None:
    apart = Apart()
    raw = BOMBS[name](20_000)
    assert await ask(apart, raw) == read(raw, ENVELOPE, OWN, Smtp())
    await apart.close()


async def test_who_takes_too_much_of_the_processor_is_ended_and_the_next_is_read() -> None:
    apart = Apart(Limits(cpu_seconds=0))
    assert await ask(apart, HEAVY(150 << 20)) == "reading it took more than 0 seconds of the processor"
    assert isinstance(await ask(apart, PLAIN), Reading)
    await apart.close()


async def test_who_takes_too_much_memory_is_told_apart_and_the_same_process_goes_on() -> None:
    apart = Apart(Limits(octets=300 << 20))
    assert await ask(apart, HEAVY(200 << 20)) == "reading it took more than 300 MiB of memory"
    assert isinstance(await ask(apart, PLAIN), Reading)
    await apart.close()


async def test_who_takes_too_long_by_the_clock_is_ended() -> None:
    apart = Apart(Limits(seconds=0.05))
    assert await ask(apart, HEAVY(50 << 20)) == "reading it took longer than 0.05 seconds"
    await apart.close()


async def test_a_process_that_dies_is_replaced() -> None:
    apart = Apart()
    assert isinstance(await ask(apart, PLAIN), Reading)
    child = apart._idle[0]
    child.kill()
    await child.wait()
    assert await ask(apart, PLAIN) == "the process that read it ended with -9"
    assert isinstance(await ask(apart, PLAIN), Reading)
    await apart.close()


async def test_there_are_two_of_them_at_most_and_none_is_left_behind() -> None:
    apart = Apart()
    await asyncio.gather(*(ask(apart, HEAVY(1 << 20)) for _ in range(8)))
    pids = [child.pid for child in apart._idle]
    assert len(pids) == 2
    await apart.close()
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


async def test_who_waits_too_long_comes_again_later() -> None:
    apart = Apart(wait_seconds=0.01)
    asked = [asyncio.create_task(ask(apart, HEAVY(20 << 20))) for _ in range(3)]
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(one, Busy) for one in found) == 1
    await apart.close()


async def test_the_loop_never_waits_for_it() -> None:
    apart, raw = Apart(), HEAVY(20 << 20)
    reading, longest, before = asyncio.create_task(ask(apart, raw)), 0.0, time.thread_time()
    while not reading.done():
        await asyncio.sleep(0.001)
        longest, before = max(longest, time.thread_time() - before), time.thread_time()
    assert longest < 0.1
    await apart.close()


def test_nothing_but_our_own_values_comes_back() -> None:
    assert unpacked(packed(ENVELOPE)[LENGTH:]) == ENVELOPE
    for strange in (os.system, print, asyncio.Lock):
        with pytest.raises(Exception, match="no value of ours"):
            unpacked(packed(strange)[LENGTH:])


@pytest.mark.parametrize("name", ["re.enum.sys.exit", "re", "dataclass", "page", "Message", "read_body"])
def test_what_a_module_of_ours_has_at_hand_does_not_come_back(name: str) -> None:
    """Protocol 4 follows dots, so that one module would lead to all others."""
    words = b"".join(b"\x8c" + bytes([len(one)]) + one.encode() for one in ("daemon.core.mail.body", name))
    with pytest.raises(pickle.UnpicklingError, match="no value of ours"):
        unpacked(b"\x80\x04" + words + b"\x93.")


def test_ordinary_mail_is_not_suspicious() -> None:
    assert not is_suspicious(PLAIN)
    assert not is_suspicious(PLAIN + b"A line of words\r\n" * 10_000)
    assert is_suspicious(PLAIN + b"A line of words\r\n" * 20_000)
    assert is_suspicious(HEAVY(20_000))
    assert is_suspicious(BOMBS["fields"](50_000))
    assert is_suspicious(b"x" * 50_000)


def test_of_a_message_that_cannot_be_read_its_head_is() -> None:
    found = read_head(b"Auto-Submitted: auto-replied\r\n" + PLAIN + b"x" * 100_000, ENVELOPE, OWN, Smtp(), "why")
    assert found.unread == "why"
    assert found.automatic.kind == "auto-reply"
    assert found.answer_to
    assert not found.message.text.strip()
    endless = read_head(b"From: a@customer.test\r\n" + b"X: y\r\n" * 100_000, ENVELOPE, OWN, Smtp(), "why")
    assert endless.message.sender
