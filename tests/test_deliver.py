"""A mail leaves only while whoever sends it holds its lease, however long the process stood still in between."""

import asyncio
import time
from dataclasses import dataclass, field, replace
from itertools import chain, repeat
from pathlib import Path

from daemon.edge.bell import Stage
from daemon.edge.relay import BeforeDot
from daemon.hands import Hands
from daemon.house import House
from daemon.journey import MAIL_LEASE_SECONDS, deliver, keep_in_hand
from store.model.message import Envelope
from store.model.outbox import Answer, Delivery, Mail, MailState
from tests.desk import desk_at

QUESTION = (
    b"From: cust@customer.test\r\nTo: support@hd.test\r\nSubject: Invoice\r\nMessage-ID: <i1@customer.test>\r\n\r\n"
    b"How do I change the address on my invoice?\r\n"
)
ENVELOPE = Envelope("cust@customer.test", ("support@hd.test",), "127.0.0.1")


@dataclass
class Way:
    """A way out that asks before the dot."""

    asked: list[bool] = field(default_factory=list)

    async def send(self, mail: Mail, before_dot: BeforeDot) -> Answer:
        self.asked.append(await before_dot())
        return Answer(Delivery.ACCEPTED if self.asked[-1] else Delivery.DEFERRED, f"for {mail.to}")

    async def close(self) -> None:
        """Nothing is open."""


async def leased(house: House) -> tuple[Mail, ...]:
    """Let a customer's message be worked, and take its mails out of the hands of the desk's own crank."""
    house.mails.tied = True
    await house.store.keep(QUESTION, ENVELOPE, time.time())
    house.bell.ring(Stage.PROCESS)
    until = time.monotonic() + 60
    while len(mails := await house.store.lease_mails(time.time(), 9, MAIL_LEASE_SECONDS)) < 2:
        assert time.monotonic() < until
        await asyncio.sleep(0.02)
    return mails


async def test_who_stood_still_between_the_record_of_an_attempt_and_its_dot_sends_no_dot(tmp_path: Path) -> None:
    async with desk_at(tmp_path) as desk:
        house, way, now = desk.running.house, Way(), time.time()
        moments = chain([now, now], repeat(now + MAIL_LEASE_SECONDS))  # it is waited for while the attempt is recorded
        await deliver((await leased(house))[0], replace(house, relay=way, clock=lambda: next(moments)))
        assert way.asked == [False]
        (line,) = [one for one in await house.store.outbox(True) if one.answer]
        assert (line.state, line.answer) == (MailState.QUEUED, f"for {line.to}")


async def test_who_did_not_stand_still_sends_it(tmp_path: Path) -> None:
    async with desk_at(tmp_path) as desk:
        house, way = desk.running.house, Way()
        for mail in await leased(house):
            await deliver(mail, replace(house, relay=way))
        assert way.asked == [True, True]
        assert {line.state for line in await house.store.outbox(True)} == {MailState.SENT}


async def test_all_mails_in_hand_are_kept_in_hand(tmp_path: Path) -> None:
    async with desk_at(tmp_path) as desk:
        house, wait = desk.running.house, asyncio.Event()
        mails, hands = await leased(house), Hands[Mail](4)
        hands.do = lambda _: end(wait)
        for mail in mails:
            hands.take(mail)
        later = time.time() + 1000
        await keep_in_hand(replace(house, mails=hands, clock=lambda: later))
        assert await house.store.lease_mails(later + MAIL_LEASE_SECONDS - 1, 9, MAIL_LEASE_SECONDS) == ()
        wait.set()
        await hands.all_free()
        assert hands.full == ()


async def end(event: asyncio.Event) -> None:
    await event.wait()
