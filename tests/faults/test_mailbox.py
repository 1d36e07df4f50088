"""Whatever happens to a mailbox and its reader, each message in it becomes ours once."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.edge.dovecot import dovecot
from tests.edge.mailroom import box, letter, needs_dovecot
from tests.faults.mailbox import RESTARTS, Trouble

pytestmark = [
    *needs_dovecot,
    pytest.mark.slow,
    pytest.mark.filterwarnings(  # imaplib leaves its socket open where a server goes away while greeting
        "ignore:Exception ignored in. <(ssl.SSLSocket|socket.socket):pytest.PytestUnraisableExceptionWarning"
    ),
]


async def test_each_message_is_kept_once_through_restarts_cuts_kills_and_other_programs(tmp_path: Path) -> None:
    came = await Trouble(tmp_path, messages=1000, seconds=12, restart_seconds=2.0, seed=1).run()
    assert (came.lost, came.twice, came.left) == (0, 0, 0), came
    assert came.kept == came.delivered == 1000
    assert came.restarts >= RESTARTS, came
    assert came.kills >= 3, came
    assert came.cuts >= 3, came


@pytest.mark.timeout(300)
def test_large_messages_are_read_in_bounded_memory(tmp_path: Path) -> None:
    with dovecot() as server:
        with server.person("desk") as somebody:
            somebody.create("Sales")
        large = "x" * 76 + "\r\n"
        for number in range(6):
            folder = "INBOX" if number % 2 else "Sales"
            server.deliver("desk", letter(number, body=large * (30_000_000 // len(large))), folder=folder)
        table = box(server, folder=["INBOX", "Sales"])
        command = [sys.executable, "-m", "tests.faults.heavy", str(tmp_path), "6", json.dumps([table])]
        told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=110).stdout
    before, most = map(int, told.split())
    assert most - before < 420, f"{before} MiB before, {most} at most"  # much of it is the store's, and stays the same
