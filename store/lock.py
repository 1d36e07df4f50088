"""One process runs on one SQLite store; a second one is told so."""

import fcntl
from pathlib import Path
from typing import IO


class StoreInUse(Exception):  # noqa: N818 - it reads as what is the case
    """Another process runs on this store."""

    def __init__(self, path: Path, holder: str) -> None:
        super().__init__(f"the store {path} is in use" + (f" by process {holder}" if holder else ""))
        self.path = path
        self.holder = holder  # its process id, as far as it is known


class Lock:
    """A lock on `<store>.lock` that ends with the process that holds it, however that ends."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def release(self) -> None:
        """Let the next one in; the file stays, since removing it would race with whoever opens it."""
        self._file.close()


def take(store: Path, pid: int) -> Lock:
    """Take the store for this process.

    Raises:
        StoreInUse: another process has it.
        OSError: the lock file cannot be written.

    """
    path = store.with_name(f"{store.name}.lock")
    file = path.open("a+", encoding="ascii", errors="replace")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read(20).strip()
        file.close()
        raise StoreInUse(store, holder) from None
    file.truncate(0)
    file.write(f"{pid}\n")
    file.flush()
    return Lock(file)
