"""A whole desk for tests: real SMTP in, real SMTP out, a store in a folder, and everybody's mailbox at the far end."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import aiosmtplib

from daemon.core.mail.address import Key, Own
from daemon.core.mail.parse import parse
from daemon.core.settings import Settings
from daemon.core.triage.definition import Definition, read
from daemon.edge.dns import Dns
from daemon.letters import SHIPPED, Letters
from daemon.run import Running, running
from store.model.message import Message
from store.model.views import Status
from tests.ports import free_port
from tests.sink import open_sink

SETTLED_SECONDS = 60.0  # on a machine that is busy with other work


@dataclass(frozen=True, slots=True)
class Delivered:
    """A mail that left the desk and arrived."""

    mail_from: str
    to: str
    raw: bytes
    message: Message

    @property
    def kind(self) -> str:
        return self.message.header("x-triaged-kind") or ""

    @property
    def reply_to(self) -> str:
        return self.message.reply_to[0].address


@dataclass
class Post:
    """Everybody's mailbox."""

    mails: list[Delivered] = field(default_factory=list)

    def deliver(self, mail_from: str, rcpt_to: str, raw: bytes) -> None:
        self.mails.append(Delivered(mail_from, rcpt_to, raw, parse(raw)))


@dataclass
class DeskUnderTest:
    """A running desk with its customers."""

    running: Running
    post: Post
    port: int
    settings: Settings

    async def send(self, raw: bytes, mail_from: str, *rcpt_to: str) -> list[Delivered]:
        """Send a message to the desk, wait until all is quiet, and return what left because of it."""
        before = len(self.post.mails)
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=self.port, start_tls=False, local_hostname="c.test")
        async with client:
            mail_options = ["SMTPUTF8"] if not (mail_from + "".join(rcpt_to)).isascii() else []
            await client.sendmail(mail_from, list(rcpt_to), raw, mail_options=mail_options)
        await self.quiet()
        return self.post.mails[before:]

    async def wait(self, seconds: float) -> list[Delivered]:
        """Let time go by, and return what left meanwhile."""
        before = len(self.post.mails)
        await asyncio.sleep(seconds)
        await self.quiet()
        return self.post.mails[before:]

    async def quiet(self, seconds: float = SETTLED_SECONDS) -> Status:
        """Wait until nothing waits to be worked or sent, and nothing is in hand."""
        deadline = time.monotonic() + seconds
        while True:
            status = await self.running.house.store.status(time.time())
            outbox = {state.value: count for state, count in status.outbox}
            house = self.running.house
            in_hand = house.messages.full or house.mails.full
            if not (status.waiting or in_hand or outbox.get("queued") or outbox.get("sending")):
                return status
            if time.monotonic() > deadline:
                raise AssertionError(f"the desk does not come to rest: {status}")
            await asyncio.sleep(0.01)


@cache
def shipped_definition() -> Definition:
    """The definition of an emergency as it ships; to read it takes longer than to work a message or two."""
    definition = read((SHIPPED / "definition.toml").read_text("utf-8"))
    assert isinstance(definition, Definition), definition
    return definition


@cache
def shipped_letters(language: str = "en") -> Letters:
    """The letters as they ship, all of them tried, as a desk of that language does before it opens its door."""
    return Letters(language).tried()


@asynccontextmanager
async def desk_at(
    folder: Path, definition: Definition | None = None, *, dns: Dns | None = None, **sections: object
) -> AsyncIterator[DeskUnderTest]:
    """Open a desk for support@hd.test whose mail goes to a real SMTP server; sections of triaged.toml may be given."""
    post, sink, door = Post(), free_port(), free_port()
    mailboxes = await open_sink(sink, post.deliver)
    base: dict[str, object] = {
        "desk": {"name": "Helpdesk", "address": "support@hd.test", "aliases": ["sales@hd.test"]},
        "store": {"url": f"sqlite:///{folder / 'triaged.db'}"},
        "smtp": {"listen": f"127.0.0.1:{door}", "trusted_authserv": ["mx.hd.test"]},
        "relay": {"url": f"smtp://127.0.0.1:{sink}"},
        "pipeline": {"address": "pipeline@team.test"},
        "people": [
            {"id": "bob", "name": "Bob", "address": "bob@team.test"},
            {"id": "ann", "name": "Ann", "address": "ann@team.test"},
        ],
        "duty": {"people": ["bob"]},
    }
    settings = Settings.model_validate(base | sections)
    own = Own(settings.desk.addresses, settings.desk.tag, settings.desk.id_host, (Key("1", b"k" * 32),))
    try:
        letters = shipped_letters(settings.desk.language)
        async with running(settings, own, definition or shipped_definition(), dns=dns, letters=letters) as desk:
            yield DeskUnderTest(desk, post, door, settings)
    finally:
        mailboxes.close()
