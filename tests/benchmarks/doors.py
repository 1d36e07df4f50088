"""How fast the door is beside a stock aiosmtpd that does nothing: one client, both on uvloop, rounds alternating."""

import asyncio
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

import uvloop
from aiosmtpd.smtp import SMTP

from daemon.core.settings import Desk, Smtp
from daemon.edge.smtp import open_door
from store.model.message import Envelope, Receipt
from tests.ports import free_port

MAIL = b"From: a@b.test\r\nSubject: s\r\n\r\n" + (b"x" * 70 + b"\r\n") * 56 + b".\r\n"  # 4 KB
BEGIN = (b"MAIL FROM:<a@b.test>\r\n", b"RCPT TO:<support@hd.test>\r\n", b"DATA\r\n")
DOORS = ("triaged", "stock")
ROUNDS, CONNECTIONS = 5, 16
MAILS = {"kept": 4000, "fresh": 1600}


@dataclass(frozen=True, slots=True)
class Row:
    """What one way of sending came to: mails a second, and CPU microseconds of the server a mail; medians."""

    door: str
    way: str
    rate: float
    cpu: float


class Server:
    """A server in a process of its own."""

    def __init__(self, door: str) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "tests.benchmarks.doors", door, str(self.port)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.cpu_seconds()

    def cpu_seconds(self) -> float:
        """Return the processor time that the server has used."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def end(self) -> None:
        """Stop the server."""
        self._process.terminate()
        self._process.communicate()


def measure() -> list[Row]:
    """Measure both doors in both ways, print a table, and return its rows."""
    taken: dict[tuple[str, str], list[tuple[float, float]]] = {}
    with ExitStack() as stack:
        servers = {door: Server(door) for door in DOORS}
        for server in servers.values():
            stack.callback(server.end)
        for round_number in range(ROUNDS + 1):  # the first one warms up
            for way, send in WAYS.items():
                for door, server in servers.items():
                    figures = _round(server, way, send)
                    if round_number:
                        taken.setdefault((door, way), []).append(figures)
    rows = [
        Row(door, way, statistics.median(f[0] for f in each), statistics.median(f[1] for f in each))
        for (door, way), each in taken.items()
    ]
    _show(rows)
    return rows


def _round(server: Server, way: str, send: Callable[[int, int], Awaitable[None]]) -> tuple[float, float]:
    async def all_at_once() -> None:
        await asyncio.gather(*(send(server.port, MAILS[way] // CONNECTIONS) for _ in range(CONNECTIONS)))

    cpu, start = server.cpu_seconds(), time.perf_counter()
    uvloop.run(all_at_once())
    seconds, cpu = time.perf_counter() - start, server.cpu_seconds() - cpu
    return MAILS[way] / seconds, cpu / MAILS[way] * 1e6


def _show(rows: list[Row]) -> None:
    print(f"{'connections':<14}{'door':<10}{'mails/s':>10}{'CPU us/mail':>14}")
    for row in rows:
        print(f"{row.way:<14}{row.door:<10}{row.rate:>10.0f}{row.cpu:>14.0f}")
    for way in WAYS:
        ours, stock = (next(row for row in rows if (row.door, row.way) == (door, way)) for door in DOORS)
        print(f"{way}: {ours.rate / stock.rate:.1f} times the rate, {stock.cpu / ours.cpu:.1f} times less CPU")


async def _answer(reader: asyncio.StreamReader, code: bytes) -> None:
    while (line := await reader.readline())[3:4] == b"-":
        pass
    assert line.startswith(code), line


async def _one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for command in BEGIN:
        writer.write(command)
        await _answer(reader, b"354" if command is BEGIN[-1] else b"250")
    writer.write(MAIL)
    await _answer(reader, b"250")


async def _connection(port: int, mails: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await _answer(reader, b"220")
    writer.write(b"EHLO c.test\r\n")
    await _answer(reader, b"250")
    for _ in range(mails):
        await _one(reader, writer)
    writer.write(b"QUIT\r\n")
    await _answer(reader, b"221")
    writer.close()


async def _connection_each(port: int, mails: int) -> None:
    for _ in range(mails):
        await _connection(port, 1)


WAYS = {"kept": _connection, "fresh": _connection_each}


class Nothing:
    """A handler that takes all and does nothing."""

    async def handle_DATA(self, *_: object) -> str:  # noqa: N802 - aiosmtpd's name
        """Accept."""
        return "250 OK"


async def _receive(_raw: bytes, _envelope: Envelope) -> Receipt:
    return Receipt("0" * 8, duplicate=False)


async def _serve(door: str, port: int) -> None:
    loop = asyncio.get_running_loop()
    if door == "triaged":
        await open_door(Smtp(listen=f"127.0.0.1:{port}"), Desk(address="support@hd.test"), _receive)
    else:
        await loop.create_server(partial(SMTP, Nothing(), hostname="hd.test", loop=loop), "127.0.0.1", port)
    threading.Thread(target=_tell, daemon=True).start()
    await asyncio.Event().wait()


def _tell() -> None:
    for _ in sys.stdin:
        print(time.process_time(), flush=True)


if __name__ == "__main__":
    if sys.argv[1:]:
        uvloop.run(_serve(sys.argv[1], int(sys.argv[2])))
    else:
        measure()
