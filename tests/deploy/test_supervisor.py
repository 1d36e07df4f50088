"""A supervisor is told when the desk is ready, that its loop turns, and when it stops."""

import os
import signal
import socket
from pathlib import Path

import pytest

from daemon.edge.supervisor import READY, tell, watched_seconds
from tests.child import Child

CONFIG = """
[desk]
address = "desk@team.test"
[smtp]
listen = "127.0.0.1:{door}"
[pipeline]
address = "pipeline@team.test"
"""


@pytest.fixture
def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> socket.socket:
    """The supervisor's end of the line."""
    heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    heard.bind(str(tmp_path / "notify"))
    heard.settimeout(60)
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    return heard


@pytest.mark.slow
async def test_a_desk_says_that_it_is_ready_and_alive_and_stops(
    line: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "200000")
    with line:
        daemon = await Child.start(tmp_path, CONFIG)
        assert [line.recv(64) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1"]
        daemon.stop()
        heard = b"WATCHDOG=1"
        while heard == b"WATCHDOG=1":
            heard = line.recv(64)
        assert heard == b"STOPPING=1"


@pytest.mark.slow
async def test_a_desk_says_that_it_takes_up_its_settings_anew(line: socket.socket, tmp_path: Path) -> None:
    with line:
        daemon = await Child.start(tmp_path, CONFIG)
        assert line.recv(64) == b"READY=1"
        daemon.process.send_signal(signal.SIGHUP)
        assert line.recv(64).startswith(b"RELOADING=1\nMONOTONIC_USEC=")
        assert line.recv(64) == b"READY=1"
        daemon.stop()


def test_nobody_is_told_where_nobody_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for nowhere in ("", "relative", str(tmp_path / "gone")):
        monkeypatch.setenv("NOTIFY_SOCKET", nowhere)
        tell(READY)


@pytest.mark.parametrize(
    ("usec", "pid", "seconds"),
    [("", "", 0.0), ("60000000", "", 60.0), ("60000000", "1", 0.0), ("60000000", "our own", 60.0), ("x", "", 0)],
)
def test_only_the_process_that_is_watched_answers(
    monkeypatch: pytest.MonkeyPatch, usec: str, pid: str, seconds: float
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", usec)
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()) if pid == "our own" else pid)
    assert watched_seconds() == seconds
