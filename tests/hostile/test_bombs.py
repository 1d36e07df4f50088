"""Messages made to cost more than their size keep nobody else waiting."""

import asyncio
import smtplib
import time
from pathlib import Path

import aiosmtplib
import pytest

from daemon.core.mail.parse import parse
from daemon.edge.apart import Limits
from tests.core.bombs import BOMBS
from tests.desk import DeskUnderTest, desk_at

SIZES = (10 << 10, 200 << 10)  # one that is read on the loop, one that is read beside it
WORST = [
    BOMBS[name]
    for name in (
        "addresses",
        "groups",
        "open comments in an address",
        "escaped quotes in an address",
        "lines like a delimiter",
        "escapes of a 7-bit charset",
        "flowed lines",
        "nested multiparts",
    )
]
STALL_SECONDS = 0.1  # of the loop's own work, without what it waits for the machine
HONEST = b"From: ann@honest.test\r\nTo: support@hd.test\r\nSubject: Help\r\n\r\nHow do I export my data?\r\n"
OPERATOR = "op@team.test"


async def test_no_bomb_keeps_another_sender_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.desk.parse", lambda raw: parse(raw[:2000]))  # the far end shares the loop with the desk
    made = [make(size) for make in WORST for size in SIZES]
    bombs = [bomb.replace(b"Subject: x", b"Subject: %d" % place, 1) for place, bomb in enumerate(made)]
    async with desk_at(tmp_path) as desk:
        watching = asyncio.create_task(longest_step())
        throwing = [asyncio.create_task(throw(desk, bombs[part::3])) for part in range(3)]
        await throw(desk, [HONEST], "ann@honest.test")
        await asyncio.gather(*throwing)
        status = await desk.quiet(100)
        acknowledged = [mail for mail in desk.post.mails if mail.to == "ann@honest.test"]
        watching.cancel()
        longest = await watching
    assert acknowledged
    assert status.received == len(bombs) + 1
    assert status.set_aside == 0
    assert longest < STALL_SECONDS


@pytest.mark.slow
async def test_huge_bombs_in_flight_keep_another_sender_waiting_no_longer(tmp_path: Path) -> None:
    bombs = [make(2 << 20).replace(b"Subject: x", b"Subject: %d" % n, 1) for n, make in enumerate(BOMBS.values())]
    relay = {"url": f"maildir:{tmp_path / 'outgoing'}"}
    async with desk_at(tmp_path, relay=relay) as desk:
        watching = asyncio.create_task(longest_step())
        throwing = [asyncio.to_thread(throw_beside, desk.port, bombs[part::3]) for part in range(3)]
        await asyncio.gather(*throwing, throw(desk, [HONEST], "ann@honest.test"))
        status = await desk.quiet(100)
        watching.cancel()
        longest = await watching
    assert status.received + status.duplicates == len(bombs) + 1
    assert status.set_aside == 0
    assert longest < STALL_SECONDS


@pytest.mark.slow
async def test_what_cannot_be_read_in_time_is_set_aside_and_its_sender_hears_that_it_came(tmp_path: Path) -> None:
    operator = {"name": "Helpdesk", "address": "support@hd.test", "operator": OPERATOR}
    async with desk_at(tmp_path, desk=operator) as desk:
        apart = desk.running.house.apart
        assert apart
        apart._limits = Limits(seconds=0.001)
        bomb = BOMBS["lines like a delimiter"](4 << 20)
        left = [mail for mail in await desk.send(bomb, "a@customer.test", "support@hd.test") if mail.to != OPERATOR]
        assert [(mail.kind, mail.to) for mail in left] == [("ack", "a@customer.test")]
        assert "has arrived safely" in " ".join(left[0].message.text.split())
        machine = b"Auto-Submitted: auto-replied\r\n" + bomb.replace(b"Subject: x", b"Subject: y", 1)
        left = await desk.send(machine, "a@customer.test", "support@hd.test")
        assert [mail.kind for mail in left if mail.to != OPERATOR] == []  # who may have heard of it by now
        status = await desk.quiet()
        assert (status.received, status.set_aside, status.tickets) == (2, 2, 0)
        asides = desk.running.house.store._reader.aside()
        assert {one.why for one in asides} == {"reading it took longer than 0.001 seconds"}
        apart._limits = Limits()
        assert await desk.running.house.store.retry_aside(asides[0].id, time.time())
        await desk.running.house.store.recover(time.time())
        assert (await desk.quiet()).tickets == 1


async def throw(desk: DeskUnderTest, bombs: list[bytes], sender: str = "a@customer.test") -> None:
    client = aiosmtplib.SMTP(
        hostname="127.0.0.1", port=desk.port, start_tls=False, local_hostname="c.test", timeout=100
    )
    async with client:
        for bomb in bombs:
            await client.sendmail(sender, ["support@hd.test"], bomb)


def throw_beside(port: int, bombs: list[bytes]) -> None:
    """Send from another thread: to write a bomb takes longer than to read it."""
    with smtplib.SMTP("127.0.0.1", port, local_hostname="c.test", timeout=100) as client:
        for bomb in bombs:
            client.sendmail("a@customer.test", ["support@hd.test"], bomb)


async def longest_step() -> float:
    """Return the longest that the loop's own thread worked without a pause, until this is cancelled."""
    longest, before = 0.0, time.thread_time()
    try:
        while True:
            await asyncio.sleep(0.002)
            now = time.thread_time()
            longest, before = max(longest, now - before), now
    except asyncio.CancelledError:
        return longest
