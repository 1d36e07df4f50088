"""How far one machine goes: one process on SQLite, four on PostgreSQL and Redis, a crowd at the door, a large store.

Settings come by the environment: TRIAGED_BENCH_STORED is how many messages the large store holds (1000000; 0 leaves it
out), TRIAGED_BENCH_STORE a file for it that is filled once and kept, TRIAGED_BENCH_DATABASES which databases are grown
(sqlite, or "sqlite postgresql").
"""

import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import uvloop

from store.migrate import migrate
from tests.benchmarks.filling import fill
from tests.benchmarks.journey import CONFIG, TICKS, Sink, mail
from tests.child import Child
from tests.ports import free_port
from tests.redis import RedisServer
from tests.sink import open_sink
from tests.store import postgres

MESSAGES, WARM, SENDERS = 2000, 300, 64
ROUNDS, A_ROUND = 5, 600  # of the comparison of a small store with a large one; the first round is not counted
STORED = int(os.environ.get("TRIAGED_BENCH_STORED", "1000000"))
KEPT = os.environ.get("TRIAGED_BENCH_STORE")
GROWN = os.environ.get("TRIAGED_BENCH_DATABASES", "sqlite").split()
SHARED = """
[store]
url = "{store}"
[bell]
redis = "{redis}"
"""


@dataclass(frozen=True, slots=True)
class Run:
    """What a load came to: messages a second, and milliseconds of processor time a message."""

    accepted: float
    through: float
    cpu: float  # of all our processes
    database: float = 0.0  # of the database server

    @property
    def whole(self) -> float:
        return self.cpu + self.database


@dataclass(frozen=True, slots=True)
class Servers:
    """What several processes share."""

    database: postgres.Server
    redis: RedisServer

    def cpu_seconds(self) -> float:
        """Return the processor time of the database server: of those connections that are open, and of those gone."""
        server = self.database.process
        if server is None:
            return 0.0
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text("ascii").split()
        return sum(_seconds(int(pid)) for pid in (server.pid, *children))


def _seconds(pid: int) -> float:
    """Return the processor time of a process, user and system, and of its children that have ended; 0 if it has."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return sum(map(int, fields[11:15])) / TICKS


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


@dataclass(frozen=True, slots=True)
class Desk:
    """The processes of a desk, and everybody's mailbox."""

    processes: list[Child]
    sink: Sink
    servers: Servers | None = None

    def cpu_seconds(self) -> tuple[float, float]:
        """Return the processor time of our processes, and of the database server."""
        ours = sum(_seconds(one.process.pid) for one in self.processes)
        return ours, self.servers.cpu_seconds() if self.servers else 0.0

    async def load(self, run: str, count: int = MESSAGES, *, worked: bool = True) -> Run:
        """Send from 64 senders at once, and wait for both mails that each message brings about."""
        doors = sorted({one.door for one in self.processes if one.door})
        before, begun, (ours, database) = self.sink.mails, time.perf_counter(), self.cpu_seconds()
        shares = [list(range(n, count, SENDERS)) for n in range(SENDERS)]
        await asyncio.gather(*(_send(doors[n % len(doors)], share, run) for n, share in enumerate(shares)))
        accepted = time.perf_counter() - begun
        if worked:
            await self.sink.wait_for(before + 2 * count, 300)
        through = time.perf_counter() - begun
        ours_now, database_now = self.cpu_seconds()
        each = (1000 * (ours_now - ours) / count, 1000 * (database_now - database) / count)
        return Run(count / accepted, count / through if worked else 0.0, *each)


@dataclass(frozen=True, slots=True)
class Bench:
    """Where desks are opened: a folder, and everybody's mailbox on a port."""

    folder: Path
    sink: Sink
    port: int

    @asynccontextmanager
    async def one(self, name: str, role: str = "all", store: Path | None = None) -> AsyncIterator[Desk]:
        """Open a desk of one process on SQLite."""
        words = CONFIG.replace("{sink}", str(self.port)) + (f'[store]\nurl = "sqlite:///{store}"\n' if store else "")
        child = await Child.start(self._place(name), words, role=role)
        try:
            yield Desk([child], self.sink)
        finally:
            child.stop()

    @asynccontextmanager
    async def four(self, name: str, store: str, servers: Servers) -> AsyncIterator[Desk]:
        """Open a desk of two doors on one port, and two workers."""
        shared = SHARED.format(store=store, redis=servers.redis.url)
        words = CONFIG.replace("{sink}", str(self.port)).replace("[smtp]", "[smtp]\nshare_port = true") + shared
        place, door = self._place(name), free_port()
        children: list[Child] = []
        try:
            for role in ("intake", "intake", "worker", "worker"):
                child = await Child.start(place, words, role=role, door=door)
                children.append(child)
            yield Desk(children, self.sink, servers)
        finally:
            for child in children:
                child.stop()

    def _place(self, name: str) -> Path:
        (self.folder / name).mkdir()
        return self.folder / name


@contextmanager
def open_servers() -> Iterator[Servers]:
    """Start a PostgreSQL that syncs to the disk, and a Redis."""
    binary = postgres.binaries()
    if binary is None:
        raise SystemExit(postgres.HOW_TO_GET_IT)
    redis = RedisServer(free_port())
    with postgres.running(binary, fsync=True) as database:
        redis.start()
        try:
            yield Servers(database, redis)
        finally:
            redis.stop()


def _print(what: str, run: Run) -> None:
    through = f"{run.through:10.0f}" if run.through else f"{'':10}"
    print(f"{what:44}{run.accepted:10.0f}{through}{run.cpu:10.2f}{run.database:10.2f}", flush=True)


async def _measure(folder: Path) -> None:
    bench = Bench(folder, Sink(), free_port())
    mailboxes = await open_sink(bench.port, bench.sink.deliver)
    print(f"{os.cpu_count()} cores for everything, {SENDERS} senders; load of the machine: {os.getloadavg()[0]:.1f}")
    print(f"{'':44}{'accepted/s':>10}{'through/s':>10}{'CPU ms':>10}{'database':>10}")
    async with bench.one("door", "intake") as door:
        await door.load("warm", WARM, worked=False)
        _print("SQLite, the door alone", await door.load("door", worked=False))
    async with bench.one("one") as one:
        await one.load("warm", WARM)
        _print("SQLite, one process", await one.load("one"))
    with open_servers() as servers:
        async with bench.four("four", servers.database.create("bench"), servers) as four:
            await four.load("warm", WARM)
            _print("PostgreSQL and Redis, 2 intake, 2 workers", await four.load("four"))
        if STORED and "postgresql" in GROWN:
            few, many = servers.database.create("few"), servers.database.create("many")
            _filled(many)
            async with bench.four("few4", few, servers) as small, bench.four("many4", many, servers) as large:
                await _compare("PostgreSQL", small, large)
    if STORED and "sqlite" in GROWN:
        kept = Path(KEPT).absolute() if KEPT else folder / "large.db"
        _filled(f"sqlite:///{kept}", new=not kept.exists())
        async with bench.one("few") as small, bench.one("many", store=kept) as large:
            await _compare("SQLite", small, large)
    mailboxes.close()


def _filled(url: str, *, new: bool = True) -> None:
    if new:
        begun = time.perf_counter()
        migrate(url)
        fill(url, STORED)
        print(f"{STORED} messages made in {time.perf_counter() - begun:.0f} s", flush=True)


async def _compare(kind: str, small: Desk, large: Desk) -> None:
    """Measure with few and with very many messages stored, in turns, so that a busy machine disturbs both alike."""
    runs: dict[str, list[Run]] = {"few": [], "many": []}
    for turn in range(ROUNDS):
        for name, desk in (("few", small), ("many", large)):
            runs[name].append(await desk.load(f"{name}{turn}-{os.getpid()}", A_ROUND))
    few, many = (_middle(runs[name][1:]) for name in ("few", "many"))
    _print(f"{kind}, few messages stored", few)
    _print(f"{kind}, {STORED} messages stored", many)
    print(f"{kind}: growth of the cost {100 * (many.whole / few.whole - 1):+.0f} % CPU a message", flush=True)


def _middle(runs: list[Run]) -> Run:
    """Return the run whose cost is the middle one, with the mean of the two middle costs."""
    ordered = sorted(runs, key=lambda run: run.whole)
    one, other = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    return replace(one, cpu=(one.cpu + other.cpu) / 2, database=(one.database + other.database) / 2)


def measure() -> None:
    """Measure and print a table; a million messages take some minutes to make, and 6 GB of disk."""
    folder = Path(tempfile.mkdtemp(prefix="triaged-bench-"))
    try:
        uvloop.run(_measure(folder))
    finally:
        shutil.rmtree(folder)
