"""A stream of mail that does not let up: what is accepted, what is answered meanwhile, and how long the first wait.

Each sender sends the next mail as soon as it hears 250. TRIAGED_BENCH_SECONDS is how long they do (20).
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import uvloop
from sqlalchemy import func, select

from store.reader import Reader
from store.schema import message
from tests.benchmarks.journey import CONFIG, Sink, mail
from tests.child import Child
from tests.ports import free_port
from tests.sink import open_sink

SENDERS = (16, 64, 256)
SECONDS = float(os.environ.get("TRIAGED_BENCH_SECONDS", "20"))
AFTER_SECONDS = 10.0  # for which the work goes on when nobody sends any more


@dataclass
class Stream:
    """The senders, and what they heard."""

    door: int
    run: str
    until: float  # by the performance counter
    waits: list[float] = field(default_factory=list)  # seconds from the content to its 250
    _numbers: Iterator[int] = field(default_factory=lambda: iter(range(10_000_000)))

    async def send(self) -> None:
        """Send one mail after the other over one connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.door)
        await reader.readline()
        writer.write(b"EHLO b.test\r\n")
        while (await reader.readline())[3:4] == b"-":
            pass
        while time.perf_counter() < self.until:
            sender, raw = mail(next(self._numbers), self.run)
            writer.write(f"MAIL FROM:<{sender}>\r\nRCPT TO:<desk@bench.test>\r\nDATA\r\n".encode())
            for _ in range(3):
                await reader.readline()
            begun = time.perf_counter()
            writer.write(raw.replace(b"\r\n.", b"\r\n..") + b".\r\n")
            answer = await reader.readline()
            if not answer.startswith(b"250"):
                raise RuntimeError(f"refused: {answer!r}")
            self.waits.append(time.perf_counter() - begun)
        writer.close()


def _oldest(url: str) -> float:
    """Return for how many seconds the oldest message waits that is not worked yet."""
    waiting = select(func.min(message.c.received_at)).where(message.c.outcome.is_(None))
    with Reader(url) as reader:
        since = reader.ask(lambda connection: connection.scalar(waiting))
    return time.time() - since if since else 0.0


async def _measure(folder: Path, senders: int) -> None:
    sink, port = Sink(), free_port()
    mailboxes = await open_sink(port, sink.deliver)
    child = await Child.start(folder, CONFIG.replace("{sink}", str(port)))
    try:
        stream = Stream(child.door, f"of{senders}", time.perf_counter() + SECONDS)
        await asyncio.gather(*(stream.send() for _ in range(senders)))
        meanwhile = len(sink.acknowledged)
        oldest = _oldest(f"sqlite:///{folder / 'triaged.db'}")
        await asyncio.sleep(AFTER_SECONDS)
        after = len(sink.acknowledged) - meanwhile
    finally:
        child.kill()
        mailboxes.close()
    waits = sorted(stream.waits)
    middle, last = (1000 * waits[int(len(waits) * share)] for share in (0.5, 0.99))
    accepted, answered = len(waits) / SECONDS, meanwhile / SECONDS
    print(
        f"{senders:7}{accepted:12.0f}{middle:9.0f}{last:9.0f}{answered:13.0f}{oldest:10.1f}"
        f"{after / AFTER_SECONDS:12.0f}",
        flush=True,
    )


def measure() -> None:
    """Measure and print a line for each number of senders."""
    print(f"{SECONDS:.0f} s without a pause, one process on SQLite; load of the machine: {os.getloadavg()[0]:.1f}")
    print("senders  accepted/s  250 p50  p99 ms  acks/s then  oldest s  acks/s after")
    for senders in SENDERS:
        with tempfile.TemporaryDirectory(prefix="triaged-bench-") as folder:
            uvloop.run(_measure(Path(folder), senders))
