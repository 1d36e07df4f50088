"""A PostgreSQL server of our own: on loopback, in a temporary folder, ended by its own process id."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.ports import free_port

HOW_TO_GET_IT = "PostgreSQL is not on this machine: apt-get install postgresql"


def binaries() -> Path | None:
    """Return the folder of the newest server's binaries."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    if found:
        return found[-1].parent
    on_path = shutil.which("postgres")
    return Path(on_path).parent if on_path else None


@dataclass
class Server:
    """A server that may be restarted as by a crash."""

    url: str  # up to the database's name
    command: Sequence[str | Path]
    folder: Path
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start, and wait until it answers."""
        self.process = subprocess.Popen(self.command, **_quiet(self.folder))
        _await(f"{self.url}/postgres", self.process)

    def stop(self) -> None:
        """Stop at once, as by a crash: what was committed is found again in its log."""
        if self.process:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(30)
            self.process = None

    def create(self, name: str) -> str:
        """Make a database; returns its URL."""
        with psycopg.connect(f"{self.url}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"{self.url}/{name}"


@contextmanager
def running(binary: Path, fsync: bool = False) -> Iterator[Server]:
    """Start a server of our own."""
    folder = Path(tempfile.mkdtemp(prefix="triaged-pg-", dir="/tmp"))
    as_owner: list[str] = []
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, "postgres", "postgres")
        as_owner = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    data, port = folder / "data", free_port()
    subprocess.run(
        [*as_owner, binary / "initdb", "-D", data, "-U", "triaged", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"],
        check=True,
        **_quiet(folder),
    )
    durable = "on" if fsync else "off"
    options = f"listen_addresses=127.0.0.1 port={port} unix_socket_directories= fsync={durable}".split()
    words = [*as_owner, binary / "postgres", "-D", data, *(part for option in options for part in ("-c", option))]
    one = Server(f"postgresql://triaged@127.0.0.1:{port}", words, folder)
    try:
        one.start()
        yield one
    finally:
        one.stop()
        shutil.rmtree(folder)


@contextmanager
def server(binary: Path, fsync: bool = False) -> Iterator[str]:
    """Start a server; gives the URL up to the database's name."""
    with running(binary, fsync) as one:
        yield one.url


def _quiet(folder: Path) -> dict[str, Any]:
    return {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}


def _await(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("PostgreSQL did not start")
