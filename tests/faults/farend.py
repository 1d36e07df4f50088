"""The far end with faults: a relay that refuses, delays, is silent after the dot, or takes one connection only."""

import asyncio
import random
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Self

CONNECTIONS = 64


@dataclass
class Manners:
    """How the relay behaves just now; changed while it runs."""

    later: float = 0.0  # part of the recipients that are answered 451
    never: float = 0.0  # part that is answered 550
    swallowed: float = 0.0  # part of the messages that are taken, and the line is cut before 250
    garbled: float = 0.0  # part that is answered by what is no SMTP
    sent_away: float = 0.0  # part that is answered 421 in the middle of a session, which ends
    slow_seconds: float = 0.0  # before each answer to a dot
    connections: int = CONNECTIONS  # at once; one more is told 421
    is_down: bool = False


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail that was taken."""

    kind: str
    to: str
    message_id: str


@dataclass
class FarEnd:
    """A relay and all mailboxes behind it; its log is one of the three that are compared."""

    port: int
    manners: Manners = field(default_factory=Manners)
    arrived: list[Arrival] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)  # recipients that were answered 5xx
    counts: Counter[str] = field(default_factory=Counter)
    chance: random.Random = field(default_factory=lambda: random.Random(0))
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=1 << 20)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for writer in tuple(self._open):
            writer.transport.abort()
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.manners.is_down or len(self._open) >= self.manners.connections:
            self.counts["down" if self.manners.is_down else "turned away"] += 1
            writer.write(b"421 4.3.2 not now\r\n")
            writer.close()
            return
        self._open.add(writer)
        try:
            await self._talk(reader, writer)
        except (OSError, EOFError, ValueError, asyncio.IncompleteReadError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 far.test ESMTP\r\n")
        to = ""
        while line := await reader.readline():
            verb = line[:4].upper()
            if self.manners.is_down:
                return
            if verb == b"EHLO":
                writer.write(b"250-far.test\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 PIPELINING\r\n")
            elif verb == b"RCPT":
                to = line[line.find(b"<") + 1 : line.rfind(b">")].decode()
                writer.write(self._disturbed() or self._recipient(to))
            elif verb == b"DATA":
                writer.write(b"354 go on\r\n")
                await self._take(to, b"\r\n" + await _content(reader), writer)
            elif verb == b"QUIT":
                writer.write(b"221 2.0.0 bye\r\n")
                return
            else:
                writer.write(b"250 2.0.0 ok\r\n")

    def _disturbed(self) -> bytes:
        draw = self.chance.random()
        if draw < self.manners.garbled:
            self.counts["garbled"] += 1
            return b"\x16\x03\x01 <html>250 ok\r\n"
        if draw < self.manners.garbled + self.manners.sent_away:
            self.counts["sent away"] += 1
            return b"421 4.3.2 going down\r\n"
        return b""

    def _recipient(self, to: str) -> bytes:
        draw = self.chance.random()
        if draw < self.manners.later:
            self.counts["later"] += 1
            return b"451 4.3.0 try later\r\n"
        if draw < self.manners.later + self.manners.never:
            self.counts["never"] += 1
            self.refused.add(to)
            return b"550 5.1.1 nobody here\r\n"
        return b"250 2.1.5 ok\r\n"

    async def _take(self, to: str, raw: bytes, writer: asyncio.StreamWriter) -> None:
        self.arrived.append(Arrival(header(raw, b"x-triaged-kind"), to, header(raw, b"message-id").strip("<>")))
        if self.manners.slow_seconds:
            self.counts["slow"] += 1
            await asyncio.sleep(self.manners.slow_seconds)
        if self.chance.random() < self.manners.swallowed:
            self.counts["swallowed"] += 1
            raise EOFError
        writer.write(b"250 2.0.0 taken\r\n")


async def _content(reader: asyncio.StreamReader) -> bytes:
    """Read up to the lone dot; a mail that is cut off before it was never sent."""
    first = await reader.readexactly(3)
    return b"" if first == b".\r\n" else first + await reader.readuntil(b"\r\n.\r\n")


def header(raw: bytes, name: bytes) -> str:
    """Return a header of a mail that the daemon wrote, unfolded; "" if it has none."""
    found = re.search(
        rb"\r\n" + name + rb":((?:(?!\r\n[^ \t]).)*)", raw[: raw.find(b"\r\n\r\n") + 4], re.IGNORECASE | re.DOTALL
    )
    return b" ".join(found[1].split()).decode("utf-8", "replace") if found else ""
