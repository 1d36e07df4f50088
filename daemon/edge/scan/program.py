"""A program as scanner: the mail on its standard input; 0 is clean, 1 is infected, anything else is a failure."""

import asyncio
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from store.model.message import Safety, Scan

SAID_OCTETS = 4096  # of what it writes


def program_of(command: Sequence[str]) -> Callable[[bytes], Awaitable[Scan]]:
    """Return how a mail is shown to a program; its first line names what was found. Raises OSError."""

    async def ask(raw: bytes) -> Scan:
        child = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, start_new_session=True
        )
        try:
            _, said = await asyncio.gather(_feed(child, raw), _listen(child))
            return _meaning(await child.wait(), said)
        finally:
            if child.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)  # with all that it started
                await child.wait()

    return ask


async def _feed(child: asyncio.subprocess.Process, raw: bytes) -> None:
    if child.stdin is None:
        return
    with suppress(ConnectionError):  # one that has seen enough need not read the rest
        child.stdin.write(raw)
        await child.stdin.drain()
    child.stdin.close()


async def _listen(child: asyncio.subprocess.Process) -> bytes:
    said = b""
    while child.stdout is not None and (some := await child.stdout.read(SAID_OCTETS)):
        said = (said + some)[:SAID_OCTETS]
    return said


def _meaning(status: int, said: bytes) -> Scan:
    words = next(iter(said.decode("utf-8", "replace").splitlines()), "")
    if status == 0:
        return Scan(Safety.CLEAN)
    if status == 1:
        return Scan(Safety.INFECTED, words)
    return Scan(Safety.UNSCANNED, f"the scanner ended with {status}")
