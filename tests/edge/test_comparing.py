"""Mailbox and store are compared once a day, and the daily digest says what came of it."""

import asyncio
import imaplib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from daemon.comparing import AGAIN_SECONDS, Comparing
from daemon.mailroom import logins
from store.model.mailbox import Difference
from store.model.message import Door, Envelope
from tests.edge.dovecot import Dovecot
from tests.edge.mailroom import box, letter, needs_dovecot, server, until
from tests.journeys.clocked import Clocked, Hour, clocked

pytestmark = needs_dovecot
__all__ = ["server"]
DAY = 86400.0


@asynccontextmanager
async def desk_before_its_digest(
    folder: Path, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Clocked]:
    """A desk that has read five messages, twenty minutes before its digest; what the server says is of today."""
    hour = Hour()
    hour.now = time.time()
    digest = {"daily": time.strftime("%H:%M", time.gmtime(hour.now + 1200)), "team": ["bob@team.test"]}
    server.deliver("desk", *(letter(number) for number in range(5)))
    async with clocked(folder, monkeypatch, hour, imap=[box(server)], digest=digest) as desk:
        await until(lambda: server.count("desk", "Archive") == 5)
        await desk.later(0.0)  # it ran before its digest is due
        yield desk


def comparing(desk: Clocked, folder: Path, settling: Envelope | None = None) -> Comparing:
    house = desk.desk.running.house

    async def settle() -> None:
        if settling:
            await house.store.keep(letter(6), settling, house.clock())

    return Comparing(lambda: house, logins(house.settings, folder / "tokens"), settle)


async def test_the_digest_names_what_mailbox_and_store_do_not_agree_about(
    tmp_path: Path, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk_before_its_digest(tmp_path, server, monkeypatch) as desk:
        server.deliver("desk", letter(6), letter(7), folder="Archive")
        await comparing(desk, tmp_path).look()
        (kept,) = await desk.desk.running.house.store.comparisons()
        assert (kept.messages, kept.stored, kept.at) == (7, 5, desk.hour.now)
        assert kept.differences == ((Difference.MOVED_NOT_STORED, 2),)
        (digest,) = [mail for mail in await desk.later(1500.0) if mail.kind == "digest"]
        words = " ".join(digest.message.text.split())
        assert f"{kept.account}: 7 messages compared, 2 differences (2 moved and not stored)." in words
        assert "Each is named by: triaged check --mailbox" in words
        (tomorrow,) = [mail for mail in await desk.later(DAY) if mail.kind == "digest"]
        assert "and not since" in " ".join(tomorrow.message.text.split())


async def test_all_is_well_and_it_is_compared_once_a_day(
    tmp_path: Path, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk_before_its_digest(tmp_path, server, monkeypatch) as desk:
        daily, began = comparing(desk, tmp_path), desk.hour.now
        for minutes in (0, 10, 60, 600):
            desk.hour.now = began + minutes * 60
            await daily.look()
        (kept,) = await desk.desk.running.house.store.comparisons()
        assert (kept.at, kept.messages, kept.stored, kept.total) == (began, 5, 5, 0)
        desk.hour.now = began + DAY
        await daily.look()
        (kept,) = await desk.desk.running.house.store.comparisons()
        assert kept.at == began + DAY
        (digest,) = [mail for mail in await desk.later(1500.0) if mail.kind == "digest"]
        assert "5 messages compared, all stored." in " ".join(digest.message.text.split())
        assert "check --mailbox" not in digest.message.text


async def test_what_is_on_its_way_is_no_difference_and_what_is_old_is_not_looked_at_again(
    tmp_path: Path, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk_before_its_digest(tmp_path, server, monkeypatch) as desk:
        server.deliver("desk", letter(6), folder="Archive")
        with server.person("desk") as program:
            program.append("Archive", None, imaplib.Time2Internaldate(time.time() - 30 * DAY), letter(7))
        await comparing(desk, tmp_path, Envelope("", ("support@hd.test",), "desk", Door.IMAP)).look()
        (kept,) = await desk.desk.running.house.store.comparisons()
        assert (kept.messages, kept.stored, kept.total) == (6, 6, 0)


async def test_a_mailbox_that_is_away_is_compared_when_it_is_back(
    tmp_path: Path, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk_before_its_digest(tmp_path, server, monkeypatch) as desk:
        store, daily, began = desk.desk.running.house.store, comparing(desk, tmp_path), desk.hour.now
        await asyncio.to_thread(server.stop)
        await daily.look()
        await asyncio.to_thread(server.start)
        await daily.look()
        assert await store.comparisons() == (), "it is not asked again at once"
        desk.hour.now = began + AGAIN_SECONDS + 1
        await daily.look()
        assert [one.total for one in await store.comparisons()] == [0]
