"""A desk that fetches its mail from a real Dovecot, and what came of it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from store.model.views import Status
from store.reader import Reader
from tests.desk import DeskUnderTest, desk_at
from tests.edge.dovecot import HOW_TO_GET_IT, Dovecot, dovecot, usable

needs_dovecot = [
    pytest.mark.needs("dovecot"),
    pytest.mark.skipif(not usable(), reason=HOW_TO_GET_IT),
]


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with dovecot() as started:
        yield started


def letter(number: int, subject: str = "", *, head: str = "", body: str = "") -> bytes:
    """A customer's message; each number is another one."""
    return (
        f"{head}Received: from c.test by mx.hd.test; Sat, 21 Nov 2026 10:00:00 +0000\r\n"
        f"From: Customer {number} <customer{number}@c{number % 97}.test>\r\nTo: support@hd.test\r\n"
        f"Subject: {subject or f'Question {number}'}\r\nMessage-ID: <{number}@c.test>\r\n"
        f"Date: Sat, 21 Nov 2026 10:00:00 +0000\r\n\r\n{body or f'Hello, how do I export number {number}?'}\r\n"
    ).encode()


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


@asynccontextmanager
async def desk_with(folder: Path, *boxes: dict[str, object], **sections: object) -> AsyncIterator[DeskUnderTest]:
    """A desk that reads these mailboxes."""
    async with desk_at(folder, imap=list(boxes), **sections) as desk:
        yield desk


def stored(desk: DeskUnderTest) -> int:
    """How many messages are ours."""
    return _status(desk).received + _status(desk).waiting


def _status(desk: DeskUnderTest) -> Status:
    with Reader(desk.settings.store.url) as reader:
        return reader.status(time.time())


async def until(holds: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for a sign."""
    deadline = time.monotonic() + seconds
    while not await asyncio.to_thread(holds):
        assert time.monotonic() < deadline, "it does not come"
        await asyncio.sleep(0.05)
