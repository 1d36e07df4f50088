"""What a bell is, and the one within a process."""

import asyncio
from enum import StrEnum
from typing import Protocol


class Stage(StrEnum):
    """The stages that can be woken."""

    PROCESS = "process"
    DELIVER = "deliver"


class Bell(Protocol):
    """Wakes whoever works a stage; may lose a ring, and never makes anybody wait."""

    def ring(self, stage: Stage) -> None:
        """Say that there is work for this stage."""

    async def listen(self, stage: Stage, seconds: float) -> None:
        """Wait for the next ring, `seconds` at most; a ring that came before is not missed."""

    async def close(self) -> None:
        """Ring and listen no more."""


class Here:
    """A bell within one process."""

    def __init__(self) -> None:
        self._rung = {stage: asyncio.Event() for stage in Stage}

    def ring(self, stage: Stage) -> None:
        """Say that there is work for this stage."""
        self._rung[stage].set()

    async def listen(self, stage: Stage, seconds: float) -> None:
        """Wait for the next ring, `seconds` at most; a ring that came before is not missed."""
        try:
            await asyncio.wait_for(self._rung[stage].wait(), seconds)
        except TimeoutError:
            return
        finally:
            self._rung[stage].clear()

    async def close(self) -> None:
        """Nothing is open."""
