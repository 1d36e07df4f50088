"""Daemons with one fault each. A check for loss and doubles that does not find these proves nothing."""

import asyncio
import dataclasses
import secrets
from collections.abc import Callable, Mapping
from types import MappingProxyType

from daemon import run
from daemon.house import House
from daemon.journey import after
from store import intake
from store.identity import Identity
from store.model.message import Envelope, Receipt
from store.model.outbox import Answer, Delivery, Mail
from store.store import Store

LATE_SECONDS = 0.05
_later: set["asyncio.Task[object]"] = set()
_receive, _deliver = run.receive, run.deliver


def early() -> None:
    """It says 250 before the message is durable."""

    async def receive(raw: bytes, envelope: Envelope, house: House) -> Receipt:
        async def late() -> None:
            await asyncio.sleep(LATE_SECONDS)
            await _receive(raw, envelope, house)

        _in_background(asyncio.create_task(late()))
        return Receipt("early", duplicate=False)

    run.receive = receive


def keyless() -> None:
    """It does not know a message again."""
    known = intake.key

    def key(identity: Identity) -> tuple[str, str]:
        return known(dataclasses.replace(identity, digest=secrets.token_hex(len(identity.digest) // 2)))

    intake.key = key


def sent_early() -> None:
    """It writes down that a mail is sent, and sends it then."""

    async def deliver(mail: Mail, house: House) -> None:
        taken = Answer(Delivery.ACCEPTED, "250 surely")
        await house.store.settle(mail, after(taken, mail, house.clock(), 0.0, "resend"), house.clock())
        await _deliver(mail, house)

    run.deliver = deliver
    _always_attempt()


def unrecorded() -> None:
    """It records no attempt before the final dot."""
    _always_attempt()


def _always_attempt() -> None:
    async def attempt(self: Store, mail: Mail, until: float | None = None) -> bool:
        return True

    Store.attempt = attempt


def _in_background(task: "asyncio.Task[object]") -> None:
    _later.add(task)
    task.add_done_callback(_later.discard)


MUTANTS: Mapping[str, Callable[[], None]] = MappingProxyType(
    {mutant.__name__: mutant for mutant in (early, keyless, sent_early, unrecorded)}
)
