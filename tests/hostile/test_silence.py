"""What people wrote and what the desk keeps secret stands in no log, and no secret stands in the store."""

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import aiosmtplib
import pytest

from tests.child import Child
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
