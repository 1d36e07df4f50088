"""How far one machine goes: one process on SQLite, four on PostgreSQL and Redis, a crowd at the door, a large store."""

import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import uvloop

from tests.benchmarks.filling import fill
from tests.benchmarks.journey import CONFIG, TICKS, Sink, mail
from tests.child import Child
from tests.ports import free_port
from tests.redis import RedisServer
from tests.sink import open_sink
from tests.store import postgres

MESSAGES, SENDERS = 2000, 64
STORED, AT_ONCE = 1_000_000, 50_000
SHARED = """
[store]
url = "{store}"
[bell]
redis = "{redis}"
"""


@dataclass(frozen=True, slots=True)
class Run:
    """What a load came to: messages a second, and milliseconds of processor time a message of all our processes."""

    accepted: float
    through: float
    cpu: float


def cpu_seconds(processes: list[Child]) -> float:
    """Return the processor time that they have used, user and system."""
    stats = (Path(f"/proc/{one.process.pid}/stat").read_text("ascii").rpartition(")")[2].split() for one in processes)
    return sum(int(fields[11]) + int(fields[12]) for fields in stats) / TICKS


async def _send(door: int, numbers: list[int], run: str) -> None:
    """Send over one connection, as a server with PIPELINING does (RFC 2920)."""
    reader, writer = await asyncio.open_connection("127.0.0.1", door)
    await reader.readline()
    writer.write(b"EHLO b.test\r\n")
    while (await reader.readline())[3:4] == b"-":
        pass
    for number in numbers:
        sender, raw = mail(number, run)
        writer.write(f"MAIL FROM:<{sender}>\r\nRCPT TO:<desk@bench.test>\r\nDATA\r\n".encode())
        answers = [await reader.readline() for _ in range(3)]
        writer.write(raw.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        answers.append(await reader.readline())
        if [answer[:3] for answer in answers] != [b"250", b"250", b"354", b"250"]:
            raise RuntimeError(f"refused: {answers}")
    writer.close()


async def load(processes: list[Child], sink: Sink, run: str, count: int = MESSAGES, *, worked: bool = True) -> Run:
    """Send from 64 senders at once, and wait for both mails that each message brings about."""
    doors = sorted({one.door for one in processes if one.door})
    before, begun, cpu = sink.mails, time.perf_counter(), cpu_seconds(processes)
    shares = [list(range(n, count, SENDERS)) for n in range(SENDERS)]
    await asyncio.gather(*(_send(doors[n % len(doors)], share, run) for n, share in enumerate(shares)))
    accepted = time.perf_counter() - begun
    if worked:
        await sink.wait_for(before + 2 * count, 300)
    through = time.perf_counter() - begun
    return Run(count / accepted, count / through, 1000 * (cpu_seconds(processes) - cpu) / count)


@asynccontextmanager
async def on_sqlite(folder: Path, sink: int, role: str = "all") -> AsyncIterator[list[Child]]:
    """One process."""
    child = await Child.start(folder, CONFIG.replace("{sink}", str(sink)), role=role)
    try:
        yield [child]
    finally:
        child.stop()


@asynccontextmanager
async def on_servers(folder: Path, sink: int, store: str, redis: str) -> AsyncIterator[list[Child]]:
    """Two doors on one port, and two workers."""
    shared = SHARED.format(store=store, redis=redis)
    words = CONFIG.replace("{sink}", str(sink)).replace("[smtp]", "[smtp]\nshare_port = true") + shared
    door = free_port()
    children: list[Child] = []
    try:
        for role in ("intake", "intake", "worker", "worker"):
            child = await Child.start(folder, words, role=role, door=door)
            children.append(child)
        yield children
    finally:
        for child in children:
            child.stop()


@contextmanager
def servers():  # type: ignore[no-untyped-def]
    """Give the URLs of a PostgreSQL that syncs to the disk, and of a Redis."""
    binary = postgres.binaries()
    if binary is None:
        raise SystemExit(postgres.HOW_TO_GET_IT)
    redis = RedisServer(free_port())
    with postgres.server(binary, fsync=True) as url:
        redis.start()
        try:
            with psycopg.connect(f"{url}/postgres", autocommit=True) as connection:
                connection.execute("CREATE DATABASE bench")
            yield f"{url}/bench", redis.url
        finally:
            redis.stop()


def _print(what: str, run: Run) -> None:
    print(f"{what}: {run.accepted:.0f} accepted/s, {run.through:.0f} through/s, {run.cpu:.2f} ms CPU each", flush=True)


def _folder(parent: Path, name: str) -> Path:
    (parent / name).mkdir()
    return parent / name


async def _measure(parent: Path) -> None:
    sink, port = Sink(), free_port()
    mailboxes = await open_sink(port, sink.deliver)
    print(f"{os.cpu_count()} cores for everything, load of the machine before: {os.getloadavg()[0]:.1f}")
    async with on_sqlite(_folder(parent, "door"), port, "intake") as door:
        await load(door, sink, "warm", 300, worked=False)
        _print(f"SQLite, doors only, {SENDERS} senders", await load(door, sink, "door", worked=False))
    async with on_sqlite(_folder(parent, "one"), port) as one:
        await load(one, sink, "warm", 300)
        _print(f"SQLite, one process, {SENDERS} senders", await load(one, sink, "one"))
    with servers() as (store, redis):
        async with on_servers(_folder(parent, "many"), port, store, redis) as many:
            await load(many, sink, "warm", 300)
            _print("PostgreSQL and Redis, 2 intake and 2 workers", await load(many, sink, "many"))
    await _growing(_folder(parent, "grown"), port, sink)
    mailboxes.close()


async def _growing(folder: Path, port: int, sink: Sink) -> None:
    """Measure with few and with very many messages stored, in turns, so that a busy machine disturbs both alike."""
    kept = os.environ.get("TRIAGED_BENCH_STORE")  # filled already
    few, grown = _folder(folder, "few"), Path(kept).parent if kept else _folder(folder, "many")
    if not kept:
        async with on_sqlite(grown, port):
            pass
        for _ in range(STORED // AT_ONCE):
            fill(grown / "triaged.db", AT_ONCE)
    async with on_sqlite(few, port) as small, on_sqlite(grown, port) as large:
        runs: dict[str, list[Run]] = {"few": [], "many": []}
        for turn in range(4):
            for name, processes in (("few", small), ("many", large)):
                runs[name].append(await load(processes, sink, f"{name}{turn}-{os.getpid()}", 600))
    few_cpu, many_cpu = (sorted(run.cpu for run in runs[name][1:])[1] for name in ("few", "many"))
    print(f"few messages stored: {few_cpu:.2f} ms CPU a message; {STORED}: {many_cpu:.2f} ms", end="")
    print(f"; growth {100 * (many_cpu / few_cpu - 1):+.0f} %")


def measure() -> None:
    """Measure and print the figures; a million messages take some minutes to make, and 6 GB of disk."""
    folder = Path(tempfile.mkdtemp(prefix="triaged-bench-"))
    try:
        uvloop.run(_measure(folder))
    finally:
        shutil.rmtree(folder)
