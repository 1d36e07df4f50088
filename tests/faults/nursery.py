"""Lives of the daemon, each a fork of one process that has imported all and tried its templates: a start is quick."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Fate:
    """What a life is to suffer; nothing, if nothing is said."""

    harms: tuple[str, ...] = ()  # as `K05:kill@3`
    mutant: str = ""
    hasty: bool = False  # waits of seconds instead of minutes: between attempts, and of leases
    lease_seconds: float = 0.0  # of messages and mails; 0: as shipped
    clock: str = ""  # a file with the seconds by which the clock is off
    steps: str = ""  # a folder of migrations in place of those that ship
    environment: dict[str, str] = field(default_factory=dict)


class Nursery:
    """The process that forks, seen from outside."""

    def __init__(self) -> None:
        root = Path(__file__).parent.parent.parent
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.cradle"], stdin=pipe, stdout=pipe, text=True, cwd=root
        )
        self._lives: set[int] = set()
        self._one_at_a_time = Lock()
        self._answer()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for pid in tuple(self._lives):
            self.kill(pid)
        self._process.communicate()

    def start(self, log: Path, fate: Fate, *arguments: str) -> int:
        """Begin a life, `triaged` with these arguments; returns its process id."""
        pid = int(self._ask({"start": arguments, "log": str(log), "fate": asdict(fate)}))
        self._lives.add(pid)
        return pid

    def ended(self, pid: int, *, wait: bool = False) -> int | None:
        """Return the exit status of a life (a signal's number below zero), None while it goes on."""
        if pid not in self._lives:
            return 0
        status: int | None = self._ask({"pid": pid, "wait": wait})
        if status is not None:
            self._lives.discard(pid)
        return status

    def kill(self, pid: int) -> None:
        """End it without a word (SIGKILL)."""
        if pid in self._lives:
            os.kill(pid, signal.SIGKILL)
            self.ended(pid, wait=True)

    def stop(self, pid: int) -> int | None:
        """Ask it to drain and end; returns its exit status."""
        os.kill(pid, signal.SIGTERM)
        return self.ended(pid, wait=True)

    def _ask(self, order: object) -> Any:
        assert self._process.stdin is not None
        with self._one_at_a_time:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


@dataclass(slots=True)
class Forked:
    """A life without a fate, handled like a `subprocess.Popen`."""

    nursery: Nursery
    pid: int
    returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit status (a signal's number below zero), None while it goes on."""
        if self.returncode is None:
            self.returncode = self.nursery.ended(self.pid)
        return self.returncode

    def wait(self, timeout: float = 60.0) -> int:
        """Wait for the exit status. Raises TimeoutError after so many seconds."""
        until = time.monotonic() + timeout
        while (status := self.poll()) is None:
            if time.monotonic() > until:
                raise TimeoutError(f"process {self.pid} does not end")
            time.sleep(0.01)
        return status

    def send_signal(self, sign: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, sign)

    def terminate(self) -> None:
        """Ask it to drain and end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it without a word."""
        self.send_signal(signal.SIGKILL)
