"""A small real HTTP server on the loopback, for tests: it answers as it is told, late, or not at all."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.ports import free_port


@dataclass
class Told:
    """A request that came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> Any:
        return json.loads(self.body)


@dataclass
class Hook:
    """The server; statuses are used up one by one, and the last stays. 0 says nothing at all."""

    port: int
    statuses: list[int] = field(default_factory=lambda: [200])
    headers: str = ""
    told: list[Told] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    gone: asyncio.Event = field(default_factory=asyncio.Event)  # who says nothing closes the connections
    open_now: int = 0
    most_open: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        try:
            first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.told.append(Told(first.split()[1], headers, body))
            self.changed.set()
            status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
            if not status:
                await self.gone.wait()
                return
            writer.write(
                f"HTTP/1.1 {status} x\r\n{self.headers}content-length: 0\r\nconnection: close\r\n\r\n".encode()
            )
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.open_now -= 1
            writer.close()

    async def until(self, count: int) -> None:
        """Wait until so many requests came."""
        async with asyncio.timeout(20):
            while len(self.told) < count:
                self.changed.clear()
                await self.changed.wait()


@asynccontextmanager
async def open_hook(*statuses: int, headers: str = "") -> AsyncIterator[Hook]:
    """Serve until the block ends."""
    hook = Hook(free_port(), list(statuses) or [200], headers)
    server = await asyncio.start_server(hook.answer, "127.0.0.1", hook.port)
    try:
        yield hook
    finally:
        hook.gone.set()
        server.close()
