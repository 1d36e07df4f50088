"""The operator hears of what only a person can mend: once a day for each trouble, and once when it is over."""

import asyncio
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from daemon.core.mail.parse import parse
from daemon.house import House
from daemon.journey import remember
from store.model.message import Envelope
from store.model.shift import Change, Override
from tests.desk import Delivered
from tests.journeys.clocked import DAY, HOUR, MINUTE, Clocked, clocked
from tests.ports import free_port
from tests.sink import open_sink

ACCOUNT = "desk@mail.test:993"
OPERATOR = "op@team.test"
DESK = {"name": "Helpdesk", "address": "support@hd.test", "operator": "op@team.test"}


def told(mails: list[Delivered]) -> list[str]:
    """The subjects of what the operator got."""
    assert all(mail.kind == "notice" for mail in mails if mail.to == "op@team.test")
    return [mail.message.subject for mail in mails if mail.to == "op@team.test"]


async def fares(desk: Clocked, error: str, *, refused: bool = False) -> None:
    await desk.desk.running.house.store.tell_mailbox(ACCOUNT, "INBOX", error, desk.hour.now, refused)


async def test_a_refused_login_is_told_within_minutes_once_a_day_and_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with clocked(tmp_path, monkeypatch, desk=DESK) as desk:
        assert told(await desk.later(MINUTE)) == []
        await fares(desk, "the provider no longer accepts the login", refused=True)
        assert told(await desk.later(MINUTE)) == []
        mails = await desk.later(2 * MINUTE)
        assert told(mails) == [f"Helpdesk: the mailbox login {ACCOUNT} INBOX is refused: no mail is fetched"]
        assert b"> the provider no longer accepts the login" in mails[0].raw
        assert told(await desk.later(HOUR)) == []
        assert len(told(await desk.later(DAY))) == 1
        await fares(desk, "")
        assert told(await desk.later(MINUTE)) == [f"Helpdesk: the mailbox login {ACCOUNT} INBOX is accepted again"]
        assert told(await desk.later(DAY)) == []


async def test_what_comes_and_goes_is_told_once_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with clocked(tmp_path, monkeypatch, desk=DESK) as desk:
        mails: list[Delivered] = []
        for _ in range(3):
            await fares(desk, "the connection was lost")
            assert told(await desk.later(14 * MINUTE)) == []
            mails += await desk.later(2 * MINUTE)
            await fares(desk, "")
            mails += await desk.later(MINUTE)
        assert told(mails) == [
            f"Helpdesk: the mailbox {ACCOUNT} INBOX cannot be read",
            f"Helpdesk: the mailbox {ACCOUNT} INBOX is read again",
        ]


async def test_messages_set_aside_are_told_when_there_are_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with clocked(tmp_path, monkeypatch, desk=DESK) as desk:
        store = desk.desk.running.house.store
        await aside(desk.desk.running.house, 1)
        assert told(await desk.later(MINUTE)) == ["Helpdesk: messages are set aside: 1"]
        assert told(await desk.later(2 * DAY)) == []
        await aside(desk.desk.running.house, 2)
        assert told(await desk.later(MINUTE)) == ["Helpdesk: messages are set aside: 2"]
        for line in await store.aside():
            await store.retry_aside(line.id, desk.hour.now)
        await desk.desk.quiet()
        assert "Helpdesk: no message is set aside any more" in told(await desk.later(MINUTE))


async def aside(house: House, number: int) -> None:
    """Keep a message that cannot be worked."""
    raw = f"From: a@c.test\r\nSubject: {number}\r\nMessage-ID: <{number}@c.test>\r\n\r\nHow do I sort?\r\n".encode()
    await house.store.keep_and_lease(raw, Envelope("a@c.test", ("support@hd.test",)), house.clock(), 0.0, "broken")


async def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("daemon.run.used_percent", lambda _: 97.3)
    async with clocked(tmp_path, monkeypatch, desk=DESK) as desk:
        assert told(await desk.later(MINUTE)) == ["Helpdesk: the disk of the store is 97 % full"]


async def test_nobody_is_told_where_there_is_no_operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with clocked(tmp_path, monkeypatch) as desk:
        await fares(desk, "the connection was lost")
        assert await desk.later(HOUR) == []


async def until(holds: Callable[[], bool]) -> None:
    """Wait for a sign."""
    for _ in range(1000):
        if holds():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it does not come")


@pytest.mark.parametrize("way", ["smtp", "sendmail"])
async def test_that_the_relay_is_down_leaves_by_another_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    spare, got = free_port(), tmp_path / "got"
    mails: list[tuple[str, bytes]] = []
    sink = await open_sink(spare, lambda _, to, raw: mails.append((to, raw)))
    program = tmp_path / "sendmail"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >{got}.args\ncat >{got}.part && mv {got}.part {got}\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    url = f"smtp://127.0.0.1:{spare}" if way == "smtp" else f"sendmail:{program}"
    relay = {"url": f"smtp://127.0.0.1:{free_port()}"}
    async with clocked(tmp_path, monkeypatch, desk=DESK | {"alarm_relay": url}, relay=relay) as desk:
        monkeypatch.setattr(desk.desk, "quiet", never_quiet)
        house = desk.desk.running.house
        await desk.write("How do I sort the list?")
        await until_async(lambda: put_off(house))
        await desk.later(11 * MINUTE)
        await until(lambda: bool(mails) or got.exists())
        raw = mails[0][1] if mails else got.read_bytes()
        sink.close()
        assert b"the relay takes no mail" in raw
        if got.exists():
            assert (tmp_path / "got.args").read_text().split("\n")[-2] == "op@team.test"
            assert b"\r\n" not in raw


@asynccontextmanager
async def without_a_relay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **sections: object
) -> AsyncIterator[tuple[Clocked, list[str]]]:
    """A desk whose relay is away, and the subjects of what reaches the operator by the other way."""
    spare, subjects = free_port(), list[str]()
    sink = await open_sink(spare, lambda _, to, raw: subjects.append(parse(raw).subject) if to == OPERATOR else None)
    way = {"alarm_relay": f"smtp://127.0.0.1:{spare}"}
    relay = {"url": f"smtp://127.0.0.1:{free_port()}"}
    try:
        async with clocked(tmp_path, monkeypatch, desk=DESK | way, relay=relay, **sections) as desk:
            monkeypatch.setattr(desk.desk, "quiet", never_quiet)
            yield desk, subjects
    finally:
        sink.close()


async def test_the_oldest_mail_that_does_not_leave_is_told_by_the_other_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with without_a_relay(tmp_path, monkeypatch) as (desk, subjects):
        await desk.write("How do I sort the list?")
        await until_async(lambda: put_off(desk.desk.running.house))
        await desk.later(61 * MINUTE)
        await until(lambda: "Helpdesk: a mail has waited for 61 minutes to be sent" in subjects)


async def test_a_gap_of_the_rota_is_told_by_the_other_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    duty = {"people": ["bob"], "turn": "week", "pair_shifts": 0, "invite_weeks": 0}
    async with without_a_relay(tmp_path, monkeypatch, duty=duty) as (desk, subjects):
        house = desk.desk.running.house
        now = desk.hour.now
        await house.store.override(Override(Change.AWAY, "", "bob", now + 2 * DAY, now + 3 * DAY, "bob", now))
        await desk.later(MINUTE)  # the desk remembers when it first ran
        await remember(house)
        for _ in range(3):
            await desk.later(12 * HOUR)

        async def told_by_and_by() -> bool:  # an attempt that such a leap of the clock fell into is made again
            await desk.later(MINUTE)
            return any("Nobody of the rota" in subject for subject in subjects)

        await until_async(told_by_and_by)


async def test_the_oldest_message_that_nobody_works_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    going_on = asyncio.Event()

    async def stuck(*_: object) -> None:
        await going_on.wait()

    monkeypatch.setattr("daemon.run.process", stuck)
    monkeypatch.setattr("daemon.run.MESSAGES_AT_ONCE", 1)
    async with clocked(tmp_path, monkeypatch, desk=DESK) as desk:
        monkeypatch.setattr(desk.desk, "quiet", never_quiet)
        for _ in range(2):
            await desk.write("How do I sort the list?")
        await desk.later(11 * MINUTE)
        await until(lambda: bool(desk.desk.post.mails))
        assert told(desk.desk.post.mails) == ["Helpdesk: a message has waited for 11 minutes to be worked"]
        going_on.set()


async def never_quiet() -> SimpleNamespace:
    """A desk whose mail does not leave does not come to rest."""
    return SimpleNamespace(interruptions_off_duty=0)


async def put_off(house: House) -> bool:
    return (await house.store.health()).failing_since is not None


async def until_async(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait for a sign that has to be asked for."""
    for _ in range(1000):
        if await holds():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it does not come")
