"""The side of the daemon: a few reading processes, begun when they are first needed, ended when one of them fails."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from dataclasses import dataclass

from daemon.core.mail.address import Own
from daemon.core.mail.reading import Reading
from daemon.core.settings import Smtp
from daemon.edge.apart.passing import LENGTH, packed, unpacked
from store.model.message import Envelope

AT_ONCE = 2
WAIT_SECONDS = 20.0  # in front of them, well within the lease of a message
ANSWER_OCTETS = 64 << 20


class Busy(Exception):  # noqa: N818 - it reads as what is the case
    """All of them were at work for too long; the message is taken up again later."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one message may take."""

    cpu_seconds: int = 5
    octets: int = 1 << 30  # of address space
    seconds: float = 20.0  # by the clock


class Apart:
    """Reads messages in other processes."""

    def __init__(self, limits: Limits = Limits(), wait_seconds: float = WAIT_SECONDS) -> None:
        self._limits = limits
        self._wait_seconds = wait_seconds
        self._hands = asyncio.Semaphore(AT_ONCE)
        self._idle: list[Process] = []

    async def read(self, raw: bytes, envelope: Envelope, own: Own, smtp: Smtp) -> Reading | str:
        """Return what was read, or why it could not be.

        Raises:
            Busy: there was no turn for it in time.
            OSError: no process could be started.

        """
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._hands.acquire()
        except TimeoutError:
            raise Busy from None
        try:
            return await self._ask(packed((raw, envelope, own, smtp)))
        finally:
            self._hands.release()

    async def close(self) -> None:
        """End them."""
        while self._idle:
            await _end(self._idle.pop())

    async def _ask(self, question: bytes) -> Reading | str:
        child = self._idle.pop() if self._idle else await self._start()
        try:
            async with asyncio.timeout(self._limits.seconds):
                answer = await _exchange(child, question)
        except TimeoutError:
            await _end(child)
            return f"reading it took longer than {self._limits.seconds:g} seconds"
        except (ConnectionError, asyncio.IncompleteReadError):
            return self._death(await _end(child))
        except BaseException:
            await _end(child)
            raise
        self._idle.append(child)
        return answer

    async def _start(self) -> Process:
        limits = self._limits
        command = (sys.executable, "-m", "daemon.edge.apart.child", str(limits.cpu_seconds), str(limits.octets))
        return await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, start_new_session=True
        )

    def _death(self, status: int) -> str:
        if status == -signal.SIGXCPU:
            return f"reading it took more than {self._limits.cpu_seconds} seconds of the processor"
        return f"the process that read it ended with {status}"


async def _exchange(child: Process, question: bytes) -> Reading | str:
    if child.stdin is None or child.stdout is None:
        raise ConnectionResetError
    child.stdin.write(question)
    await child.stdin.drain()
    length = int.from_bytes(await child.stdout.readexactly(LENGTH), "big")
    if length > ANSWER_OCTETS:
        raise ConnectionResetError
    answer = unpacked(await child.stdout.readexactly(length))
    if not isinstance(answer, Reading | str):
        raise ConnectionResetError
    return answer


async def _end(child: Process) -> int:
    if child.returncode is None:
        with suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGKILL)  # child.kill() may take the status of who died, and asyncio tells 255
    return await child.wait()
