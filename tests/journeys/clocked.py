"""A desk whose clock is set by hand: what time brings about is looked at without waiting for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from daemon.edge.bell import Stage
from daemon.journey import due, elapse
from store.model.outbox import MailState
from tests.desk import Delivered, DeskUnderTest, desk_at

MONDAY = 1_795_428_000.0  # 2026-11-23 10:00 UTC
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
CUSTOMER = "cust@customer.test"
BROKEN = "Nobody can log in since this morning, error 500, and we cannot work at all."
PEOPLE = [
    {"id": name, "name": name.title(), "address": f"{name}@team.test"} for name in ("bob", "ann", "cy", "dee", "eve")
]


class Hour:
    """A clock that stands still until it is moved on."""

    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> float:
        return self.now


def set_by_hand(monkeypatch: pytest.MonkeyPatch, hour: Hour, sweep_seconds: float = 3600.0) -> None:
    """Let desks go by this clock; unless they sweep more often, `later` alone looks for what is due."""
    monkeypatch.setattr("daemon.run.time", SimpleNamespace(time=hour))
    monkeypatch.setattr("daemon.run.SWEEP_SECONDS", sweep_seconds)


async def later(desk: DeskUnderTest, hour: Hour, seconds: float) -> list[Delivered]:
    """Move the clock on, do what is due, let go of the mails that were held until now, and return what leaves."""
    before, house = len(desk.post.mails), desk.running.house
    hour.now += seconds
    for what in await due(house):
        await elapse(what, house)
    while any(mail.state is MailState.HELD and mail.due <= hour.now for mail in await house.store.outbox(False)):
        house.bell.ring(Stage.DELIVER)
        await asyncio.sleep(0.01)
    await desk.quiet()
    return desk.post.mails[before:]


class Clocked:
    """A desk, its clock, and its customers."""

    def __init__(self, desk: DeskUnderTest, hour: Hour) -> None:
        self.desk, self.hour = desk, hour
        self.written = 0

    async def write(self, text: str = BROKEN, **headers: str) -> list[Delivered]:
        """Let the customer write, and return what leaves because of it."""
        self.written += 1
        more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        raw = (
            f"From: Cust Omer <{CUSTOMER}>\r\nTo: support@hd.test\r\nSubject: Login {self.written}\r\n"
            f"Message-ID: <w{self.hour.now}.{self.written}@customer.test>\r\n{more}\r\n{text}\r\n"
        ).encode()
        return await self.desk.send(raw, CUSTOMER, headers.get("To_address", "support@hd.test"))

    async def say(self, word: str, mail: Delivered, who: str = "bob") -> list[Delivered]:
        """Let a member answer a mail of the desk."""
        self.written += 1
        raw = (
            "Authentication-Results: mx.hd.test; dmarc=pass header.from=team.test\r\n"
            f"From: {who}@team.test\r\nTo: {mail.reply_to}\r\nSubject: Re: {mail.message.subject}\r\n"
            f"Message-ID: <s{self.hour.now}.{self.written}@team.test>\r\n\r\n{word}\r\n"
        ).encode()
        return await self.desk.send(raw, f"{who}@team.test", mail.reply_to)

    async def answer(self, mail: Delivered, text: str, **headers: str) -> list[Delivered]:
        """Let the customer answer a mail of the desk."""
        self.written += 1
        more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        raw = (
            f"From: {CUSTOMER}\r\nTo: {mail.reply_to}\r\nSubject: Re: {mail.message.subject}\r\n"
            f"Message-ID: <a{self.hour.now}.{self.written}@customer.test>\r\n{more}\r\n{text}\r\n"
        ).encode()
        return await self.desk.send(raw, CUSTOMER, mail.reply_to)

    async def later(self, seconds: float) -> list[Delivered]:
        """Move the clock on, do what is due, and return what leaves."""
        return await later(self.desk, self.hour, seconds)

    async def what_happened(self, number: int) -> list[str]:
        """The history of a ticket."""
        story = await self.desk.running.house.store.ticket(number)
        assert story
        return [event.what for event in story.events]

    async def field(self, number: int, name: str) -> object:
        """What a field of a ticket holds."""
        story = await self.desk.running.house.store.ticket(number)
        assert story
        return getattr(story.ticket, name)


@asynccontextmanager
async def clocked(
    folder: Path, monkeypatch: pytest.MonkeyPatch, hour: Hour | None = None, **sections: object
) -> AsyncIterator[Clocked]:
    """Open a desk of five people whose clock is set by hand."""
    hour = hour or Hour()
    set_by_hand(monkeypatch, hour)
    duty = {"people": ["bob", "ann", "cy"], "turn": "week", "pair_shifts": 0, "fallback": "dee"}
    sections["duty"] = {"invite_weeks": 0} | sections.get("duty", duty)
    async with desk_at(folder, **({"people": PEOPLE} | sections)) as desk:
        yield Clocked(desk, hour)
        assert (await desk.quiet()).interruptions_off_duty == 0


def went(mails: list[Delivered]) -> list[tuple[str, str]]:
    """Which kind of mail went to whom, without acknowledgements, answers to members and mails about turns."""
    return [(mail.kind, mail.to.partition("@")[0]) for mail in mails if mail.kind not in ("ack", "result", "roster")]
