"""The whole journey: a real daemon process, real SMTP in and out, from the final dot to the acknowledgement."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import aiosmtplib
import uvloop

from tests.benchmarks.filling import fill
from tests.ports import free_port
from tests.sink import open_sink

MESSAGES = 2000
SENDERS = 16
LIGHT = 200  # messages sent one by one
GROWN = 50_000
TICKS = os.sysconf("SC_CLK_TCK")
TEXT = "\r\n".join(
    f"Line {n} of an ordinary support mail: the report page of our shop shows old figures." for n in range(40)
)

CONFIG = """
[desk]
name = "Bench"
address = "desk@bench.test"
[smtp]
listen = "127.0.0.1:{door}"
[relay]
url = "smtp://127.0.0.1:{sink}"
connections = 8
[pipeline]
address = "pipeline@team.test"
[acknowledge]
desk_per_hour = 0
unproven_per_domain = 0
"""


@dataclass
class Sink:
    """Everybody's mailbox: counts what arrives and when."""

    acknowledged: dict[str, float] = field(default_factory=dict)
    mails: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def deliver(self, _: str, rcpt_to: str, raw: bytes) -> None:
        """Note a mail; an acknowledgement is known by the customer it goes to."""
        self.mails += 1
        if b"X-Triaged-Kind: ack" in raw[:2000]:
            self.acknowledged.setdefault(rcpt_to, time.perf_counter())
        self.changed.set()

    async def wait_for(self, mails: int, seconds: float = 120) -> None:
        """Wait until so many mails have arrived in all."""
        deadline = time.perf_counter() + seconds
        while self.mails < mails:
            self.changed.clear()
            await asyncio.wait_for(self.changed.wait(), deadline - time.perf_counter())


@dataclass(frozen=True)
class Daemon:
    """A daemon process with its configuration."""

    process: subprocess.Popen[bytes]
    door: int

    @classmethod
    async def start(cls, folder: Path, sink: int) -> Self:
        """Start `triaged run` and wait until its door is open."""
        door = free_port()
        (folder / "triaged.toml").write_text(CONFIG.format(door=door, sink=sink), "utf-8")
        log = (folder / "log").open("ab")
        command = [sys.executable, "-m", "daemon", "run", "-c", str(folder / "triaged.toml")]
        process = subprocess.Popen(command, stdout=log, stderr=log)
        for _ in range(200):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", door)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return cls(process, door)
        raise RuntimeError((folder / "log").read_text("utf-8"))

    def cpu_seconds(self) -> float:
        """CPU time that the process has used, user and system."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def stop(self) -> None:
        """Ask it to drain and end, by its own pid."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


def mail(number: int, run: str) -> tuple[str, bytes]:
    """Return sender and bytes of an ordinary mail of about 4 KB."""
    sender = f"c{number}-{run}@cust{number % 50}.test"
    head = (
        f"From: Customer {number} <{sender}>\r\nTo: desk@bench.test\r\nSubject: Report page {run} {number}\r\n"
        f"Message-ID: <{run}.{number}@{sender.partition('@')[2]}>\r\nDate: Mon, 03 Nov 2025 10:00:00 +0100\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    )
    return sender, f"{head}Hello, message {number} of {run}.\r\n{TEXT}\r\n".encode()


async def _load(daemon: Daemon, sink: Sink, count: int, run: str) -> tuple[float, float, float]:
    """Send many messages over kept connections; return accepted/s, acknowledged/s and CPU ms a message."""
    numbers = iter(range(count))
    before, begun, cpu = sink.mails, time.perf_counter(), daemon.cpu_seconds()

    async def sender() -> None:
        async with aiosmtplib.SMTP(
            hostname="127.0.0.1", port=daemon.door, start_tls=False, local_hostname="b.test"
        ) as client:
            for number in numbers:
                address, raw = mail(number, run)
                await client.sendmail(address, ["desk@bench.test"], raw)

    await asyncio.gather(*(sender() for _ in range(SENDERS)))
    accepted = time.perf_counter() - begun
    await sink.wait_for(before + 2 * count)
    whole = time.perf_counter() - begun
    return count / accepted, count / whole, 1000 * (daemon.cpu_seconds() - cpu) / count


async def _light(daemon: Daemon, sink: Sink) -> list[float]:
    """Send one by one; return the milliseconds from the final dot's 250 to the acknowledgement at the next server."""
    waits = []
    async with aiosmtplib.SMTP(
        hostname="127.0.0.1", port=daemon.door, start_tls=False, local_hostname="b.test"
    ) as client:
        for number in range(LIGHT):
            address, raw = mail(number, "light")
            before, begun = sink.mails, time.perf_counter()
            await client.sendmail(address, ["desk@bench.test"], raw)
            await sink.wait_for(before + 2)
            waits.append(1000 * (sink.acknowledged[address] - begun))
            await asyncio.sleep(0.01)
    return waits


async def _measure(folder: Path) -> None:
    sink, port = Sink(), free_port()
    mailboxes = await open_sink(port, sink.deliver)
    daemon = await Daemon.start(folder, port)
    try:
        await _load(daemon, sink, 200, "warm")
        waits = sorted(await _light(daemon, sink))
        print(f"light load, sent to acknowledged: p50 {_part(waits, 0.5):.1f} ms, p99 {_part(waits, 0.99):.1f} ms")
        small = await _load(daemon, sink, MESSAGES, "small")
        _print(f"{MESSAGES} messages, {SENDERS} senders", small)
        daemon.stop()
        fill(folder / "triaged.db", GROWN)
        daemon = await Daemon.start(folder, port)
        await _load(daemon, sink, 200, "warm2")
        grown = await _load(daemon, sink, MESSAGES, "grown")
        _print(f"the same with {GROWN} messages stored", grown)
        print(f"growth of the cost: {100 * (grown[2] / small[2] - 1):+.0f} % CPU a message")
    finally:
        daemon.stop()
        mailboxes.close()


def _part(values: list[float], share: float) -> float:
    return values[int(len(values) * share)]


def _print(what: str, figures: tuple[float, float, float]) -> None:
    print(f"{what}: {figures[0]:.0f} accepted/s, {figures[1]:.0f} through the journey/s, {figures[2]:.2f} ms CPU each")


def measure() -> None:
    """Measure the journey and print the figures."""
    with tempfile.TemporaryDirectory(prefix="triaged-bench-") as folder:
        uvloop.run(_measure(Path(folder)))
