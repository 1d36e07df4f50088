"""The dialog with clamd: INSTREAM, as clamd(8) describes it."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import cast

from store.model.message import Safety, Scan

CHUNK = 64 << 10
REPLY_OCTETS = 4096


def clamd_at(address: str) -> Callable[[bytes], Awaitable[Scan]]:
    """Return how a mail is shown to the clamd at `unix:/PATH` or `tcp:HOST:PORT`; it raises OSError for no connection.

    The socket is used bare: clamd stops listening at a mail that is too large for it, and what it says about that can
    be read only where a failed write does not close the connection.
    """

    async def ask(raw: bytes) -> Scan:
        with await _connected(address) as connection:
            try:
                await _send(connection, raw)
                return _meaning(await _reply(connection))
            except ConnectionError:
                return Scan(Safety.UNSCANNED, "the scanner hung up")

    return ask


async def _connected(address: str) -> socket.socket:
    loop = asyncio.get_running_loop()
    kind, _, place = address.partition(":")
    host, _, port = place.rpartition(":")
    family: socket.AddressFamily = socket.AF_UNIX
    where: object = place
    if kind == "tcp":
        found = await loop.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)
        family, where = found[0][0], found[0][4]
    connection = socket.socket(family, socket.SOCK_STREAM)
    connection.setblocking(False)
    try:
        await loop.sock_connect(connection, cast("str", where))
    except BaseException:
        connection.close()
        raise
    return connection


async def _send(connection: socket.socket, raw: bytes) -> None:
    """Send chunks, each after its length in four octets; a length of zero ends them."""
    loop = asyncio.get_running_loop()
    with suppress(ConnectionError):  # what it says of it is still to be read
        await loop.sock_sendall(connection, b"zINSTREAM\0")
        for start in range(0, len(raw), CHUNK):
            chunk = raw[start : start + CHUNK]
            await loop.sock_sendall(connection, len(chunk).to_bytes(4, "big") + chunk)
        await loop.sock_sendall(connection, bytes(4))


async def _reply(connection: socket.socket) -> str:
    said = b""
    while b"\0" not in said and len(said) < REPLY_OCTETS:
        some = await asyncio.get_running_loop().sock_recv(connection, REPLY_OCTETS)
        if not some:
            raise ConnectionResetError
        said += some
    return said.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _meaning(said: str) -> Scan:
    """`stream: OK`, `stream: NAME FOUND`, or words that end in ERROR."""
    words = said.removeprefix("stream:").strip()
    if words == "OK":
        return Scan(Safety.CLEAN)
    if words.endswith(" FOUND"):
        return Scan(Safety.INFECTED, words.removesuffix(" FOUND"))
    return Scan(Safety.UNSCANNED, words or "the scanner said nothing")
