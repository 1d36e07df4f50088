"""What people wrote and what the desk keeps secret stands in no log, and no secret stands in the store."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import aiosmtplib
import pytest
import structlog

from tests.child import Child
from tests.desk import desk_at
from tests.ports import free_port

BODY, SUBJECT, PASSWORD = "canary-in-the-body", "canary-in-the-subject", "canary-password"
CONFIGURATION = """
[desk]
address = "desk@hd.test"
[smtp]
listen = "127.0.0.1:{door}"
[relay]
url = "smtp://127.0.0.1:{sink}"
user = "desk"
password = "PASSWORD"
[pipeline]
address = "pipeline@team.test"
"""


@pytest.fixture
async def lived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a desk that took mail, met a broken row of its store, and could not send."""
    monkeypatch.setenv("PYTHONASYNCIODEBUG", "1")
    configuration = CONFIGURATION.replace("{sink}", str(free_port())).replace("PASSWORD", PASSWORD)
    child = await Child.start(tmp_path, configuration)
    try:
        with closing(sqlite3.connect(tmp_path / "triaged.db", timeout=30)) as database:
            database.execute("CREATE TRIGGER broken BEFORE INSERT ON ticket BEGIN SELECT RAISE(ABORT, 'broken'); END")
            database.commit()
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=child.door, start_tls=False) as client:
            raw = f"From: a@customer.test\r\nTo: desk@hd.test\r\nSubject: {SUBJECT}\r\n\r\nIs {BODY} broken?\r\n"
            await client.sendmail("a@customer.test", ["desk@hd.test"], raw.encode())
        async with asyncio.timeout(60):
            while b"work failed" not in (tmp_path / "log").read_bytes():
                await asyncio.sleep(0.1)
    finally:
        child.stop()
    return tmp_path


async def test_no_log_holds_a_word_or_a_secret_of_anybody(lived: Path) -> None:
    log = (lived / "log").read_text("utf-8")
    key = (lived / "triaged.key").read_text("ascii").split()[1]
    assert "work failed" in log  # the fault itself is told
    for word in (BODY, SUBJECT, PASSWORD, key):
        assert word not in log


async def test_no_secret_stands_in_the_store(lived: Path) -> None:
    key = (lived / "triaged.key").read_text("ascii").split()[1]
    stored = b"".join(Path(one).read_bytes() for one in os.scandir(lived) if one.name.startswith("triaged.db"))
    assert SUBJECT.encode() in stored
    for word in (PASSWORD, key):
        assert word.encode() not in stored


CHOKING = f"""
import structlog
from daemon.edge.log import start_log
start_log()
log = structlog.get_logger()
def choke():
    raise ValueError("cannot write {BODY}")
for sort in (log.debug, log.info, log.warning, log.error, log.critical):
    try:
        try:
            choke()
        except ValueError as error:
            raise RuntimeError("while at {SUBJECT}") from error
    except RuntimeError:
        sort("work failed", exc_info=True)
"""


def test_what_an_exception_quotes_is_told_at_no_level_but_its_sort_and_place_are() -> None:
    told = subprocess.run([sys.executable, "-c", CHOKING], capture_output=True, text=True, check=True).stderr
    assert told.count("work failed") == 5
    assert told.count("error=RuntimeError") == 5
    assert "<module>" in told
    assert BODY not in told
    assert SUBJECT not in told


async def test_a_message_on_which_the_code_chokes_is_named_in_the_log_by_its_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def choke(*_: object, **__: object) -> None:
        raise ValueError(f"cannot judge {BODY}")

    monkeypatch.setattr("daemon.journey.decide", choke)
    monkeypatch.setattr("store.processing.DELAYS", (0.01, 0.01))
    with structlog.testing.capture_logs() as lines:
        async with desk_at(tmp_path) as desk:
            raw = f"From: a@customer.test\r\nSubject: {SUBJECT}\r\n\r\n{BODY}\r\n".encode()
            await desk.send(raw, "a@customer.test", "support@hd.test")
            assert (await desk.quiet()).set_aside == 1
    (aside,) = [line for line in lines if line["event"] == "set aside"]
    assert (aside["message"], aside["why"]) == (1, "ValueError")
    assert BODY not in str(lines)
