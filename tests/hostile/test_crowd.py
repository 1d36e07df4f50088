"""A crowd at the door: silent clients, slow ones and a flood of recipients keep no honest sender out."""

import asyncio
import os
import resource
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiosmtplib
import pytest

from tests.child import Child

IDLE = int(os.environ.get("IDLE_CLIENTS", "2000"))
SLOW, FLOODING = 100, 20
STATED_SECONDS = 2.0  # until an honest sender hears 250, on a machine that others use too
CONFIGURATION = """
[desk]
address = "desk@hd.test"
[smtp]
listen = "127.0.0.1:{door}"
trusted_peers = []
[relay]
url = "maildir:outgoing"
[pipeline]
address = "pipeline@team.test"
"""


@pytest.fixture(autouse=True)
def _many_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < IDLE + 500 and (hard == resource.RLIM_INFINITY or hard >= IDLE + 500):
        resource.setrlimit(resource.RLIMIT_NOFILE, (IDLE + 500, hard))


@pytest.mark.slow
async def test_an_honest_sender_is_heard_in_time_among_thousands(tmp_path: Path) -> None:
    child = await Child.start(tmp_path, CONFIGURATION)
    try:
        async with idle(child.door), slow(child.door), flooding(child.door):
            took = [await honest(child.door, number) for number in range(10)]
    finally:
        child.stop()
    assert max(took) < STATED_SECONDS


async def honest(door: int, number: int) -> float:
    """Send a mail over a connection of its own; return the seconds from the first packet to its 250."""
    raw = f"From: ann@c.test\r\nTo: desk@hd.test\r\nSubject: Question {number}\r\n\r\nHow do I log in?\r\n".encode()
    began = time.monotonic()
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=door, start_tls=False, timeout=30) as client:
        await client.sendmail("ann@c.test", ["desk@hd.test"], raw)
        return time.monotonic() - began


@asynccontextmanager
async def idle(door: int) -> AsyncIterator[None]:
    """Connect and say nothing, from many addresses."""
    clients = []
    for start in range(0, IDLE, 100):
        clients += await asyncio.gather(*(connect(door, number) for number in range(start, min(start + 100, IDLE))))
    try:
        assert all([(await reader.readline()).startswith(b"220 ") for reader, _ in clients])
        yield
    finally:
        await asyncio.gather(*(closed(writer) for _, writer in clients))


async def connect(door: int, number: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect from one of the many addresses of this machine, ten connections each."""
    return await asyncio.open_connection(
        "127.0.0.1", door, local_addr=(f"127.0.{1 + number // 2000}.{1 + number // 10 % 200}", 0)
    )


@asynccontextmanager
async def slow(door: int) -> AsyncIterator[None]:
    """Send a message octet by octet, and never end it."""
    tasks = [asyncio.create_task(trickle(door, number)) for number in range(SLOW)]
    try:
        yield
    finally:
        await ended(tasks)


async def trickle(door: int, number: int) -> None:
    async with connected(door, 6000 + number) as (_, writer):
        writer.write(b"EHLO c.test\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<desk@hd.test>\r\nDATA\r\nSubject: ")
        while True:
            writer.write(b"x")
            await asyncio.sleep(0.05)


@asynccontextmanager
async def connected(door: int, number: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await connect(door, number)
    try:
        yield reader, writer
    finally:
        await closed(writer)


async def closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


@asynccontextmanager
async def flooding(door: int) -> AsyncIterator[None]:
    """Name recipient after recipient, right and wrong ones, as fast as it goes, and begin anew when sent away."""
    tasks = [asyncio.create_task(flood(door, number)) for number in range(FLOODING)]
    try:
        yield
    finally:
        await ended(tasks)


async def flood(door: int, number: int) -> None:
    recipients = b"RCPT TO:<nobody@hd.test>\r\nRCPT TO:<desk@hd.test>\r\n" * 500
    while True:
        async with connected(door, 8000 + 10 * number) as (reader, writer):
            with suppress(ConnectionError):
                writer.write(b"EHLO c.test\r\nMAIL FROM:<a@b.test>\r\n" + recipients)
                while await reader.read(1 << 16):
                    pass


async def ended(tasks: list["asyncio.Task[None]"]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
