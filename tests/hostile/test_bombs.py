"""Messages made to cost more than their size keep nobody else waiting."""

import asyncio
import time
from pathlib import Path

import aiosmtplib
import pytest

from daemon.core.mail.parse import parse
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


async def throw(desk: DeskUnderTest, bombs: list[bytes], sender: str = "a@customer.test") -> None:
    client = aiosmtplib.SMTP(
        hostname="127.0.0.1", port=desk.port, start_tls=False, local_hostname="c.test", timeout=100
    )
    async with client:
        for bomb in bombs:
            await client.sendmail(sender, ["support@hd.test"], bomb)


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
