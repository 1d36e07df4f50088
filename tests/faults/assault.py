"""A load on a daemon that is killed again and again, or harmed in other ways; then loss and doubles are counted.

Three logs that know nothing of each other are compared: what the senders were told, what arrived at the far end, and
what stands in the store.
"""

import asyncio
import random
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import cycle
from pathlib import Path

import aiosmtplib
from sqlalchemy.exc import SQLAlchemyError

from tests.faults.audit import Audit
from tests.faults.farend import FarEnd
from tests.faults.nursery import Fate, Nursery
from tests.faults.points import passes
from tests.ports import free_port

SENDERS = 8
REST_SECONDS = 300.0  # two leases as shipped, and a wait between attempts
START_SECONDS = 60.0
STARTS = 60  # a database that recovers from its log keeps everybody waiting
PATIENCE = 60  # mails that pass while a life is to come to its end at a place
PATIENT_SECONDS = 5.0  # that it has after them: they are taken in faster than worked

_CONFIGURATION = """
[desk]
name = "Desk"
address = "desk@hd.test"
[store]
url = "{store}"
[smtp]
listen = "127.0.0.1:{door}"
[relay]
url = "smtp://127.0.0.1:{far_end}"
[pipeline]
address = "pipeline@team.test"
[acknowledge]
desk_per_hour = 0
unproven_per_domain = 0
"""


@dataclass(frozen=True)
class Counters:
    """What an assault came to, in the words that such checkers use; all but the last five have to be nought."""

    lost: int  # accepted by the door, and not in the store
    unexpected: int  # in the store, and never sent
    changed: int  # stored with other bytes than were sent
    duplicated: int  # messages stored, and tickets opened, beyond one for each that was sent
    unfinished: int  # messages without an outcome, mails without an end
    aside: int  # messages that were set aside
    unacknowledged: int  # customers without an acknowledgement at the far end, though it took mail for them
    vanished: int  # mails that the store calls sent, and that never arrived
    unexplained: int  # copies beyond the first, for which no attempt had an unknown end
    misled: int  # mails that went to somebody who is neither the customer nor the team
    refused: int  # honest mail that was answered 5xx
    recovered: int  # stored although the sender heard no 250, and so sent again
    doubled: int  # mails that arrived more than once
    unknown: int  # attempts whose end nobody knows
    failed: int  # outgoing mails that were given up
    postponed: int  # times that a sender was told to try again later

    @property
    def faults(self) -> dict[str, int]:
        """What must not be."""
        allowed = {"recovered", "doubled", "unknown", "failed", "postponed"}
        return {name: count for name, count in vars(self).items() if count and name not in allowed}


def fits(role: str, harm: str) -> bool:
    """Say whether a process of this role suffers this harm one day; a kill at random hits everybody."""
    return not harm or passes(role, harm.partition(":")[0])


@dataclass
class Life:
    """A process of the daemon."""

    role: str
    number: int
    door: int = 0
    pid: int = 0
    harmed: bool = False  # it comes to its end by itself


@dataclass
class Assault:
    """A load, the daemon under it, and the far end."""

    folder: Path
    nursery: Nursery
    messages: int
    kills: int = 0
    seed: int = 1
    url: str = ""  # of the store; one in the folder, if none is given
    roles: Sequence[str] = ("all",)
    more: str = ""  # sections of the configuration beside the usual
    fate: Fate = field(default_factory=Fate)  # of every life
    harms: Sequence[str] = ("",)  # for one life after the other, beside that; "" leaves it to the kill at random
    beside: Sequence[Callable[["Assault"], Awaitable[None]]] = ()  # other troubles, which end when the load is over
    told: set[str] = field(default_factory=set)  # Message-IDs that the door answered 250
    refused: int = 0
    postponed: int = 0
    killed: int = 0
    rested: float = 0.0  # seconds from the last mail and the last harm until nothing was left to do
    given_up: Counter[str] = field(default_factory=Counter)  # why messages were set aside, and mails failed
    died: int = 0  # at a place where harm was meant

    async def run(self) -> Counters:
        """Send everything, do all harm meanwhile, wait until all is quiet, and count."""
        self.url = self.url or f"sqlite:///{self.folder / 'triaged.db'}"
        self.audit = await asyncio.to_thread(Audit, self.url)
        self._chance = random.Random(self.seed)
        self._most = self.messages / self.kills + PATIENCE if self.kills else self.messages
        self._waiting = list(range(self.messages))
        self._harms = {role: cycle([harm for harm in self.harms if fits(role, harm)]) for role in self.roles}
        self.lives = [Life(role, number) for number, role in enumerate(self.roles)]
        async with FarEnd(free_port(), chance=self._chance) as self.far_end:
            try:
                for life in self.lives:
                    await self.begin(life, harmed=self.kills > 0)
                await self._load()
                await self._rest()
                return self._count()
            finally:
                for life in self.lives:
                    self.nursery.kill(life.pid)
                self.audit.close()

    @property
    def log(self) -> bytes:
        """All that the lives said."""
        return (self.folder / "log").read_bytes()

    @property
    def is_sending(self) -> bool:
        return len(self.told) < self.messages

    async def begin(self, life: Life, *, harmed: bool = False) -> None:
        """Start a life, and wait until its door is open.

        Raises:
            RuntimeError: it did not open; with what it said.

        """
        life.door = free_port()
        path = self.folder / f"triaged{life.number}.toml"
        words = (_CONFIGURATION + self.more).replace("{store}", self.url).replace("{door}", str(life.door))
        path.write_text(words.replace("{far_end}", str(self.far_end.port)), "utf-8")
        harms = self._harm(life.role) if harmed else ()
        fate = replace(self.fate, harms=(*self.fate.harms, *harms))
        life.harmed = bool(harms)
        for _ in range(STARTS):
            life.pid = self.nursery.start(self.folder / "log", fate, "run", "-c", str(path), "--role", life.role)
            if await self._opened(life):
                return
            await asyncio.sleep(1)  # as a supervisor does; the database may be away just now
        raise RuntimeError((self.folder / "log").read_text("utf-8", "replace")[-5000:])

    def _harm(self, role: str) -> tuple[str, ...]:
        harm = next(self._harms[role])
        return (harm.replace("{n}", str(self._chance.randint(2, 30))),) if harm else ()

    async def _opened(self, life: Life) -> bool:
        """Wait until its door is open; a worker has none."""
        deadline = time.monotonic() + START_SECONDS
        while life.role != "worker" and time.monotonic() < deadline:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", life.door)
            except OSError:
                if self.nursery.ended(life.pid) is not None:
                    return False
                await asyncio.sleep(0.01)
            else:
                writer.close()
                return True
        return life.role == "worker"

    async def _load(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._kill())
            for trouble in self.beside:
                group.create_task(trouble(self))
            for _ in range(SENDERS):
                group.create_task(self._send())

    async def _kill(self) -> None:
        """Kill at moments spread over the whole load, so that each finds work under way."""
        for n in range(self.kills):
            life = self.lives[n % len(self.lives)]
            mark = self.messages * (n + self._chance.random()) / self.kills
            mark = max(mark, len(self.told) + PATIENCE) if life.harmed else mark  # it may come by its place or not
            self._most = max(self._most, mark)
            while len(self.told) < min(mark, self.messages) and self.nursery.ended(life.pid) is None:
                await asyncio.sleep(0.005)
            await asyncio.sleep(self._chance.random() * 0.03)
            if life.harmed:
                await self._end(life)
            if self.nursery.ended(life.pid) is None:
                self.nursery.kill(life.pid)
                self.killed += 1
            else:
                self.died += 1
            self._most = self.messages * (n + 2) / self.kills + PATIENCE
            await self.begin(life, harmed=n + len(self.lives) < self.kills)

    async def _end(self, life: Life) -> None:
        """Wait a little for the end that is meant for a life."""
        deadline = time.monotonic() + PATIENT_SECONDS
        while self.nursery.ended(life.pid) is None and time.monotonic() < deadline:
            await asyncio.sleep(0.02)

    async def _send(self) -> None:
        """Send as an honest server does: what was not answered 250 is sent again with the same bytes."""
        while self.is_sending:
            door = self._chance.choice([life.door for life in self.lives if life.door and life.role != "worker"])
            try:
                async with aiosmtplib.SMTP(
                    hostname="127.0.0.1", port=door, start_tls=False, local_hostname="c.test", timeout=20
                ) as client:
                    while self._waiting:
                        await self._send_one(client)
                        while len(self.told) > self._most:  # the load is not over before the kills are
                            await asyncio.sleep(0.01)
            except (aiosmtplib.SMTPException, OSError):
                pass
            await asyncio.sleep(0.03)

    async def _send_one(self, client: aiosmtplib.SMTP) -> None:
        number = self._waiting.pop()
        try:
            await client.sendmail(customer(number), ["desk@hd.test"], letter(number))
        except BaseException as error:
            self._waiting.append(number)
            codes = [error.code] if isinstance(error, aiosmtplib.SMTPResponseException) else []
            if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
                codes = [one.code for one in error.recipients]
            self.postponed += any(400 <= code < 500 for code in codes)
            self.refused += any(code >= 500 for code in codes)
            raise
        self.told.add(identifier(number))

    async def _rest(self) -> None:
        begun = time.monotonic()
        deadline = begun + REST_SECONDS
        while self._unfinished() and time.monotonic() < deadline:
            for life in self.lives:
                if self.nursery.ended(life.pid) is not None:
                    self.died += 1
                    await self.begin(life)
            await asyncio.sleep(0.2)
        self.rested = time.monotonic() - begun

    def _unfinished(self) -> int:
        try:
            return self.audit.unfinished()
        except SQLAlchemyError:  # the database is away just now
            return -1

    def _count(self) -> Counters:
        found = self.audit.find()
        self.given_up = self.audit.given_up()
        arrived = self.far_end.arrived
        copies = Counter(one.message_id for one in arrived)
        acknowledgements: dict[str, set[str]] = defaultdict(set)
        for one in arrived:
            if one.kind == "ack":
                acknowledgements[one.to].add(one.message_id)
        sent = {identifier(number): letter(number) for number in range(self.messages)}
        customers = {customer(number) for number in range(self.messages)}
        beyond = sum(max(0, count - 1 - found.unknown[name]) for name, count in copies.items())
        return Counters(
            lost=len(self.told - found.raws.keys()),
            unexpected=len(found.raws.keys() - sent.keys()),
            changed=sum(raw != sent.get(name) for name, raws in found.raws.items() for raw in raws),
            duplicated=sum(len(raws) - 1 for raws in found.raws.values()) + max(0, found.tickets - len(found.raws)),
            unfinished=self._unfinished(),
            aside=found.aside,
            unacknowledged=sum(not acknowledgements[who] for who in customers - self.far_end.refused),
            vanished=len(found.sent - copies.keys()),
            unexplained=beyond + sum(len(names) - 1 for names in acknowledgements.values() if names),
            misled=sum(one.to not in customers and one.to != "pipeline@team.test" for one in arrived),
            refused=self.refused,
            recovered=found.recovered,
            doubled=sum(count > 1 for count in copies.values()),
            unknown=found.unknown.total(),
            failed=found.failed,
            postponed=self.postponed,
        )


def customer(number: int) -> str:
    return f"c{number}@cust{number % 50}.test"


def identifier(number: int) -> str:
    return f"m.{number}@cust{number % 50}.test"


def letter(number: int) -> bytes:
    return (
        f"From: Customer {number} <{customer(number)}>\r\nTo: desk@hd.test\r\nSubject: Question {number}\r\n"
        f"Message-ID: <{identifier(number)}>\r\nDate: Mon, 03 Nov 2025 10:00:00 +0100\r\n\r\n"
        f"Hello,\r\n\r\nhow do I change the address on invoice {number}?\r\n\r\nRegards\r\n"
    ).encode()
