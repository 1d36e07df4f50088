"""Test runs side by side on one machine never get the same port."""

import socket
import subprocess
import sys
from contextlib import ExitStack
from itertools import chain
from pathlib import Path

from tests.ports import SHARE, free_port

ROOT = Path(__file__).parent.parent
TAKE = f"from tests.ports import free_port; print(*(free_port() for _ in range({SHARE - 1})), flush=True); input()"
FORK = """
import os
from tests.ports import free_port
free_port()
child = os.fork()
if child:
    os.waitpid(child, 0)
print(*(free_port() for _ in range(9)))
"""
RUNS = 4


def test_runs_side_by_side_have_no_port_in_common() -> None:
    """Each takes all that it can get, while the others live."""
    pipe = subprocess.PIPE
    with ExitStack() as runs:
        lives = [
            runs.enter_context(subprocess.Popen([sys.executable, "-c", TAKE], stdin=pipe, stdout=pipe, cwd=ROOT))
            for _ in range(RUNS)
        ]
        taken = [[int(word) for word in life.stdout.readline().split()] for life in lives if life.stdout]
        for life in lives:
            life.communicate(b"\n")
    assert len(set(chain(*taken))) == RUNS * (SHARE - 1)
    assert all(1024 < port < 32768 for port in chain(*taken))


def test_a_forked_process_has_ports_of_its_own() -> None:
    done = subprocess.run([sys.executable, "-c", FORK], stdout=subprocess.PIPE, cwd=ROOT, check=True)
    ours, theirs = (set(line.split()) for line in done.stdout.splitlines())
    assert len(ours) == len(theirs) == 9
    assert not ours & theirs


def test_a_port_on_which_somebody_listens_is_passed_over() -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        assert port not in {free_port() for _ in range(SHARE - 2)}
