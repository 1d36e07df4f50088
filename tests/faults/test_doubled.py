"""The same mail by SMTP and by LMTP, up to five times at once, into two processes of one store, is one mail."""

import asyncio
import random
import smtplib
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk import DeskUnderTest, desk_at
from tests.ports import free_port
from tests.store import postgres

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]

MAILS = 80
OPEN = {"acknowledge": {"desk_per_hour": 0, "unproven_per_domain": 0}}


@pytest.fixture
def url() -> Iterator[str]:
    binary = postgres.binaries()
    if binary is None:
        pytest.skip(postgres.HOW_TO_GET_IT)
    with postgres.running(binary) as server:
        yield server.create("faults")


async def test_copies_by_every_door_at_once_open_one_ticket_each(url: str, tmp_path: Path) -> None:
    lmtp = {"listen": f"127.0.0.1:{free_port()}", "protocol": "lmtp"}
    chance = random.Random(8)
    async with (
        desk_at(tmp_path, store={"url": url}, **OPEN) as one,
        desk_at(tmp_path, store={"url": url}, smtp=lmtp, **OPEN) as other,
    ):
        ways = [(smtplib.SMTP, one.port), (smtplib.LMTP, int(lmtp["listen"].rpartition(":")[2]))]
        copies = [(number, *chance.choice(ways)) for number in range(MAILS) for _ in range(chance.randint(1, 5))]
        chance.shuffle(copies)
        await asyncio.gather(*(asyncio.to_thread(send, copies[first::8]) for first in range(8)))
        await rest(one, other)
        status = await one.running.house.store.status(time.time())
    acknowledged = Counter(mail.to for desk in (one, other) for mail in desk.post.mails if mail.kind == "ack")
    assert acknowledged == {f"c{number}@cust{number}.test": 1 for number in range(MAILS)}
    assert (status.received, status.tickets, status.duplicates) == (MAILS, MAILS, len(copies) - MAILS)


def send(copies: list[tuple[int, type[smtplib.SMTP], int]]) -> None:
    for number, way, port in copies:
        sender = f"c{number}@cust{number}.test"
        raw = (
            f"From: {sender}\r\nTo: support@hd.test\r\nSubject: Question {number}\r\n"
            f"Message-ID: <q{number}@cust.test>\r\n\r\nHow do I change invoice {number}?\r\n"
        ).encode()
        with way("127.0.0.1", port, local_hostname="c.test") as client:
            client.sendmail(sender, ["support@hd.test"], raw)


async def rest(*desks: DeskUnderTest) -> None:
    for desk in desks:
        await desk.quiet(60)
