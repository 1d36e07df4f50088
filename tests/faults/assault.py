"""Kill a daemon under load again and again, then count what was lost, and what came twice.

Three logs that know nothing of each other are compared: what the senders were told, what arrived at the far end, and
what stands in the store.
"""

import asyncio
import random
import sqlite3
import time
from collections import Counter, defaultdict
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiosmtplib

from daemon.core.mail.parse import parse
from tests.child import Child
from tests.ports import free_port
from tests.sink import open_sink

SENDERS = 8
REST_SECONDS = 60.0

_CONFIGURATION = """
[desk]
name = "Desk"
address = "desk@hd.test"
[smtp]
listen = "127.0.0.1:{door}"
[relay]
url = "smtp://127.0.0.1:{sink}"
[pipeline]
address = "pipeline@team.test"
[acknowledge]
desk_per_hour = 0
unproven_per_domain = 0
"""


@dataclass(frozen=True)
class Counters:
    """What an assault came to, in the words that such checkers use."""

    lost: int  # accepted by the door, and not in the store
    unexpected: int  # in the store, and never sent
    recovered: int  # in the store although the sender heard no 250, and so sent again
    duplicated: int  # tickets beyond one for each message
    unfinished: int  # messages without an outcome, mails without an end
    unacknowledged: int  # customers without an acknowledgement at the far end
    doubled: int  # mails that arrived more than once
    unexplained: int  # of these, those without an attempt whose end a crash took away


@dataclass
class Assault:
    """A load, the daemon under it, and the far end."""

    folder: Path
    messages: int
    kills: int
    seed: int
    module: str = "daemon"
    told: set[str] = field(default_factory=set)  # Message-IDs that the door answered 250
    arrived: list[tuple[str, str, str]] = field(default_factory=list)  # (kind, recipient, Message-ID)

    async def run(self) -> Counters:
        """Send everything, kill so many times meanwhile, wait until all is quiet, and count."""
        port = free_port()
        mailboxes = await open_sink(port, self._deliver)
        self._configuration = _CONFIGURATION.replace("{sink}", str(port))
        self._waiting = list(range(self.messages))
        self._child = await self._start()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._kill())
                for _ in range(SENDERS):
                    group.create_task(self._send())
            await self._rest()
        finally:
            self._child.stop()
            mailboxes.close()
        return self._count()

    def _deliver(self, _: str, rcpt_to: str, raw: bytes) -> None:
        mail = parse(raw)
        self.arrived.append((mail.header("x-triaged-kind") or "", rcpt_to, mail.message_id or ""))

    async def _start(self) -> Child:
        return await Child.start(self.folder, self._configuration, self.module)

    async def _kill(self) -> None:
        """Kill at moments spread over the whole load, so that each finds work under way."""
        chance = random.Random(self.seed)
        for n in range(self.kills):
            mark = self.messages * (n + chance.random()) / self.kills
            while len(self.told) < mark:
                await asyncio.sleep(0.002)
            await asyncio.sleep(chance.random() * 0.03)
            self._child.kill()
            self._child = await self._start()

    async def _send(self) -> None:
        """Send as an honest server does: what was not answered 250 is sent again with the same bytes."""
        while self._waiting:
            try:
                async with aiosmtplib.SMTP(
                    hostname="127.0.0.1", port=self._child.door, start_tls=False, local_hostname="c.test", timeout=20
                ) as client:
                    while self._waiting:
                        await self._send_one(client)
            except (aiosmtplib.SMTPException, OSError):
                await asyncio.sleep(0.05)

    async def _send_one(self, client: aiosmtplib.SMTP) -> None:
        number = self._waiting.pop()
        try:
            await client.sendmail(_customer(number), ["desk@hd.test"], _mail(number))
        except BaseException:
            self._waiting.append(number)
            raise
        self.told.add(_identifier(number))

    async def _rest(self) -> None:
        deadline = time.monotonic() + REST_SECONDS
        while self._unfinished() and time.monotonic() < deadline:
            await asyncio.sleep(0.1)

    def _unfinished(self) -> int:
        ((waiting,),) = self._ask(
            "SELECT (SELECT count(*) FROM message WHERE outcome IS NULL)"
            " + (SELECT count(*) FROM mail WHERE state NOT IN ('sent', 'failed'))"
        )
        return int(waiting)

    def _count(self) -> Counters:
        stored = dict(self._ask("SELECT message_id, copies FROM message"))
        tries = dict(self._ask("SELECT message_id, attempts FROM mail"))
        copies = Counter(identifier for _, _, identifier in self.arrived)
        doubled = [identifier for identifier, count in copies.items() if count > 1]
        acknowledgements: dict[str, set[str]] = defaultdict(set)
        for kind, to, identifier in self.arrived:
            if kind == "ack":
                acknowledgements[to].add(identifier)
        ((tickets,),) = self._ask("SELECT count(*) FROM ticket")
        sent = {_identifier(number) for number in range(self.messages)}
        return Counters(
            lost=len(self.told - stored.keys()),
            unexpected=len(stored.keys() - sent),
            recovered=sum(copies > 1 for copies in stored.values()),
            duplicated=int(tickets) - len(stored),
            unfinished=self._unfinished(),
            unacknowledged=sum(not acknowledgements[_customer(number)] for number in range(self.messages)),
            doubled=len(doubled),
            unexplained=sum(tries.get(identifier, 0) < 2 for identifier in doubled)
            + sum(len(ids) - 1 for ids in acknowledgements.values() if ids),
        )

    def _ask(self, question: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self.folder / 'triaged.db'}?mode=ro", uri=True)) as connection:
            return connection.execute(question).fetchall()


def _customer(number: int) -> str:
    return f"c{number}@cust{number % 50}.test"


def _identifier(number: int) -> str:
    return f"m.{number}@cust{number % 50}.test"


def _mail(number: int) -> bytes:
    return (
        f"From: Customer {number} <{_customer(number)}>\r\nTo: desk@hd.test\r\nSubject: Question {number}\r\n"
        f"Message-ID: <{_identifier(number)}>\r\nDate: Mon, 03 Nov 2025 10:00:00 +0100\r\n\r\n"
        f"Hello,\r\n\r\nhow do I change the address on invoice {number}?\r\n\r\nRegards\r\n"
    ).encode()
