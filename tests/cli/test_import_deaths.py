"""`triaged import` when a message ends the process that reads it: it is kept, and all the others are read."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Triaged
from tests.cli.test_import import DAY, THEN, mail, mbox

ROOT = Path(__file__).parents[2]
HARMED = """
import ctypes, os, signal
from daemon.cli import app
from daemon.cli.past import nursery, reader

whole = reader.read

def read(raw, *rest):
    if b"deadly" in raw:
        {harm}
    return whole(raw, *rest)

reader.read = read
nursery.CPU_SECONDS = 0.5
app()
"""
HARMS = {
    "killed, as for want of memory": "os.kill(os.getpid(), signal.SIGKILL)",
    "segmentation fault": "ctypes.string_at(0)",
    "no end": "while True: pass",
}
ONCE = "if not os.path.exists({sign!r}): open({sign!r}, 'w').close(); os.kill(os.getpid(), signal.SIGKILL)"


def harmed(harm: str, desk: Path, *paths: Path) -> "subprocess.CompletedProcess[str]":
    """Run the import with a reader that ends at a message."""
    return subprocess.run(
        [sys.executable, "-c", HARMED.format(harm=harm), "import", "-c", desk, "--json", *paths],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def twelve(folder: Path) -> Path:
    """An mbox of twelve messages; the fifth and the last are deadly."""
    names = ("m1", "m2", "m3", "m4", "deadly-5", "m6", "m7", "m8", "m9", "m10", "m11", "deadly-12")
    return mbox(folder / "old.mbox", *(mail(name, THEN + n * DAY) for n, name in enumerate(names)))


@pytest.mark.slow
@pytest.mark.parametrize("harm", HARMS.values(), ids=list(HARMS))
def test_a_message_that_ends_its_reader_is_kept_unread_and_named(
    triaged: Triaged, new_desk: Path, tmp_path: Path, harm: str
) -> None:
    old = twelve(tmp_path)
    ended = harmed(harm, new_desk, old)
    assert ended.returncode == 0, ended.stderr
    said = json.loads(ended.stdout)
    assert {key: said[key] for key in ("read", "kept", "tickets", "set_aside", "kept_unread", "unreadable")} == {
        "read": 12, "kept": 12, "tickets": 10, "set_aside": 2, "kept_unread": 2, "unreadable": 0,
    }  # fmt: skip
    assert ended.stderr.count("ended the process that read it, so it was kept unread") == 2
    aside = [json.loads(line) for line in triaged("aside", "list", "--json", "-c", new_desk).stdout.splitlines()]
    assert sorted(one["message_id"] for one in aside) == ["deadly-12@x.test", "deadly-5@x.test"]
    assert all("ended the process" in one["why"] for one in aside)
    again = json.loads(triaged("import", "--json", "-c", new_desk, old).stdout)
    assert (again["before"], again["read"]) == (12, 0)


def test_a_reader_that_is_ended_for_another_reason_costs_nothing(
    triaged: Triaged, new_desk: Path, tmp_path: Path
) -> None:
    ended = harmed(ONCE.format(sign=str(tmp_path / "sign")), new_desk, twelve(tmp_path))
    said = json.loads(ended.stdout)
    assert (tmp_path / "sign").exists()
    assert (said["tickets"], said["set_aside"], ended.returncode, ended.stderr) == (12, 0, 0, "")


def test_the_loss_of_what_readers_are_forked_from_is_said(triaged: Triaged, new_desk: Path, tmp_path: Path) -> None:
    ended = harmed(
        "os.kill(os.getppid(), signal.SIGKILL); os.kill(os.getpid(), signal.SIGKILL)", new_desk, twelve(tmp_path)
    )
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert "the same command goes on" in ended.stderr
    assert json.loads(triaged("import", "--json", "-c", new_desk, tmp_path / "old.mbox").stdout)["tickets"] == 12
