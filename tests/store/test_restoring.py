"""A backup is whole, and a desk that starts on it sends nothing until a person says so."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import aiosmtplib
import pytest

from store.backup import NeedsItsOwnTool, back_up
from store.beside import release_sending
from store.database import file_of
from store.store import Store
from tests.desk import desk_at
from tests.store.specimens import ENVELOPE, NOW, file_one, raw

MAIL = b"From: a@customer.test\r\nTo: support@hd.test\r\nSubject: Hello\r\n\r\nThe login is broken.\r\n"


async def test_a_backup_holds_all_that_was_there_while_others_went_on_writing(
    url: str, store: Store, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    if file_of(url) is None:
        with pytest.raises(NeedsItsOwnTool):
            back_up(url, copy)
        return
    number = await file_one(store, "a")
    writing = asyncio.create_task(_keep_on(store))
    await asyncio.to_thread(back_up, url, copy)
    writing.cancel()
    assert copy.stat().st_mode & 0o077 == 0
    with pytest.raises(FileExistsError):
        back_up(url, copy)
    restored = Store.open(f"sqlite:///{copy}")
    assert await restored.original(number) is not None
    assert await restored.is_stopped()
    assert not await store.is_stopped()
    await restored.close()
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def _keep_on(store: Store) -> None:
    for number in range(1000):
        await store.keep(raw(f"more{number}"), ENVELOPE, NOW)


async def test_a_backup_that_is_opened_sends_nothing_until_it_is_released(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("daemon.run.ROUND_SECONDS", 1.0)
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    async with desk_at(tmp_path / "old") as desk:
        await asyncio.to_thread(back_up, desk.settings.store.url, tmp_path / "new" / "triaged.db")
    async with desk_at(tmp_path / "new") as desk:
        await _send(desk.port)
        store = desk.running.house.store
        async with asyncio.timeout(30):
            while (await store.status(NOW)).waiting or not (await store.status(NOW)).tickets:
                await asyncio.sleep(0.02)
        assert not desk.post.mails
        assert release_sending(desk.settings.store.url)
        assert not release_sending(desk.settings.store.url)
        await desk.quiet(40)
        assert {mail.kind for mail in desk.post.mails} >= {"ack"}


async def _send(port: int) -> None:
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False, local_hostname="c.test") as client:
        await client.sendmail("a@customer.test", ["support@hd.test"], MAIL)
