"""`export` and `erase` beside a daemon at work, on both databases: nobody has to stop it, and no mail is lost."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import aiosmtplib
import pytest

from tests.child import Child

MARIA, OTHERS = "maria@customer.test", 60
CONFIGURATION = """
[desk]
address = "desk@hd.test"
[store]
url = "STORE"
[smtp]
listen = "127.0.0.1:{door}"
[relay]
url = "maildir:outgoing"
[pipeline]
address = "pipeline@team.test"
"""


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_person_is_handed_out_and_erased_while_mail_comes_in(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    store = "sqlite:///triaged.db" if kind == "sqlite" else request.getfixturevalue("database")
    child = await Child.start(tmp_path, CONFIGURATION.replace("STORE", store))
    try:
        for number in range(3):
            await send(child.door, MARIA, number)
        coming = asyncio.create_task(crowd(child.door))
        out = tmp_path / "maria.zip"
        assert await triaged(tmp_path, "export", MARIA, "-o", str(out)) == (0, f"{out}: 3 messages, 3 tickets")
        assert b"the words of maria" in b"".join(contents(out))
        assert await triaged(tmp_path, "erase", MARIA, "--yes") == (0, f"{MARIA} is erased: 3 messages, 3 tickets")
        await coming
        assert await triaged(tmp_path, "erase", MARIA, "--yes") == (0, f"nothing of {MARIA} is here")
        await send(child.door, "late@customer.test", 1)
        async with asyncio.timeout(60):
            while (status := await figures(tmp_path))["waiting"]:
                await asyncio.sleep(0.2)
    finally:
        child.stop()
    assert status["received"] == status["tickets"] == 3 + OTHERS + 1
    assert not [path for path in tmp_path.glob("triaged.db*") if MARIA.encode() in path.read_bytes()]
    assert MARIA not in (tmp_path / "log").read_text("utf-8")


async def crowd(door: int) -> None:
    for number in range(OTHERS):
        await send(door, f"u{number}@other.test", number)


async def send(door: int, sender: str, number: int) -> None:
    name = sender.partition("@")[0]
    raw = (
        f"From: {sender}\r\nTo: desk@hd.test\r\nSubject: Question {number}\r\nMessage-ID: <{number}.{sender}>\r\n\r\n"
        f"These are the words of {name}, number {number}.\r\n"
    )
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=door, start_tls=False) as client:
        await client.sendmail(sender, ["desk@hd.test"], raw.encode())


async def triaged(folder: Path, *words: str) -> tuple[int, str]:
    """Run a command of the operator's; return its status and its first line, as far as it is about tickets."""
    command = [sys.executable, "-m", "daemon", *words, "-c", str(folder / "triaged.toml")]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, cwd=folder, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    line = next(iter((done.stdout + done.stderr).splitlines()), "")
    return done.returncode, line.partition(" tickets,")[0] + (" tickets" if " tickets," in line else "")


async def figures(folder: Path) -> dict[str, int]:
    command = [sys.executable, "-m", "daemon", "status", "--json", "-c", str(folder / "triaged.toml")]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, cwd=folder, check=True)
    found: dict[str, int] = json.loads(done.stdout)
    return found


def contents(path: Path) -> list[bytes]:
    with ZipFile(path) as archive:
        return [archive.read(name) for name in archive.namelist()]
