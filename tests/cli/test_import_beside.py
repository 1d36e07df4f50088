"""`triaged import` beside a daemon that takes mail meanwhile, on both databases: neither is in the other's way."""

import asyncio
import json
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import psycopg
import pytest

from store.reader import Reader
from tests.child import DOOR, Child
from tests.cli.test_import import DAY, DESK, THEN, mail, mbox
from tests.store import postgres

pytestmark = pytest.mark.slow
CONVERSATIONS = 250  # of three messages each
CONFIG = """
[desk]
address = "help@acme.example"
[store]
url = "{url}"
[smtp]
listen = "127.0.0.1:{door}"
[pipeline]
address = "product@acme.example"
[acknowledge]
desk_per_hour = 0
"""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    binary = postgres.binaries()
    if binary is None:
        pytest.skip(postgres.HOW_TO_GET_IT)
    with postgres.server(binary) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A store that nobody has used yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/triaged.db"
    where = request.getfixturevalue("server")
    with psycopg.connect(f"{where}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {tmp_path.name[:40].replace('-', '_')}")
    return f"{where}/{tmp_path.name[:40].replace('-', '_')}"


def conversation(number: int) -> tuple[bytes, bytes, bytes]:
    """A question, the desk's answer, and a word of thanks, each on a day of its own."""
    who, at = f"c{number}@shop{number % 40}.example", THEN + number * 60
    first, answer = f"q{number}", f"a{number}"
    return (
        mail(first, at, who),
        mail(answer, at + DAY, DESK, who, first),
        mail(f"t{number}", at + 2 * DAY, who, answers=answer),
    )


@dataclass
class Living:
    """Mail that the daemon takes while the import runs: some of it new, some of what the import brings too."""

    door: int
    copies: list[bytes]
    stopping: bool = False
    wrote: list[str] = field(default_factory=list)  # who sent new mail
    longest: float = 0.0
    refused: list[str] = field(default_factory=list)

    def send(self) -> None:
        """Send one mail after the other until it is to stop, and what is left of the copies."""
        with smtplib.SMTP("127.0.0.1", self.door, timeout=60) as smtp:
            while not self.stopping or self.copies:
                who = f"n{len(self.wrote)}@new.example"
                self._one(smtp, who, mail(f"new{len(self.wrote)}", time.time(), who))
                self.wrote.append(who)
                if self.copies:
                    self._one(smtp, "", self.copies.pop())

    def _one(self, smtp: smtplib.SMTP, sender: str, raw: bytes) -> None:
        began = time.monotonic()
        try:
            smtp.sendmail(sender, [DESK], raw.replace(b"\n", b"\r\n"))
        except smtplib.SMTPResponseException as error:
            self.refused.append(str(error))
        self.longest = max(self.longest, time.monotonic() - began)


async def imported(folder: Path, old: Path) -> dict[str, object]:
    command = [sys.executable, "-m", "daemon", "import", "--json", "-c", str(folder / "triaged.toml"), str(old)]
    ended = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=100, check=False)
    assert ended.returncode == 0, ended.stderr
    return dict(json.loads(ended.stdout))


async def test_an_import_and_a_daemon_share_a_store(url: str, tmp_path: Path) -> None:
    told = [one for number in range(CONVERSATIONS) for one in conversation(number)]
    copies = [conversation(number)[0] for number in range(0, CONVERSATIONS, 4)]
    Random(1).shuffle(copies)
    old = mbox(tmp_path / "old.mbox", *told)
    child = await Child.start(tmp_path, CONFIG.format(url=url, door=DOOR))
    try:
        living = Living(child.door, list(copies))
        sending = asyncio.create_task(asyncio.to_thread(living.send))
        try:
            said = await imported(tmp_path, old)
        finally:
            living.stopping = True
            await sending
        await _worked(url)
        again = await imported(tmp_path, old)
        grown = mbox(tmp_path / "old.mbox", *told, mail("late", THEN + 900 * DAY))
        more = await imported(tmp_path, grown)
    finally:
        child.stop()

    total = len(told)
    print(f"{said['seconds']} s, {len(living.wrote)} new mails meanwhile, the longest {living.longest:.2f} s")
    assert (said["messages"], said["set_aside"], said["unreadable"]) == (total, 0, 0)
    assert int(str(said["kept"])) + int(str(said["duplicates"])) == total
    assert (again["before"], again["read"]) == (total, 0)
    assert (more["read"], more["duplicates"], more["tickets"]) == (total + 1, total, 1)
    assert living.refused == []
    assert living.longest < 10, "a sender waits for its answer no longer than any server lets one wait"
    with Reader(url) as reader:
        status = reader.status(time.time())
        tickets = reader.tickets(ended=True)
        acknowledged = {one.to for one in reader.outbox(everything=True) if one.kind == "ack"}
    new = len(living.wrote)
    assert status.received == total + new + 1
    assert (status.follow_ups, status.tickets) == (2 * CONVERSATIONS, CONVERSATIONS + new + 1)
    assert sorted(one.number for one in tickets) == list(range(1, len(tickets) + 1))
    assert acknowledged, "the daemon answers meanwhile"
    assert acknowledged <= set(living.wrote), "and nobody is answered whom the import brought"


async def _worked(url: str) -> None:
    """Wait until the daemon has worked all that it took."""
    for _ in range(600):
        with suppress(OSError), Reader(url) as reader:
            if not reader.status(time.time()).waiting:
                return
        await asyncio.sleep(0.1)
    raise AssertionError("the daemon does not get on")
