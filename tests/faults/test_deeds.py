"""A crash in the middle of a member's word, a confirmation, a digest or a mailbox: each comes about once."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import aiosmtplib
import pytest

from daemon.core.mail.parse import parse
from store.migrate import migrate
from store.model.occasion import Occasion
from store.reader import Reader
from store.store import Store
from tests.edge.dovecot import dovecot
from tests.edge.mailroom import box, letter, needs_dovecot
from tests.faults.nursery import Fate, Nursery
from tests.faults.points import told
from tests.ports import free_port
from tests.sink import open_sink

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]

DAY = 86_400.0
CONFIGURATION = """
[desk]
name = "Desk"
address = "support@hd.test"
[store]
url = "{store}"
[smtp]
listen = "127.0.0.1:{door}"
trusted_authserv = ["mx.hd.test"]
[relay]
url = "smtp://127.0.0.1:{sink}"
[pipeline]
address = "pipeline@team.test"
[[people]]
id = "bob"
name = "Bob"
address = "bob@team.test"
[duty]
people = ["bob"]
"""
EMERGENCY = (
    b"From: Cust Omer <cust@customer.test>\r\nTo: support@hd.test\r\nSubject: Login\r\nMessage-ID: <u1@customer.test>"
    b"\r\n\r\nThe login shows error 500, nobody can log in and we cannot work.\r\n"
)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail at the far end."""

    kind: str
    to: str
    message_id: str
    reply_to: str


@dataclass
class Desk:
    """Lives of a daemon one after the other, on one store, and everybody's mailbox."""

    nursery: Nursery
    folder: Path
    sink: int
    more: str
    arrived: list[Arrived] = field(default_factory=list)
    door: int = 0
    pid: int = 0

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder / 'triaged.db'}"

    def deliver(self, _: str, to: str, raw: bytes) -> None:
        mail = parse(raw)
        reply_to = mail.reply_to[0].address if mail.reply_to else ""
        self.arrived.append(Arrived(mail.header("x-triaged-kind") or "", to, mail.message_id or "", reply_to))

    def kinds(self, kind: str) -> list[Arrived]:
        return [one for one in self.arrived if one.kind == kind]

    def to_bob(self) -> list[Arrived]:
        return [one for one in self.arrived if one.to == "bob@team.test"]

    async def begin(self, *harms: str) -> None:
        self.door = free_port()
        words = (CONFIGURATION + self.more).format(store=self.url, door=self.door, sink=self.sink)
        path = self.folder / "triaged.toml"
        path.write_text(words, "utf-8")
        fate = Fate(harms, hasty=True)
        self.pid = self.nursery.start(self.folder / "log", fate, "run", "-c", str(path))

    async def dies(self) -> None:
        """Wait until the life has come to its end at the place where harm was meant."""
        await until(lambda: self.nursery.ended(self.pid) is not None)

    async def send(self, sender: str, to: str, raw: bytes) -> None:
        """Send, as soon as the door is open."""
        for _ in range(400):
            try:
                async with aiosmtplib.SMTP(
                    hostname="127.0.0.1", port=self.door, start_tls=False, local_hostname="c.test"
                ) as client:
                    await client.sendmail(sender, [to], raw)
            except (aiosmtplib.SMTPException, OSError):
                await asyncio.sleep(0.05)
            else:
                return
        raise AssertionError((self.folder / "log").read_text("utf-8"))

    async def quiet(self) -> None:
        """Wait until nothing is left to be worked or sent."""
        with Reader(self.url) as reader:
            await until(lambda: _is_quiet(reader))

    def history(self, number: int) -> list[str]:
        with Reader(self.url) as reader:
            story = reader.ticket(number)
        assert story
        return [event.what for event in story.events]


def _is_quiet(reader: Reader) -> bool:
    status = reader.status(time.time())
    outbox = {state.value: count for state, count in status.outbox}
    return not (status.waiting or outbox.keys() & {"queued", "sending", "unknown"})


async def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


@asynccontextmanager
async def desk_of(nursery: Nursery, folder: Path, more: str = "") -> AsyncIterator[Desk]:
    desk = Desk(nursery, folder, free_port(), more)
    mailboxes = await open_sink(desk.sink, desk.deliver)
    try:
        yield desk
    finally:
        nursery.kill(desk.pid)
        mailboxes.close()


VOUCHED = "Authentication-Results: mx.hd.test; dmarc=pass header.from=team.test\r\n"


def answer(card: Arrived, words: str, proof: str) -> bytes:
    return (
        f"{proof}From: Bob <bob@team.test>\r\nTo: {card.reply_to}\r\nSubject: Re: card\r\n"
        f"Message-ID: <w1@team.test>\r\nIn-Reply-To: <{card.message_id}>\r\n\r\n{words}\r\n"
    ).encode()


@pytest.mark.parametrize(
    ("place", "proof", "written"),
    [
        ("K16", VOUCHED, "said: mine"),  # it is applied, and not committed
        ("K17", "", "unverified note: mine"),  # nobody vouches for it: the question whether it is theirs has not left
    ],
    ids=["K16", "K17"],
)
async def test_a_word_of_a_member_is_done_once_and_answered_once(
    place: str, proof: str, written: str, nursery: Nursery, tmp_path: Path
) -> None:
    async with desk_of(nursery, tmp_path) as desk:
        await desk.begin(f"{place}:kill")
        await desk.send("cust@customer.test", "support@hd.test", EMERGENCY)
        await until(lambda: bool(desk.kinds("card")))
        (card,) = desk.kinds("card")
        await desk.send("bob@team.test", card.reply_to, answer(card, "mine", proof))
        await desk.dies()
        assert desk.to_bob() == [card]
        await desk.begin()
        await until(lambda: len(desk.to_bob()) > 1)
        await desk.quiet()
        assert told((tmp_path / "log").read_bytes()) == [place]
        assert len(desk.to_bob()) == 2
        assert [what for what in desk.history(1) if "mine" in what] == [written]


async def test_a_digest_that_was_built_and_not_stored_comes_once(nursery: Nursery, tmp_path: Path) -> None:
    local = datetime.fromtimestamp(time.time() - 60, UTC)
    digest = f'[digest]\ndaily = "{local:%H:%M}"\nteam = ["bob@team.test", "ann@team.test"]\n'
    async with desk_of(nursery, tmp_path, digest) as desk:
        migrate(desk.url)
        store = Store.open(desk.url)
        assert await store.happen(Occasion("first-run"), (), time.time() - 2 * DAY)
        await store.close()
        await desk.begin("K18:kill")
        await desk.dies()
        assert desk.kinds("digest") == []
        await desk.begin()
        await until(lambda: len(desk.kinds("digest")) >= 2)
        await desk.quiet()
        assert told((tmp_path / "log").read_bytes()) == ["K18"]
        assert Counter(one.to for one in desk.kinds("digest")) == {"bob@team.test": 1, "ann@team.test": 1}


@pytest.mark.needs("dovecot")
@needs_dovecot[1]
@pytest.mark.parametrize("place", ["K19", "K20"])
async def test_a_mailbox_is_read_once_where_the_reader_dies(place: str, nursery: Nursery, tmp_path: Path) -> None:
    """K19: messages are fetched, and not kept; K20: they are kept, and not moved."""
    with dovecot() as server:
        server.deliver("desk", *(letter(number) for number in range(20)))
        table = "".join(f"{name} = {json.dumps(value)}\n" for name, value in box(server).items())
        async with desk_of(nursery, tmp_path, f"[[imap]]\n{table}") as desk:
            await desk.begin(f"{place}:kill")
            await desk.dies()
            await desk.begin()
            await until(lambda: server.count("desk") == 0)
            await desk.quiet()
            assert told((tmp_path / "log").read_bytes()) == [place]
            with Reader(desk.url) as reader:
                assert len(reader.tickets(ended=True)) == 20
            assert len(desk.kinds("ack")) == len({one.to for one in desk.kinds("ack")}) == 20
