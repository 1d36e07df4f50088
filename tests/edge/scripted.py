"""An SMTP server that says exactly what a test tells it to, and remembers what it was told."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.ports import free_port

EHLO = ("250-scripted", "250-8BITMIME", "250-SIZE 10000000", "250-SMTPUTF8", "250 ENHANCEDSTATUSCODES")
CLOSE = "<close>"  # instead of a reply: the connection is closed
HANG = "<hang>"  # instead of a reply: nothing, until the client is gone
RESET = "<reset>"  # instead of a reply: a TCP reset


@dataclass
class Script:
    """Replies by verb (`.` is the final dot); a list is used up one by one, and its last stays."""

    replies: dict[str, str | list[str]] = field(default_factory=dict)
    ehlo: tuple[str, ...] = EHLO
    tls: ssl.SSLContext | None = None
    port: int = 0
    connections: int = 0
    open_now: int = 0
    most_open: int = 0
    commands: list[str] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)  # as on the wire, dots still doubled
    unfinished: list[bytes] = field(default_factory=list)  # content without its final dot
    unread: bytes = b""  # what a client said while it got no answer

    def reply(self, verb: str, usual: str) -> str:
        told = self.replies.get(verb, usual)
        if isinstance(told, list):
            return told.pop(0) if len(told) > 1 else told[0]
        return told

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        try:
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            self.open_now -= 1
            writer.close()

    async def _say(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, words: str) -> None:
        if words == HANG:
            self.unread = await reader.read()
        if words == RESET:
            sock = writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            writer.transport.abort()
        if words in {CLOSE, HANG, RESET}:
            raise ConnectionResetError
        writer.write(words.encode() + b"\r\n")
        await writer.drain()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._say(reader, writer, self.reply("CONNECT", "220 scripted"))
        while line := (await reader.readline()).decode():
            self.commands.append(line.rstrip("\r\n"))
            verb = line.split(maxsplit=1)[0].upper()
            if verb == "EHLO":
                await self._say(reader, writer, self.reply("EHLO", "\r\n".join(self.ehlo)))
            elif verb == "STARTTLS":
                await self._say(reader, writer, "220 go on")
                await writer.start_tls(self.tls)
            elif verb == "AUTH":
                await self._say(reader, writer, self.reply("AUTH", "235 welcome"))
            elif verb == "DATA":
                await self._data(reader, writer)
            elif verb == "QUIT":
                await self._say(reader, writer, "221 bye")
                return
            else:
                await self._say(reader, writer, self.reply(verb, "250 fine"))

    async def _data(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said = self.reply("DATA", "354 go on")
        await self._say(reader, writer, said)
        if not said.startswith("354"):
            return
        content = bytearray()
        while not content.endswith(b"\r\n.\r\n"):
            piece = await reader.readline()
            if not piece:
                self.unfinished.append(bytes(content))
                return
            content += piece
        self.contents.append(bytes(content[:-3]))
        await self._say(reader, writer, self.reply(".", "250 2.0.0 kept"))


@asynccontextmanager
async def serving(script: Script, tls: ssl.SSLContext | None = None) -> AsyncIterator[Script]:
    """Serve the script on a free port of 127.0.0.1; `tls` from the first octet."""
    script.port = free_port()
    server = await asyncio.start_server(script.serve, "127.0.0.1", script.port, ssl=tls, limit=1 << 26)
    try:
        yield script
    finally:
        server.close()
        await server.wait_closed()
