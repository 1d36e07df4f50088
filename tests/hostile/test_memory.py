"""The memory of a daemon is bounded, however many large messages come at once."""

import asyncio
import os
import smtplib
import sqlite3
from base64 import encodebytes
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from tests.child import Child

MANY, OCTETS = 60, 4_000_000
GROWTH = 280  # MiB
CONFIGURATION = f"""
[desk]
address = "desk@hd.test"
[smtp]
listen = "127.0.0.1:{{door}}"
max_bytes = {OCTETS + 100_000}
max_connections_per_peer = {MANY + 5}
[relay]
url = "maildir:outgoing"
[pipeline]
address = "pipeline@team.test"
"""


@pytest.mark.slow
async def test_many_large_messages_at_once_need_bounded_memory(tmp_path: Path) -> None:
    child = await Child.start(tmp_path, CONFIGURATION)
    try:
        before, loop = peak_mib(child.process.pid), asyncio.get_running_loop()
        with ThreadPoolExecutor(MANY) as senders:
            await asyncio.gather(*(loop.run_in_executor(senders, send, child.door, n) for n in range(MANY)))
        async with asyncio.timeout(90):
            while waiting(tmp_path):
                await asyncio.sleep(0.2)
        grown = peak_mib(child.process.pid) - before
    finally:
        child.stop()
    assert kept(tmp_path) == MANY
    assert grown < GROWTH


def send(door: int, number: int) -> None:
    """Send until it is taken: a door that is full asks senders to come again."""
    raw = (
        f"From: u{number}@c{number}.test\r\nTo: desk@hd.test\r\nSubject: File {number}\r\nMIME-Version: 1.0\r\n"
        f"Message-ID: <{number}@c.test>\r\nContent-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    ).encode() + encodebytes(os.urandom(1000)).replace(b"\n", b"\r\n") * (OCTETS // 1400)
    while True:
        try:
            with smtplib.SMTP("127.0.0.1", door, local_hostname="c.test", timeout=60) as client:
                client.sendmail(f"u{number}@c{number}.test", ["desk@hd.test"], raw)
                return
        except smtplib.SMTPResponseException as refused:
            if refused.smtp_code != 452:
                raise


def peak_mib(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


def waiting(folder: Path) -> int:
    return count(folder, "SELECT (SELECT count(due) FROM message) + (SELECT count(due) FROM mail)")


def kept(folder: Path) -> int:
    return count(folder, "SELECT count(*) FROM message_raw")


def count(folder: Path, question: str) -> int:
    with closing(sqlite3.connect(folder / "triaged.db", timeout=30)) as database:
        return int(database.execute(question).fetchone()[0])
