"""A small clamd: the documented dialog (clamd(8), INSTREAM) on a Unix socket, which knows the test file of EICAR."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"  # as published by EICAR
MOST = 1 << 20  # octets, like StreamMaxLength
PROGRAM = """#!/bin/sh
if grep -q EICAR-STANDARD-ANTIVIRUS-TEST-FILE; then echo Eicar-Test-Signature; exit 1; fi
"""


@dataclass
class Clamd:
    """What was asked of it; a silent one takes everything and never answers."""

    silent: bool = False
    seen: list[bytes] = field(default_factory=list)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            assert await reader.readexactly(10) == b"zINSTREAM\0"
            writer.write(await self._look(reader) + b"\0")
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    async def _look(self, reader: asyncio.StreamReader) -> bytes:
        stream = b""
        while length := int.from_bytes(await reader.readexactly(4), "big"):
            stream += await reader.readexactly(length)
            if len(stream) > MOST:
                return b"INSTREAM size limit exceeded. ERROR"
        self.seen.append(stream)
        if self.silent:
            await asyncio.sleep(3600)
        return b"stream: Eicar-Test-Signature FOUND" if EICAR in stream else b"stream: OK"


@asynccontextmanager
async def clamd_at(path: Path, *, silent: bool = False) -> AsyncIterator[Clamd]:
    clamd = Clamd(silent)
    server = await asyncio.start_unix_server(clamd.talk, path)
    try:
        yield clamd
    finally:
        server.close()


def program_at(path: Path, script: str = PROGRAM) -> tuple[str, ...]:
    """Write a script that scans its standard input, and return its command."""
    path.write_text(script)
    return ("/bin/sh", str(path))
