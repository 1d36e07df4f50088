"""A real daemon process with a configuration of its own, for whoever measures it or does it harm."""

import asyncio
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.faults.nursery import Fate, Forked, Nursery
from tests.ports import free_port

DOOR = "{door}"  # stands in a configuration for the port of the daemon's door


@dataclass(frozen=True)
class Child:
    """`triaged run`, in a folder of its own; everything is sent to it by its own process id."""

    process: subprocess.Popen[bytes] | Forked
    door: int

    @classmethod
    async def start(
        cls,
        folder: Path,
        configuration: str,
        module: str = "daemon",
        role: str = "all",
        door: int = 0,
        nursery: Nursery | None = None,
    ) -> Self:
        """Start the daemon, or another module that ends in it, and wait until its door is open or its work begins.

        Where there is a nursery it is forked from that: for who starts many of them.

        Raises:
            RuntimeError: it ended, or did not begin within a minute; with what it said.

        """
        door = door or free_port()
        (folder / "triaged.toml").write_text(configuration.replace(DOOR, str(door)), "utf-8")
        words = ("run", "-c", str(folder / "triaged.toml"), "--role", role)
        process: subprocess.Popen[bytes] | Forked
        with (folder / "log").open("ab") as log:
            said = log.tell()
            if nursery:
                process = Forked(nursery, nursery.start(folder / "log", Fate(), *words))
            else:
                process = subprocess.Popen([sys.executable, "-m", module, *words], stdout=log, stderr=log)
        for _ in range(1200):
            if role == "all" and await _opens(door):
                return cls(process, door)
            if role != "all" and f"role={role}" in (folder / "log").read_text("utf-8")[said:]:
                return cls(process, door)
            if process.poll() is not None:
                break
            await asyncio.sleep(0.05)
        process.kill()
        process.wait()
        raise RuntimeError((folder / "log").read_text("utf-8"))

    def stop(self) -> None:
        """Ask it to drain and end."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)

    def kill(self) -> None:
        """End it without a word (SIGKILL)."""
        self.process.kill()
        self.process.wait()


async def _opens(door: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", door)
    except OSError:
        return False
    writer.close()
    return True
