"""Several real processes of one desk on PostgreSQL and Redis, and everybody's mailbox at the far end."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiosmtplib
import psycopg

from daemon.core.mail.parse import parse
from tests.child import Child
from tests.faults.nursery import Nursery
from tests.ports import free_port
from tests.sink import open_sink

REST_SECONDS = 90.0
CONFIGURATION = """
[desk]
name = "Desk"
address = "desk@hd.test"
[store]
url = "{store}"
[bell]
redis = "{redis}"
[smtp]
listen = "127.0.0.1:{door}"
share_port = true
[relay]
url = "smtp://127.0.0.1:{sink}"
[pipeline]
address = "pipeline@team.test"
[acknowledge]
desk_per_hour = 0
unproven_per_domain = 0
unproven_per_sender = 0
"""


@dataclass
class Several:
    """The processes, who sends to them, and what has arrived."""

    nursery: Nursery
    folder: Path
    store: str
    configuration: str
    door: int
    children: list[Child] = field(default_factory=list)
    told: set[str] = field(default_factory=set)  # Message-IDs answered 250
    refused: list[int] = field(default_factory=list)  # codes
    arrived: list[tuple[str, str, str]] = field(default_factory=list)  # (kind, recipient, Message-ID)

    async def start(self, *roles: str) -> list[Child]:
        new = [await self._started(role) for role in roles]
        self.children += new
        return new

    async def _started(self, role: str) -> Child:
        return await Child.start(self.folder, self.configuration, role=role, door=self.door, nursery=self.nursery)

    def deliver(self, _: str, to: str, raw: bytes) -> None:
        mail = parse(raw)
        self.arrived.append((mail.header("x-triaged-kind") or "", to, mail.message_id or ""))

    async def send_all(self, mails: list[tuple[str, str, bytes]], senders: int = 6) -> None:
        """Send (sender, Message-ID, bytes) as honest servers do: what was not answered 250 is sent again."""
        waiting = list(reversed(mails))
        await asyncio.gather(*(self._sender(waiting) for _ in range(senders)))

    async def _sender(self, waiting: list[tuple[str, str, bytes]]) -> None:
        while waiting:
            client = aiosmtplib.SMTP(
                hostname="127.0.0.1", port=self.door, start_tls=False, local_hostname="c.test", timeout=30
            )
            try:
                async with client:
                    while waiting:
                        await self._send_one(client, waiting)
            except (aiosmtplib.SMTPException, OSError) as error:
                self.refused.append(getattr(error, "code", 0))
                await asyncio.sleep(0.05)

    async def _send_one(self, client: aiosmtplib.SMTP, waiting: list[tuple[str, str, bytes]]) -> None:
        sender, identifier, raw = one = waiting.pop()
        try:
            await client.sendmail(sender, ["desk@hd.test"], raw)
        except BaseException:
            waiting.append(one)
            raise
        self.told.add(identifier)

    async def rest(self, seconds: float = REST_SECONDS) -> None:
        """Wait until nothing is left to be worked or sent."""
        deadline = time.monotonic() + seconds
        question = (
            "SELECT (SELECT count(*) FROM message WHERE outcome IS NULL)"
            " + (SELECT count(*) FROM mail WHERE state NOT IN ('sent', 'failed'))"
        )
        while left := self.ask(question)[0][0]:
            if time.monotonic() > deadline:
                raise AssertionError(f"{left} are left; {(self.folder / 'log').read_text()[-4000:]}")
            await asyncio.sleep(0.1)

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.store) as connection:
            return connection.execute(question).fetchall()

    def doubled(self) -> list[str]:
        """The mails that arrived more than once."""
        return [one for one, times in Counter(identifier for *_, identifier in self.arrived).items() if times > 1]

    def unacknowledged(self, senders: set[str]) -> set[str]:
        return senders - {to for kind, to, _ in self.arrived if kind == "ack"}


Opened = Callable[..., AbstractAsyncContextManager[Several]]  # by the roles of its processes


@asynccontextmanager
async def several(nursery: Nursery, folder: Path, store: str, redis: str, *roles: str) -> AsyncIterator[Several]:
    sink = free_port()
    words = CONFIGURATION.replace("{sink}", str(sink)).replace("{store}", store).replace("{redis}", redis)
    desk = Several(nursery, folder, store, words, free_port())
    mailboxes = await open_sink(sink, desk.deliver)
    try:
        await desk.start(*roles)
        yield desk
    finally:
        for child in desk.children:
            if child.process.poll() is None:
                child.stop()
        mailboxes.close()


def mails(count: int, name: str = "m") -> list[tuple[str, str, bytes]]:
    return [mail(f"{name}{n}", f"{name}{n}@cust{n % 20}.test") for n in range(count)]


def mail(name: str, sender: str, answers: str = "") -> tuple[str, str, bytes]:
    """Return a question as (sender, Message-ID, bytes); it may answer another one, by that one's Message-ID."""
    identifier = f"{name}@mail.test"
    thread = f"In-Reply-To: <{answers}>\r\nReferences: <{answers}>\r\n" if answers else ""
    raw = (
        f"From: <{sender}>\r\nTo: desk@hd.test\r\nSubject: {'Re: ' * bool(answers)}Invoice {name}\r\n"
        f"Message-ID: <{identifier}>\r\n{thread}Date: Mon, 03 Nov 2025 10:00:00 +0100\r\n\r\n"
        f"Hello,\r\n\r\nhow do I change the address on invoice {name}?\r\n"
    )
    return sender, identifier, raw.encode()
