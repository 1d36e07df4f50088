"""Mailboxes on a real Dovecot, read into a real store, and what came of it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from pathlib import Path
from secrets import token_hex

import pytest

from daemon.core.mail.address import Key, Own
from daemon.core.mail.delivered import recipient
from daemon.core.settings import Imap
from daemon.edge.imap import BearerToken, Mailboxes, Password, Patience, Pauses, Room, open_mailboxes
from store.migrate import migrate
from store.model.mailbox import MailboxLine
from store.model.message import Envelope, RawMessage, Receipt
from store.reader import Reader
from store.store import Store
from tests.edge.dovecot import HOW_TO_GET_IT, Dovecot, dovecot, usable

QUICK = Pauses(first=0.05, longest=0.2, refused=0.1)
OWN = Own(("support@hd.test",), "+", "hd.test", (Key("1", b"k" * 32),))

needs_dovecot = [
    pytest.mark.needs("dovecot"),
    pytest.mark.skipif(not usable(), reason=HOW_TO_GET_IT),
]


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with dovecot() as started:
        yield started


def letter(number: int, *, head: str = "", body: str = "") -> bytes:
    """A customer's message; each number is another one."""
    return (
        f"{head}Received: from c.test by mx.hd.test; Sat, 21 Nov 2026 10:00:00 +0000\r\n"
        f"From: Customer {number} <customer{number}@c{number % 97}.test>\r\nTo: support@hd.test\r\n"
        f"Subject: Question {number}\r\nMessage-ID: <{number}@c.test>\r\n"
        f"Date: Sat, 21 Nov 2026 10:00:00 +0000\r\n\r\n{body or f'Hello, how do I export number {number}?'}\r\n"
    ).encode()


def number_of(raw: bytes) -> int:
    """Say which one a message is."""
    return int(str(BytesHeaderParser().parsebytes(raw)["message-id"]).strip("<>").partition("@")[0])


def box(server: Dovecot, **more: object) -> dict[str, object]:
    """A table of [[imap]] for the desk's mailbox."""
    return {
        "host": "127.0.0.1",
        "port": server.port,
        "user": "desk",
        "password": server.users["desk"],
        "ca_file": server.ca_file,
        "poll_seconds": 0.2,
        **more,
    }


@dataclass
class Reading:
    """Mailboxes that are being read into a store."""

    store: Store
    url: str
    mailboxes: Mailboxes
    handed: list[Envelope] = field(default_factory=list)  # every message that was handed over, again and again too
    refused: set[int] = field(default_factory=set)  # numbers of messages that the store does not take
    password: str = ""

    def lines(self) -> tuple[MailboxLine, ...]:
        with Reader(self.url) as reader:
            return reader.mailboxes()

    def error(self) -> str:
        return next((line.error for line in self.lines() if line.error), "")

    async def kept(self) -> list[RawMessage]:
        """Take all that is stored and not taken yet."""
        return list(await self.store.lease_messages(time.time(), 10_000, 0.0))

    async def numbers(self) -> list[int]:
        """The numbers of the messages that are stored, those set aside left out."""
        return sorted(number_of(work.raw) for work in await self.kept())

    def aside(self) -> list[str]:
        with Reader(self.url) as reader:
            return [line.why for line in reader.aside()]

    def count(self) -> int:
        with Reader(self.url) as reader:
            status = reader.status(time.time())
        return status.waiting + status.set_aside


@asynccontextmanager
async def reading(
    folder: Path,
    *boxes: dict[str, object],
    patience: Patience | None = None,
    pauses: Pauses = QUICK,
    max_bytes: int = 50 << 20,
    password: str = "",
    token: str = "",
    alone: bool = True,
) -> AsyncIterator[Reading]:
    """Read mailboxes into the store in a folder."""
    url = f"sqlite:///{folder}/triaged.db"
    migrate(url)
    store = Store.open(url, alone=alone)
    desk: Reading

    async def receive(raw: bytes, envelope: Envelope, aside: str) -> Receipt:
        desk.handed.append(envelope)
        if desk.refused and number_of(raw) in desk.refused:
            raise OSError("no")
        return (await store.keep_and_lease(raw, envelope, time.time(), 0.0, aside)).receipt

    async def tell(account: str, name: str, error: str, refused: bool) -> None:
        await store.tell_mailbox(account, name, error, time.time(), refused)

    who = token_hex(8)

    async def hold(account: str, name: str, seconds: float) -> bool:
        return await store.hold_mailbox(account, name, who, time.time(), time.time() + seconds)

    async def credentials(refused: bool) -> Password | BearerToken:
        return BearerToken("desk", token) if token else Password("desk", desk.password)

    room = Room(
        receive=receive,
        place=store.place,
        keep=store.keep_place,
        tell=tell,
        hold=hold,
        leave=lambda: store.leave_mailboxes(who),
        recipient=lambda box, raw: recipient(raw, box.recipient_header, OWN),
        max_bytes=max_bytes,
        stopping=asyncio.Event(),
        heavy=asyncio.Semaphore(1),
    )
    tables = [Imap.model_validate(one) for one in boxes]
    desk = Reading(store, url, Mailboxes(room, ()), password=password or tables[0].password or "")
    desk.mailboxes = open_mailboxes(
        dict.fromkeys(tables, credentials), room, lambda: 0.5, patience=patience, pauses=pauses
    )
    try:
        yield desk
    finally:
        await desk.mailboxes.close(10)
        await store.close()


async def until(holds: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for a sign."""
    deadline = time.monotonic() + seconds
    while not await asyncio.to_thread(holds):
        assert time.monotonic() < deadline, "it does not come"
        await asyncio.sleep(0.05)
