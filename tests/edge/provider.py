"""A mail provider's login, as far as a desk sees it: real sockets on this machine, and answers by a script."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from daemon.core.settings import OAuth
from daemon.edge.oauth.account import Account, account_of

Answer = tuple[int, Any]
SILENCE: Answer = (0, None)


@dataclass
class Provider:
    """What was asked, and what is answered next."""

    port: int = 0
    answers: list[Answer] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    alive: dict[str, str] = field(default_factory=dict)  # tokens that are good now, and whose they are

    def says(self, *answers: Answer) -> None:
        self.answers += answers

    def introspected(self, form: dict[str, list[str]]) -> dict[str, object]:
        """Say of a token whether it is good (RFC 7662 section 2.2)."""
        whose = self.alive.get(form["token"][0])
        return {"active": True, "username": whose} if whose else {"active": False}

    def account(self, **more: object) -> Account:
        here = f"http://127.0.0.1:{self.port}"
        given = {
            "name": "support",
            "provider": "google",
            "client_id": "triaged",
            "client_secret": "canary-client",
            "user": "support@acme.example",
            "authorize_url": f"{here}/authorize",
            "token_url": f"{here}/token",
            "device_url": f"{here}/device",
        }
        return account_of(OAuth.model_validate(given | more))


@asynccontextmanager
async def provider() -> AsyncIterator[Provider]:
    """Open a provider that answers what it is told to, and with a fresh token once nothing is left."""
    here = Provider()

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = next(int(line[15:]) for line in head.lower().splitlines() if line.startswith("content-length:"))
            form = parse_qs((await reader.readexactly(length)).decode())
            if head.split(" ")[1] == "/introspect":
                await _say(writer, 200, json.dumps(here.introspected(form)).encode())
                return
            here.asked.append((head.split(" ")[1], {name: value[0] for name, value in form.items()}))
            status, said = here.answers.pop(0) if here.answers else grant(f"canary-{len(here.asked)}")
            if said is None:
                await reader.read()
                return
            body = said if isinstance(said, bytes) else json.dumps(said).encode()
            await _say(writer, status, body)
        except OSError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(served, "127.0.0.1", 0)
    here.port = server.sockets[0].getsockname()[1]
    async with server:
        yield here


async def _say(writer: asyncio.StreamWriter, status: int, body: bytes) -> None:
    head = b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
    writer.write(head % (status, len(body)) + body)
    await writer.drain()


def grant(access: str, refresh: str = "", seconds: object = 3600) -> Answer:
    """A token, as a provider gives it."""
    return 200, {"access_token": access, "expires_in": seconds, "token_type": "Bearer"} | (
        {"refresh_token": refresh} if refresh else {}
    )


def refuse(code: str, status: int = 400, description: str = "canary-description") -> Answer:
    """A refusal, which may say again what it was asked."""
    return status, {"error": code, "error_description": description}
