"""What every way out is asked to do, and how long it may wait for the other side."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from store.model.outbox import Answer, Mail

BeforeDot = Callable[[], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Waits:
    """How long the other side may take, in seconds (RFC 5321 section 4.5.3.2)."""

    connect: float = 30.0
    command: float = 300.0
    dot: float = 600.0  # a server may deliver before it answers; impatience here makes doubles
    idle: float = 60.0  # a connection unused for longer is not used again
    quit: float = 2.0
    shut: float = 20.0  # after a connection could not be opened, until the next one is tried


PATIENT = Waits()  # as the RFC wants it


class Relay(Protocol):
    """Whatever mail leaves by."""

    async def send(self, mail: Mail, before_dot: BeforeDot) -> Answer:
        """Hand over one mail; the outcome is the answer, never an exception of the network."""

    async def close(self) -> None:
        """Say goodbye; no `send` may be under way or follow."""
