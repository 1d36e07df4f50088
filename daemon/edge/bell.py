"""Wakes the cranks: a ring only says "look now", and a lost ring costs one sweep."""

import asyncio
from enum import StrEnum


class Stage(StrEnum):
    """The stages that can be woken."""

    PROCESS = "process"
    DELIVER = "deliver"


class Bell:
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
