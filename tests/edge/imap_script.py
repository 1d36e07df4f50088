"""An IMAP server that says exactly what a test tells it to, for dialogs that no real server enters into."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.ports import free_port

HANG = "<hang>"
CLOSE = "<close>"
USUAL: dict[str, tuple[str, ...]] = {
    "CAPABILITY": ("* CAPABILITY IMAP4rev1 IDLE UIDPLUS MOVE AUTH=XOAUTH2 SASL-IR", "{tag} OK done"),
    "LOGIN": ("{tag} OK done",),
    "SELECT": ("* 0 EXISTS", "* OK [UIDVALIDITY 7] valid", "{tag} OK done"),
    "UID SEARCH": ("* SEARCH", "{tag} OK done"),
    "IDLE": ("+ idling", HANG),
    "LOGOUT": ("* BYE", "{tag} OK done"),
}


@dataclass
class Script:
    """Answers by command; `{tag}` stands for the command's tag, and after a line with + the client's next is read."""

    answers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    greeting: str = "* OK ready"
    port: int = field(default_factory=free_port)
    heard: list[str] = field(default_factory=list)
    connections: int = 0
    choose: Callable[[str, int], tuple[str, ...] | None] | None = None  # by command and number of the connection

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        try:
            writer.write(self.greeting.encode() + b"\r\n")
            while line := await reader.readline():
                self.heard.append(line.decode().rstrip("\r\n"))
                await self._answer(self.heard[-1], number, reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _answer(self, line: str, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tag, _, rest = line.partition(" ")
        name = " ".join(rest.split()[: 2 if rest.upper().startswith("UID ") else 1]).upper()
        chosen = self.choose(name, number) if self.choose else None
        for said in chosen or self.answers.get(name) or USUAL.get(name) or ("{tag} BAD unknown",):
            if said == HANG:
                await reader.read()
            if said in (HANG, CLOSE):
                raise ConnectionResetError
            writer.write(said.replace("{tag}", tag).encode() + b"\r\n")
            if said.startswith("+") and name != "IDLE":
                self.heard.append((await reader.readline()).decode().rstrip("\r\n"))


@asynccontextmanager
async def scripted(script: Script) -> AsyncIterator[Script]:
    """Let it listen."""
    server = await asyncio.start_server(script.serve, "127.0.0.1", script.port)
    try:
        yield script
    finally:
        server.close()
