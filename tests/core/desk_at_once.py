"""A desk without doors, threads or waiting: real policy and letters, the real tables in memory, a clock to turn."""

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, create_engine, event, insert
from sqlalchemy.pool import StaticPool

from daemon.core.mail.address import Key, Own
from daemon.core.mail.parse import parse
from daemon.core.roster.roster import build
from daemon.core.settings import Settings
from daemon.edge.bell import Here
from daemon.hands import Hands
from daemon.house import House, Memory
from daemon.journey import due, elapse, process
from daemon.loops import Threads
from store.model.message import Envelope, Message
from store.model.outbox import Mail, MailState, Settlement
from store.privacy.hashes import Erased
from store.reader import Reader
from store.schema import counter, metadata
from store.store import Store
from tests.desk import shipped_definition, shipped_letters

START = 1_767_607_200.0  # Monday, 5 January 2026, 10:00 UTC
SETTINGS = Settings.model_validate(
    {
        "desk": {"name": "Helpdesk", "address": "support@hd.test", "hold_seconds": 60},
        "smtp": {"trusted_authserv": ["mx.hd.test"]},
        "pipeline": {"address": "pipeline@team.test"},
        "people": [
            {"id": "bob", "name": "Bob", "address": "bob@team.test"},
            {"id": "ann", "name": "Ann", "address": "ann@team.test"},
        ],
        "duty": {"people": ["bob"]},
    }
)
OWN = Own(SETTINGS.desk.addresses, SETTINGS.desk.tag, SETTINGS.desk.id_host, (Key("1", b"k" * 32),))
LETTERS, DEFINITION = shipped_letters(), shipped_definition()


class _Line:
    """What stands in for a thread of the store: it does at once what it is asked, in a transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def do(self, bulk: Callable[..., Any], item: Any) -> Any:
        with self._engine.begin() as connection:
            return bulk(connection, [item])[0]


class StoreAtOnce(Store):
    """The store's own verbs on tables in memory."""

    def __init__(self, engine: Engine) -> None:
        self._lock = None
        self._shared, self._erased = False, Erased(())
        self._reader = object.__new__(Reader)
        self._reader.engine = engine
        self._writing = self._asking = _Line(engine)  # type: ignore[assignment] # it does the same, at once

    async def _thread(self, question: Callable[[], Any]) -> Any:
        return question()


@dataclass(frozen=True, slots=True)
class Got:
    """A mail that somebody got."""

    to: str
    kind: str
    ticket: int | None
    raw: bytes
    message: Message
    cause: int | None = None

    @property
    def reply_to(self) -> str:
        return self.message.reply_to[0].address


@dataclass
class DeskAtOnce:
    """A whole desk that does everything at once."""

    engine: Engine
    now: float = START
    got: list[Got] = field(default_factory=list)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _drawn: int = 0

    def __post_init__(self) -> None:
        self.store = StoreAtOnce(self.engine)
        nothing: Any = None
        self.house = House(
            SETTINGS, OWN, DEFINITION, LETTERS, self.store, nothing, nothing, Here(), Threads(), Hands(1), Hands(1),
            lambda: self.now, self._random, Memory(build(SETTINGS, START)),
        )  # fmt: skip

    def close(self) -> None:
        self._loop.close()

    def send(self, raw: bytes, sender: str, to: str) -> list[Got]:
        """Receive a message, work it, send what is due; return what left."""
        return self._loop.run_until_complete(self._send(raw, sender, to))

    def wait(self, seconds: float) -> list[Got]:
        """Let time pass, and all that it brings about happen."""
        self.now += seconds
        return self._loop.run_until_complete(self._elapse())

    async def _send(self, raw: bytes, sender: str, to: str) -> list[Got]:
        self.now += 1
        await self.store.keep(raw, Envelope(sender, (to,), "127.0.0.1"), self.now)
        for work in await self.store.lease_messages(self.now, 5, 60):
            await process(work, self.house)
        return await self._post()

    async def _elapse(self) -> list[Got]:
        for occasion in await due(self.house):
            await elapse(occasion, self.house)
        return await self._post()

    async def _post(self) -> list[Got]:
        left = []
        for mail in await self.store.lease_mails(self.now, 100, 60):
            left.append(self._read(mail))
            await self.store.attempt(mail)
            await self.store.settle(mail, Settlement(MailState.SENT, None, "250"), self.now)
        self.got += left
        return left

    def _read(self, mail: Mail) -> Got:
        return Got(mail.to, mail.kind, mail.ticket, mail.raw, parse(mail.raw))

    def _random(self, count: int) -> bytes:
        self._drawn += 1
        return self._drawn.to_bytes(4).rjust(count, b"\x07")


def _template() -> sqlite3.Connection:
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(counter), {"name": "ticket", "value": 0})
    raw: Any = engine.raw_connection().driver_connection
    return raw


TEMPLATE = _template()
ENGINE = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})  # compiles once


@event.listens_for(ENGINE, "connect")
def _connect(connection: Any, _: object) -> None:
    connection.execute("PRAGMA foreign_keys=ON")


def open_desk() -> DeskAtOnce:
    """Return a new desk with nothing in it; the one before it is gone."""
    raw: Any = ENGINE.raw_connection().driver_connection
    TEMPLATE.backup(raw)
    return DeskAtOnce(ENGINE)
