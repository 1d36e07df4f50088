"""A scanner that may hang or be away: asked within a time limit, and left alone for a while after it did not answer."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from daemon.core.mail.clean import clip, one_line
from daemon.core.settings import Scanning
from daemon.edge.scan.clamd import clamd_at
from daemon.edge.scan.program import program_of
from store.model.message import Safety, Scan

AT_ONCE = 4
REST_SECONDS = 15.0  # without a question to a scanner that did not answer, so that no message waits for it in vain
WORD_LETTERS = 120

Ask = Callable[[bytes], Awaitable[Scan]]


class Scanner(Protocol):
    """Whatever says of a mail whether it is infected."""

    async def scan(self, raw: bytes) -> Scan:
        """Look at a mail as it came; never raises, and takes no longer than it may."""
        ...


class Patient:
    """Asks a few at a time, each within a limit; whatever goes wrong is an answer."""

    def __init__(self, ask: Ask, seconds: float) -> None:
        self._ask = ask
        self._seconds = seconds
        self._hands = asyncio.Semaphore(AT_ONCE)
        self._rests_until = 0.0
        self._why = ""

    async def scan(self, raw: bytes) -> Scan:
        """Look at a mail, in its turn."""
        async with self._hands:
            if time.monotonic() < self._rests_until:
                return Scan(Safety.UNSCANNED, self._why)
            try:
                async with asyncio.timeout(self._seconds):
                    found = await self._ask(raw)
            except TimeoutError:
                return self._rest(f"the scanner took longer than {self._seconds:g} seconds")
            except (OSError, EOFError) as error:
                return self._rest(f"the scanner is away: {getattr(error, 'strerror', None) or type(error).__name__}")
        return Scan(found.safety, clip(one_line(found.words), WORD_LETTERS))

    def _rest(self, why: str) -> Scan:
        self._rests_until, self._why = time.monotonic() + REST_SECONDS, clip(one_line(why), WORD_LETTERS)
        return Scan(Safety.UNSCANNED, self._why)


class Both:
    """Two scanners that look one after the other; a mail is clean where each of them says so."""

    def __init__(self, first: Scanner, second: Scanner) -> None:
        self._scanners = first, second

    async def scan(self, raw: bytes) -> Scan:
        """Look at a mail; what one of them finds counts more than that the other could not look."""
        found = [await one.scan(raw) for one in self._scanners]
        return min(found, key=lambda scan: (Safety.INFECTED, Safety.UNSCANNED, Safety.CLEAN).index(scan.safety))


def open_scanner(settings: Scanning) -> Scanner | None:
    """Return the scanner that the settings name, None where they name none."""
    asks = [*([clamd_at(settings.clamd)] if settings.clamd else []), *_programs(settings)]
    named = [Patient(ask, settings.seconds) for ask in asks]
    return Both(*named) if len(named) > 1 else next(iter(named), None)


def _programs(settings: Scanning) -> list[Ask]:
    return [program_of(settings.command)] if settings.command else []
