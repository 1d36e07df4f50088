"""The way out by the machine's own mail program, for mail that the relay does not take."""

import asyncio
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Awaitable, Callable
from contextlib import suppress

from daemon.core.mail.clean import clip, one_line
from store.model.outbox import Answer, Delivery, Mail

SECONDS = 60.0
TEMPORARY = 75  # EX_TEMPFAIL of sysexits.h


class Sendmail:
    """Whatever answers to the options of sendmail."""

    def __init__(self, program: str) -> None:
        self._program = program

    async def send(self, mail: Mail, before_dot: Callable[[], Awaitable[bool]]) -> Answer:
        """Hand over one mail; the outcome is the answer, never an exception of the program."""
        if not await before_dot():
            return Answer(Delivery.DEFERRED, "abandoned: somebody else has this mail")
        try:
            program = await asyncio.create_subprocess_exec(
                *(self._program, "-i", "-f", mail.mail_from or "<>", "--", mail.to),
                stdin=PIPE,
                stdout=DEVNULL,
                stderr=PIPE,
            )
        except OSError as error:
            return Answer(Delivery.DEFERRED, f"{self._program}: {error.strerror}")
        try:
            async with asyncio.timeout(SECONDS):
                _, said = await program.communicate(mail.raw.replace(b"\r\n", b"\n"))
        except TimeoutError:
            with suppress(ProcessLookupError):
                program.kill()
            await program.wait()
            return Answer(Delivery.UNCLEAR, f"{self._program} came to no end")
        return _meaning(program.returncode or 0, said)

    async def close(self) -> None:
        """Nothing is open."""


def _meaning(status: int, said: bytes) -> Answer:
    words = clip(one_line(said.decode("utf-8", "replace")), 300)
    if status == 0:
        return Answer(Delivery.ACCEPTED, "250 taken by sendmail")
    return Answer(Delivery.DEFERRED if status == TEMPORARY else Delivery.REFUSED, f"sendmail: {status} {words}")
