"""The whole journey: a real daemon process, real SMTP in and out, from the final dot to the acknowledgement."""

import asyncio
import os
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import aiosmtplib
import uvloop

from tests.benchmarks.filling import fill
from tests.child import Child
from tests.ports import free_port
from tests.sink import open_sink

MESSAGES = 2000
SENDERS = 16
BURST = 64  # senders at once, of whom each is to hear 250 soon
LIGHT = 200  # messages sent one by one
GROWN = 50_000
TICKS = os.sysconf("SC_CLK_TCK")
WORDS = """Hello,

since our last order the report page shows us the figures of the old month, whatever we choose.
We looked at it in two browsers and on the phone, and it is the same for all three of us here.
The customer number is {number}. Is there a setting for that, or do we have to wait until the next
month begins? Our accountant would like to have the list by the end of the week, so it is not in a
great hurry, but it would be good to know.

Many thanks and kind regards
Chris Tomer

--\x20
Tomer & Daughters, 12 Harbour Street
phone 0123 456 789 - www.tomer.example
"""
MAIL = (
    "Received: from mail.{host} (mail.{host} [192.0.2.7])\r\n\tby mx.bench.test (Postfix) with ESMTPS id 4F1A2B3C4D\r\n"
    "\tfor <desk@bench.test>; Mon,  3 Nov 2025 10:00:02 +0100 (CET)\r\n"
    "Received: from [10.0.0.4] (client.{host} [198.51.100.9])\r\n\tby mail.{host} with ESMTPSA id 9A8B7C6D5E\r\n"
    "\tfor <desk@bench.test>; Mon,  3 Nov 2025 10:00:01 +0100 (CET)\r\n"
    "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={host}; s=mail; t=1762160400;\r\n"
    "\tbh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; h=From:To:Subject:Date:Message-ID;\r\n"
    "\tb=" + "dGhpcyBpcyBubyBzaWduYXR1cmUgYXQgYWxs" * 8 + "\r\n"
    "From: Customer {number} <{sender}>\r\nTo: desk@bench.test\r\nSubject: Report page {run} {number}\r\n"
    "Message-ID: <{run}.{number}@{host}>\r\nDate: Mon, 03 Nov 2025 10:00:00 +0100\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/alternative; boundary="=-part"\r\n\r\n'
    "--=-part\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    + WORDS.replace("\n", "\r\n")
    + "\r\n--=-part\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    + '<html><body style="font-family:sans-serif">'
    + "".join(f"<p>{line}</p>\r\n" for line in WORDS.splitlines() if line)
    + "</body></html>\r\n--=-part--\r\n"
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


async def _start(folder: Path, sink: int) -> Child:
    return await Child.start(folder, CONFIG.replace("{sink}", str(sink)))


def _cpu_seconds(daemon: Child) -> float:
    """CPU time that the process has used, user and system."""
    fields = Path(f"/proc/{daemon.process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def mail(number: int, run: str) -> tuple[str, bytes]:
    """Return sender and bytes of an ordinary mail of about 4 KB: two hops, a signature, a text and the same as HTML."""
    sender = f"c{number}-{run}@cust{number % 50}.test"
    return sender, MAIL.format(number=number, run=run, sender=sender, host=sender.partition("@")[2]).encode()


async def _load(daemon: Child, sink: Sink, count: int, run: str, senders: int = SENDERS) -> tuple[float, float, float]:
    """Send many messages over kept connections; return accepted/s, acknowledged/s and CPU ms a message."""
    numbers = iter(range(count))
    before, begun, cpu = sink.mails, time.perf_counter(), _cpu_seconds(daemon)

    async def sender() -> None:
        async with aiosmtplib.SMTP(
            hostname="127.0.0.1", port=daemon.door, start_tls=False, local_hostname="b.test"
        ) as client:
            for number in numbers:
                address, raw = mail(number, run)
                await client.sendmail(address, ["desk@bench.test"], raw)

    await asyncio.gather(*(sender() for _ in range(senders)))
    accepted = time.perf_counter() - begun
    await sink.wait_for(before + 2 * count)
    whole = time.perf_counter() - begun
    return count / accepted, count / whole, 1000 * (_cpu_seconds(daemon) - cpu) / count


async def _light(daemon: Child, sink: Sink) -> list[float]:
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
    daemon = await _start(folder, port)
    try:
        await _load(daemon, sink, 200, "warm")
        waits = sorted(await _light(daemon, sink))
        print(f"light load, sent to acknowledged: p50 {_part(waits, 0.5):.1f} ms, p99 {_part(waits, 0.99):.1f} ms")
        small = await _load(daemon, sink, MESSAGES, "small")
        _print(f"{MESSAGES} messages, {SENDERS} senders", small)
        _print(f"{MESSAGES} messages, {BURST} senders", await _load(daemon, sink, MESSAGES, "burst", BURST))
        daemon.stop()
        fill(folder / "triaged.db", GROWN)
        daemon = await _start(folder, port)
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
