"""Wherever the power is cut, the store opens whole, has all that was answered 250, and knows each mail that left."""

import asyncio
import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import aiosmtplib
import pytest

import daemon.run
from daemon.house import House
from store import database
from store.migrate import migrate
from store.model.message import Envelope, Receipt
from store.model.outbox import Mail
from store.store import Store
from tests.desk import DeskUnderTest, Post, desk_at
from tests.faults.disk import Disk, Sync, Told

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]

MESSAGES, SENDERS, CUTS = 60, 6, 120
ATTEMPTED = "SELECT message_id FROM mail WHERE attempt_open OR state = 'sent'"
ACKNOWLEDGE = {"desk_per_hour": 0, "unproven_per_domain": 0}


def letter(number: int) -> bytes:
    return (
        f"From: c{number}@cust.test\r\nTo: support@hd.test\r\nSubject: Question {number}\r\n"
        f"Message-ID: <q{number}@cust.test>\r\n\r\nHow do I change invoice {number}?\r\n"
    ).encode()


async def send(desk: DeskUnderTest, first: int) -> None:
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=desk.port, start_tls=False, local_hostname="c.test")
    async with client:
        for number in range(first, MESSAGES, SENDERS):
            await client.sendmail(f"c{number}@cust.test", ["support@hd.test"], letter(number))


async def lived(folder: Path, patch: pytest.MonkeyPatch) -> Disk:
    """Let a desk work some mail on a disk that remembers, and note what it promises."""
    migrate(f"sqlite:///{folder / 'triaged.db'}")
    disk = Disk({"triaged.db": (folder / "triaged.db").read_bytes()})
    receive, deliver = daemon.run.receive, Post.deliver

    async def received(raw: bytes, envelope: Envelope, house: House) -> Receipt:
        receipt = await receive(raw, envelope, house)
        disk.log.append(Told("250", envelope.mail_from))
        return receipt

    def delivered(self: Post, mail_from: str, rcpt_to: str, raw: bytes) -> None:
        deliver(self, mail_from, rcpt_to, raw)
        disk.log.append(Told("mail", self.mails[-1].message.message_id or ""))

    patch.setattr(daemon.run, "receive", received)
    patch.setattr(Post, "deliver", delivered)
    with disk.recording():
        async with desk_at(folder, acknowledge=ACKNOWLEDGE) as desk:
            await asyncio.gather(*(send(desk, first) for first in range(SENDERS)))
            await desk.quiet()
            disk = Disk(disk.begin, list(disk.log))
    return disk


def opened(files: dict[str, bytes], folder: Path) -> sqlite3.Connection:
    """Lay the files of a cut into a folder and open them."""
    for name in ("triaged.db", "triaged.db-wal", "triaged.db-shm", "triaged.db-journal"):
        (folder / name).unlink(missing_ok=True)
    for name, octets in files.items():
        (folder / name).write_bytes(octets)
    return sqlite3.connect(folder / "triaged.db")


def broken(disk: Disk, entries: int, files: dict[str, bytes], folder: Path) -> list[str]:
    """Return what is not as it was promised before a cut behind so many entries."""
    connection = opened(files, folder)
    try:
        (whole,) = connection.execute("PRAGMA integrity_check").fetchone()
        kept = {who for (who,) in connection.execute("SELECT mail_from FROM message")}
        known = {
            name for (name,) in connection.execute("SELECT message_id FROM mail WHERE attempt_open OR state = 'sent'")
        }
    finally:
        connection.close()
    there = {"250": kept, "mail": known}
    promised = [entry for entry in disk.log[:entries] if isinstance(entry, Told)]
    missing = [f"{told.what} {told.whom}" for told in promised if told.whom not in there[told.what]]
    return missing + ([] if whole == "ok" else [whole])


def cuts(disk: Disk, seed: int = 1) -> Iterator[tuple[int, dict[str, bytes]]]:
    """Cut around syncs and promises, and anywhere else; nothing, some or all survives of what was not synced."""
    chance = random.Random(seed)
    telling = [n for n, entry in enumerate(disk.log) if isinstance(entry, Sync | Told)]
    for number in range(CUTS):
        somewhere = chance.randrange(len(disk.log))
        at = chance.choice(telling) + chance.randrange(2) if number % 3 else somewhere
        yield at, disk.after(at, chance, (0.0, 0.5, 1.0)[number % 7 % 3])


async def test_what_was_promised_outlives_every_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = await lived(tmp_path, monkeypatch)
    told = [entry.what for entry in disk.log if isinstance(entry, Told)]
    assert told.count("250") == MESSAGES
    assert told.count("mail") >= 2 * MESSAGES
    for at, files in cuts(disk):
        assert broken(disk, at, files, tmp_path) == []


async def test_the_same_where_the_log_is_copied_back_all_the_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_SQLITE", (*database._SQLITE, "PRAGMA wal_autocheckpoint=20"))
    disk = await lived(tmp_path, monkeypatch)
    assert sum(isinstance(entry, Sync) and entry.file == "triaged.db" for entry in disk.log) > 10
    for at, files in cuts(disk):
        assert broken(disk, at, files, tmp_path) == []


@pytest.mark.parametrize("synchronous", ["OFF", "NORMAL"])
async def test_a_store_that_syncs_less_is_found_out(
    synchronous: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_SQLITE", (*database._SQLITE, f"PRAGMA synchronous={synchronous}"))
    disk = await lived(tmp_path, monkeypatch)
    assert any(broken(disk, at, files, tmp_path) for at, files in cuts(disk))


async def test_a_mail_that_left_without_a_record_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def attempt(self: Store, mail: Mail, until: float | None = None) -> bool:
        return True

    monkeypatch.setattr(Store, "attempt", attempt)
    disk = await lived(tmp_path, monkeypatch)
    assert any("mail" in fault for at, files in cuts(disk) for fault in broken(disk, at, files, tmp_path))
