"""A folder that mail is laid into instead of being sent: one file each, complete or not at all."""

import asyncio
import os
import time
from itertools import count
from pathlib import Path

from daemon.edge.relay.meaning import told
from daemon.edge.relay.way import BeforeDot
from store.model.outbox import Answer, Delivery, Mail


class Maildir:
    """A folder that mail is laid into, one file each, complete or not at all (Bernstein's maildir)."""

    _numbers = count(1)

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, mail: Mail, before_dot: BeforeDot) -> Answer:
        """Write, sync, ask, and move into `new`."""
        name = f"{time.time():.6f}.P{os.getpid()}Q{next(self._numbers)}.triaged"
        try:
            await asyncio.to_thread(self._write, name, mail.raw)
            if not await before_dot():
                (self._folder / "tmp" / name).unlink()
                return Answer(Delivery.DEFERRED, "abandoned before the move: somebody else has this mail")
            await asyncio.to_thread(self._publish, name)
        except OSError as error:
            kept = (self._folder / "new" / name).exists()
            return Answer(Delivery.UNCLEAR if kept else Delivery.DEFERRED, told(str(error)))
        return Answer(Delivery.ACCEPTED, f"250 kept as new/{name}")

    async def close(self) -> None:
        """Nothing is open."""

    def _write(self, name: str, raw: bytes) -> None:
        for part in ("tmp", "new", "cur"):
            (self._folder / part).mkdir(parents=True, exist_ok=True)
        with (self._folder / "tmp" / name).open("xb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())

    def _publish(self, name: str) -> None:
        (self._folder / "tmp" / name).rename(self._folder / "new" / name)
        folder = os.open(self._folder / "new", os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
