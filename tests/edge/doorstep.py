"""What stands before the door in tests: a desk that keeps in memory, and a caller who speaks in raw octets."""

import asyncio
import functools
import inspect
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvloop

from daemon.core.settings import Desk, Smtp
from daemon.edge.smtp import Listener, open_door
from store.model.message import Envelope, Receipt
from tests.ports import free_port

DESK = Desk(address="support@hd.test", aliases=("sales@hd.test", "Help@Other.test"))
LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
BEGIN = b"EHLO c.test\r\nMAIL FROM:<cust@customer.test>\r\nRCPT TO:<support@hd.test>\r\n"
HEAD = b"From: cust@customer.test\r\nSubject: s\r\n\r\n"


def on_both_loops(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run an asynchronous test on asyncio's loop and on uvloop."""

    @functools.wraps(test)
    def run(*args: object, loop: str, **kwargs: object) -> None:
        with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
            runner.run(asyncio.wait_for(test(*args, **kwargs), 60))

    signature = inspect.signature(test)
    loop = inspect.Parameter("loop", inspect.Parameter.KEYWORD_ONLY)
    run.__signature__ = signature.replace(parameters=[*signature.parameters.values(), loop])
    return pytest.mark.parametrize("loop", LOOPS)(run)


@dataclass
class House:
    """An open door with what it kept."""

    listener: Listener
    kept: list[tuple[bytes, Envelope]] = field(default_factory=list)

    async def call(self, tls: ssl.SSLContext | None = None, *, greet: bool = True) -> "Caller":
        """Connect, and hear the greeting."""
        name = "hd.test" if tls else None
        streams = await asyncio.open_connection("127.0.0.1", self.listener.port, ssl=tls, server_hostname=name)
        caller = Caller(*streams)
        if greet:
            assert await caller.hear() == ["220 hd.test ESMTP triaged"]
        return caller

    async def stored(self, number: int, within: float = 5.0) -> None:
        """Wait until so many messages are kept."""
        async with asyncio.timeout(within):
            while len(self.kept) < number:
                await asyncio.sleep(0.005)


@asynccontextmanager
async def open_house(
    *,
    before: Callable[[], Awaitable[None]] | None = None,
    tls: ssl.SSLContext | None = None,
    desk: Desk = DESK,
    **settings: Any,
) -> AsyncIterator[House]:
    """Open the door on a free port and close it at the end; `before` runs ahead of every commit."""
    kept: list[tuple[bytes, Envelope]] = []

    async def receive(raw: bytes, envelope: Envelope) -> Receipt:
        if before:
            await before()
        kept.append((raw, envelope))
        return Receipt("a1b2c3", duplicate=False)

    listener = await open_door(Smtp(listen=f"127.0.0.1:{free_port()}", **settings), desk, receive, tls=tls)
    try:
        yield House(listener, kept)
    finally:
        await listener.close(1)


class Caller:
    """A client that says any octets it likes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def hear(self) -> list[str]:
        """Return the lines of the next answer, [] at the end of the connection."""
        heard: list[str] = []
        while line := await asyncio.wait_for(self.reader.readline(), 10):
            assert line.endswith(b"\r\n")
            heard.append(line[:-2].decode())
            if line[3:4] == b" ":
                break
        return heard

    async def say(self, *commands: bytes) -> str:
        """Say commands one after the other, hearing each; return the last line heard."""
        heard = [""]
        for command in commands:
            self.writer.write(command + b"\r\n")
            heard = await self.hear() or [""]
        return heard[-1]

    async def pour(self, octets: bytes, *, end: bool = False) -> list[str]:
        """Say all at once, then hear until the door hangs up; `end` closes our half first."""
        self.writer.write(octets)
        if end:
            self.writer.write_eof()
        heard: list[str] = []
        while lines := await self.hear():
            heard.append(lines[-1])
        await self.hang_up()
        return heard

    async def send(self, message: bytes, to: bytes = b"support@hd.test") -> str:
        """Hand over a message (already dot-stuffed, without its end) in one transaction; return the final answer."""
        await self.say(b"MAIL FROM:<cust@customer.test>", b"RCPT TO:<" + to + b">", b"DATA")
        return await self.say(message + b"\r\n.")

    async def flood(self, octets: bytes) -> None:
        """Say the same for as long as somebody listens; raises OSError when nobody does."""
        for _ in range(5000):
            self.writer.write(octets)
            await self.writer.drain()
            await asyncio.sleep(0)

    def reset(self) -> None:
        """Break the connection with RST instead of FIN."""
        peer = self.writer.get_extra_info("socket")
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        self.writer.transport.abort()

    async def hang_up(self) -> None:
        """Close from our side."""
        self.writer.close()
        with suppress(OSError):
            await self.writer.wait_closed()
