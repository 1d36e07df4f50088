"""Each commit on the way of a mail fails in its turn, or succeeds and nobody hears of it; every mail ends well."""

import asyncio
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import aiosmtplib
import psycopg
import pytest
from sqlalchemy import Connection
from sqlalchemy.engine.default import DefaultDialect

from daemon import journey, run
from daemon.core.mail import retry
from store import processing
from store.batches import Batches
from tests.desk import DeskUnderTest, desk_at
from tests.store import postgres

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

LEASE_SECONDS = 1.0
MAILS_EACH = 2  # an acknowledgement, and what the desk is sent
ACKNOWLEDGE = {"desk_per_hour": 0, "unproven_per_domain": 0, "unproven_per_sender": 0}
ON_THE_WAY = {"store.intake.keep", "store.filing.commit", "store.outbox.attempt", "store.outbox.settle"}


@dataclass
class Fault:
    """What befalls the commit of one verb of the store, once."""

    how: str
    verb: str = ""  # whose next commit it befalls
    seen: set[str] = field(default_factory=set)  # verbs that were committed
    _now: threading.local = field(default_factory=threading.local)  # the verbs of the transaction under way

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Stand beside the store's threads, and in front of what the database is told."""
        work, commit = Batches._work, DefaultDialect.do_commit

        def worked(batches: Batches, connection: Connection, batch: list[Any]) -> Any:
            self._now.verbs = {f"{job.bulk.__module__}.{job.bulk.__name__}" for job in batch}
            self.seen |= self._now.verbs
            return work(batches, connection, batch)

        def committed(dialect: Any, connection: Any) -> None:
            verbs, self._now.verbs = getattr(self._now, "verbs", ()), ()
            if self.verb in verbs:
                self.verb = ""
                self._befall(partial(commit, dialect, connection), connection)
            commit(dialect, connection)

        patch.setattr(Batches, "_work", worked)
        patch.setattr(DefaultDialect, "do_commit", committed)

    def _befall(self, commit: Callable[[], object], connection: Any) -> None:
        """The disk refuses; or the connection is lost, before or after the commit came to its end."""
        if self.how == "refused":
            raise sqlite3.OperationalError("disk I/O error")
        if self.how == "unheard":
            commit()
        connection.driver_connection.close()
        raise psycopg.OperationalError("server closed the connection unexpectedly")


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A store on the database that the test names."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'triaged.db'}"
        return
    binary = postgres.binaries()
    if binary is None:
        pytest.skip(postgres.HOW_TO_GET_IT)
    with postgres.running(binary) as server:
        yield server.create("faults")


@pytest.mark.parametrize(
    ("url", "how"),
    [("sqlite", "refused"), ("postgresql", "lost"), ("postgresql", "unheard")],
    indirect=["url"],
    ids=["sqlite, refused", "postgresql, lost", "postgresql, unheard"],
)
async def test_whichever_commit_fails_a_mail_is_worked_once_and_answered_once(
    url: str, how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_hasty(monkeypatch)
    fault = Fault(how)
    fault.install(monkeypatch)
    async with desk_at(tmp_path, store={"url": url}, acknowledge=ACKNOWLEDGE) as desk:
        verbs = await all_befallen(fault, desk)
        status = await desk.running.house.store.status(time.time())
    assert verbs >= ON_THE_WAY
    assert status.received == status.tickets == len(verbs) + 1
    acknowledged = Counter(mail.to for mail in desk.post.mails if mail.kind == "ack")
    assert set(acknowledged) == {f"c{one}@cust.test" for one in range(len(verbs) + 1)}
    copies = Counter(mail.message.message_id for mail in desk.post.mails)
    assert sum(copies.values()) - len(copies) <= MAILS_EACH, "only what ends an attempt may be unknown"


async def all_befallen(fault: Fault, desk: DeskUnderTest) -> set[str]:
    """Let one mail pass, and then one for each verb that it took, whose commit fails; returns the verbs."""
    await send(desk, 0)
    await rest(desk)
    verbs = set(fault.seen)
    for number, verb in enumerate(sorted(verbs), 1):
        fault.verb = verb
        await send(desk, number)
        await rest(desk)
        assert verb not in ON_THE_WAY or not fault.verb, f"{verb} has to have its turn"
    return verbs


def make_hasty(patch: pytest.MonkeyPatch) -> None:
    """Have leases, rounds and waits of a second."""
    for module in (journey, run):
        patch.setattr(module, "MAIL_LEASE_SECONDS", LEASE_SECONDS)
        patch.setattr(module, "MESSAGE_LEASE_SECONDS", LEASE_SECONDS)
    patch.setattr(run, "ROUND_SECONDS", 0.5)
    patch.setattr(run, "SWEEP_SECONDS", 0.5)
    patch.setattr(retry, "WAITS", (0.2,))
    patch.setattr(processing, "DELAYS", (0.2, 0.2))


async def send(desk: DeskUnderTest, number: int) -> None:
    """Send as an honest server does: what was not answered 250 comes again."""
    raw = (
        f"From: c{number}@cust.test\r\nTo: support@hd.test\r\nSubject: Question {number}\r\n"
        f"Message-ID: <q{number}@cust.test>\r\n\r\nHow do I change invoice {number}?\r\n"
    ).encode()
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=desk.port, start_tls=False, local_hostname="c.test")
    async with client:
        while True:
            try:
                await client.sendmail(f"c{number}@cust.test", ["support@hd.test"], raw)
            except aiosmtplib.SMTPDataError as refused:
                if refused.code >= 500:
                    raise
            else:
                return


async def rest(desk: DeskUnderTest) -> None:
    """Wait until all messages are worked and all mails sent."""
    async with asyncio.timeout(30):
        while True:
            status = await desk.running.house.store.status(time.time())
            if not status.waiting and {state.value for state, _ in status.outbox} == {"sent"}:
                return
            await asyncio.sleep(0.01)
