"""A PostgreSQL server of our own: on loopback, in a temporary folder, ended by its own process id."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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


@contextmanager
def server(binary: Path, fsync: bool = False) -> Iterator[str]:
    """Start a server; gives the URL up to the database's name."""
    folder = Path(tempfile.mkdtemp(prefix="triaged-pg-", dir="/tmp"))
    as_owner: list[str] = []
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, "postgres", "postgres")
        as_owner = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    data, port = folder / "data", free_port()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    subprocess.run(
        [*as_owner, binary / "initdb", "-D", data, "-U", "triaged", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"],
        check=True,
        **quiet,
    )
    durable = "on" if fsync else "off"
    options = f"listen_addresses=127.0.0.1 port={port} unix_socket_directories= fsync={durable}".split()
    process = subprocess.Popen(
        [*as_owner, binary / "postgres", "-D", data, *(part for option in options for part in ("-c", option))], **quiet
    )
    url = f"postgresql://triaged@127.0.0.1:{port}"
    try:
        _await(f"{url}/postgres", process)
        yield url
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait(30)
        shutil.rmtree(folder)


def _await(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("PostgreSQL did not start")
