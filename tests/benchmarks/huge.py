"""What an old mailbox of gigabytes asks of memory: an mbox is made, imported, interrupted on the way, and counted.

Not among the benchmarks that run when none is named: it takes minutes, and twice the size of the mailbox on the disk.
`TRIAGED_HUGE_MB` says how large the mailbox is, 2048 if it says nothing.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from base64 import encodebytes
from email.utils import formatdate
from pathlib import Path
from random import Random

from store.reader import Reader
from tests.benchmarks.importing import POSTMARK, THEN

MEGABYTES = int(os.environ.get("TRIAGED_HUGE_MB", "2048"))
CONFIG = '[desk]\naddress = "support@hd.test"\n[pipeline]\naddress = "pipeline@team.test"\n'
LARGEST = 30_000_000  # octets of the attachment that one in 5000 bears
ENDED_AFTER = (0.1, 0.3, 0.6)  # shares of the messages after which the import is killed or interrupted
SENTENCE = "Since the update the export shows an error, and nobody in the office can send an invoice. "


def measure() -> None:
    """Print what it took, and fail where a message is lost or doubled."""
    with tempfile.TemporaryDirectory(prefix="triaged-huge-") as name:
        folder = Path(name)
        (folder / "triaged.toml").write_text(CONFIG)
        began = time.monotonic()
        many = _mailbox(folder / "old.mbox", MEGABYTES << 20)
        size = (folder / "old.mbox").stat().st_size
        print(f"{many} messages, {size / 1e9:.2f} GB, made in {time.monotonic() - began:.0f} s", flush=True)
        most = first = 0.0
        for run, share in enumerate((*ENDED_AFTER, 2.0)):
            watched = _run(folder, int(many * share), signal.SIGKILL if run % 2 else signal.SIGINT)
            most, first, said = max(most, watched[0]), max(first, watched[1]), watched[2]
        print(f"{'all processes together':28}{most:8.0f} MiB at most, shared pages counted once")
        print(f"{'the first process':28}{first:8.0f} MiB at most")
        print(f"stopped {len(ENDED_AFTER)} times, {time.monotonic() - began:.0f} s in all; the last run: {said}")
        with Reader(f"sqlite:///{folder}/triaged.db") as reader:
            status = reader.status(time.time())
        print(f"received {status.received} of {many}, duplicates {status.duplicates}, set aside {status.set_aside}")
        if (status.received, status.duplicates) != (many, 0):
            raise SystemExit("messages were lost or doubled")


def _mailbox(path: Path, octets: int) -> int:
    dice, number = Random(7), 0
    blob = encodebytes(dice.randbytes(LARGEST // 4 * 3))
    with path.open("wb") as file:
        while file.tell() < octets:
            file.write(_message(number, dice, blob))
            number += 1
    return number


def _message(number: int, dice: Random, blob: bytes) -> bytes:
    """A mail of 9 KB; each third answers the one before, one in ten bears 300 KB, and one in 5000 bears 30 MB."""
    answers = f"In-Reply-To: <{number - 1}@customer.test>\n" if number % 3 == 2 else ""
    size = LARGEST if number % 5000 == 4999 else 300_000 if number % 10 == 0 else 0
    head = (
        f"From: c{(number - (number % 3 == 2)) % 997}@customer.test\nTo: support@hd.test\nSubject: Export {number}\n"
        f"Message-ID: <{number}@customer.test>\nDate: {formatdate(THEN + number * 60)}\n{answers}"
        'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\n\n'
    ).encode()
    text = (SENTENCE * dice.randrange(20, 160)).encode().replace(b". ", b".\n")
    start = dice.randrange(0, 1000) * 77
    parts = b"\n--b\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\n" + blob[start : start + size]
    return POSTMARK + head + text + (parts if size else b"") + b"\n--b--\n\n"


def _run(folder: Path, until: int, sign: signal.Signals) -> tuple[float, float, str]:
    """Import until so many messages are there; returns the most MiB of all and of the first, and its words."""
    command = [sys.executable, "-m", "daemon", "import", "--json", "-c", str(folder / "triaged.toml")]
    process = subprocess.Popen([*command, str(folder / "old.mbox")], stdout=subprocess.PIPE, text=True)
    most = first = 0.0
    while process.poll() is None:
        sizes = [_megabytes(pid) for pid in _family(process.pid)]
        most, first = max(most, sum(sizes)), max(first, sizes[0] if sizes else 0.0)
        if _stored(folder) >= until:
            process.send_signal(sign)
            process.wait()
        time.sleep(1.0)
    said = process.communicate()[0].strip()
    return most, first, " ".join(f"{key} {value}" for key, value in json.loads(said or "{}").items())


def _family(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    except OSError:
        return []
    return [pid, *(one for child in children for one in _family(int(child)))]


def _megabytes(pid: int) -> float:
    """Return the memory of a process, of shared pages its part (PSS)."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


def _stored(folder: Path) -> int:
    try:
        with Reader(f"sqlite:///{folder}/triaged.db") as reader:
            return reader.status(time.time()).received
    except Exception:  # it is not made yet
        return 0
