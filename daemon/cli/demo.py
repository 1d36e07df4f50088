"""triaged demo: a desk in a temporary folder, real SMTP in and out, and the conversation as it happens."""

import asyncio
import shutil
import socket
import tempfile
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from textwrap import dedent
from typing import TypeVar

import uvloop
from rich.console import Console, Group
from rich.panel import Panel
from rich.text import Text

from daemon import config
from daemon.cli.knowledge import definition_in
from daemon.cli.paper import fail_for
from daemon.core.fault import Faults
from daemon.core.mail.address import Own
from daemon.core.mail.parse import parse
from daemon.core.settings import Desk, Relay, Settings, Smtp
from daemon.core.triage.definition import Definition
from daemon.edge.relay import open_relay
from daemon.edge.smtp import open_door
from daemon.letters import SHIPPED
from daemon.run import running
from store.model.message import Envelope, Message, Receipt
from store.model.outbox import Mail, MailKind
from store.model.views import Status

Answer = TypeVar("Answer")

DESK = "help@acme.example"
BO = "bo@acme.example"
PROVEN = "Authentication-Results: mx.acme.example; dmarc=pass header.from=acme.example\r\n"
PEOPLE = {
    "maria@shop.example": ("Maria", "customer"),
    "jonas@werk.example": ("Jonas", "customer, writes German"),
    "lena@studio.example": ("Lena", "customer, on holiday"),
    BO: ("Bo", "developer on duty"),
    "product@acme.example": ("Product", "the pipeline"),
}
CONFIG = """
[desk]
name = "Acme Support"
address = "help@acme.example"
hold_seconds = 0
[smtp]
listen = "127.0.0.1:{door}"
trusted_authserv = ["mx.acme.example"]
[relay]
url = "smtp://127.0.0.1:{sink}"
[pipeline]
address = "product@acme.example"
[[people]]
id = "bo"
name = "Bo"
address = "bo@acme.example"
[duty]
people = ["bo"]
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One mail that somebody writes to the desk in the demo."""

    sender: str
    subject: str
    text: str
    headers: str = ""
    expect: int = 2  # mails that follow from it
    answers: str | None = None  # whose latest mail it replies to


STORY = (
    Line(
        "maria@shop.example",
        "Checkout is down",
        """
        Hello, since 9 this morning our customers cannot pay: the checkout shows
        "Error 500" after the card number. It worked yesterday. Please help!

        Maria
        """,
    ),
    Line(BO, "Re: card", "mine", PROVEN, 1, BO),
    Line(
        "jonas@werk.example",
        "Wunsch: Export als PDF",
        """
        Guten Tag, es wäre schön, wenn wir die Berichte auch als PDF exportieren könnten.
        Ist das geplant? Viele Grüße, Jonas
        """,
    ),
    Line(
        "lena@studio.example",
        "Out of office",
        "I am on holiday and will read your mail on Monday.",
        headers="Auto-Submitted: auto-replied\r\n",
        expect=1,
    ),
    Line(
        "maria@shop.example",
        "Re: your request",
        "It is the shop in Lyon, all browsers. Order 4711 is one of them.",
        expect=1,
        answers="maria@shop.example",
    ),
    Line(BO, "Re: card", "reply: Found it, a certificate had run out. Payments work again.", PROVEN, 2, BO),
)


@dataclass
class Post:
    """What has been delivered so far, by a real SMTP server at the end of the desk's way out."""

    console: Console
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    mails: list[tuple[str, Message]] = field(default_factory=list)

    async def receive(self, raw: bytes, envelope: Envelope) -> Receipt:
        """Take a mail from the desk and show it."""
        message = parse(raw)
        self.mails.append((envelope.rcpt_to[0], message))
        self.console.print(_shown(message, envelope.rcpt_to[0], theirs=False))
        self.arrived.set()
        return Receipt("demo", duplicate=False)

    async def wait_for(self, count: int, seconds: float) -> None:
        """Wait until so many mails have arrived in all."""
        deadline = time.monotonic() + seconds
        while len(self.mails) < count:
            self.arrived.clear()
            await asyncio.wait_for(self.arrived.wait(), max(0.1, deadline - time.monotonic()))

    def latest_to(self, address: str) -> Message:
        """Return the latest mail that somebody got from the desk."""
        return next(message for to, message in reversed(self.mails) if to == address)


def demo() -> None:
    """Play a story on a desk in a temporary folder, with real SMTP in and out; ends by itself."""
    with tempfile.TemporaryDirectory(prefix="triaged-demo-") as folder:
        uvloop.run(_play(Path(folder), Console()))


async def _play(folder: Path, console: Console) -> None:
    door = _free_port(20250)
    sink = _free_port(door + 1)
    settings, own, definition = _set_up(folder, door, sink)
    post = Post(console)
    everybody = Desk(address=next(iter(PEOPLE)), aliases=tuple(PEOPLE))
    mailboxes = await open_door(Smtp(listen=f"127.0.0.1:{sink}"), everybody, post.receive)
    console.print(_title(door, sink))
    try:
        async with running(settings, own, definition) as desk:
            await _tell(post, door, console)
            console.print(_figures(await desk.house.store.status(time.time())))
    finally:
        await mailboxes.close(1)


async def _tell(post: Post, door: int, console: Console) -> None:
    way_in = open_relay(Relay(url=f"smtp://127.0.0.1:{door}", starttls="never"), Path())
    try:
        for line in STORY:
            answered = post.latest_to(line.answers) if line.answers else None
            to = answered.reply_to[0].address if answered else DESK
            raw = _mail(line, to, answered)
            console.print(_shown(parse(raw), to, theirs=True))
            begun, expected = time.perf_counter(), len(post.mails) + line.expect
            mail = Mail(0, MailKind.REPLY, None, line.sender, to, raw, 0, time.time(), 0)
            await way_in.send(mail, before_dot=_always)
            await post.wait_for(expected, 20)
            console.print(Text(f"  … {1000 * (time.perf_counter() - begun):.0f} ms\n", style="dim"))
    finally:
        await way_in.close()


async def _always() -> bool:
    return True


def _set_up(folder: Path, door: int, sink: int) -> tuple[Settings, Own, Definition]:
    config_file = folder / "triaged.toml"
    config_file.write_text(CONFIG.format(door=door, sink=sink), "utf-8")
    shutil.copy(SHIPPED / "definition.toml", folder)
    config.make_key(config_file)
    settings = _right(config.load(config_file))
    own = config.own_of(settings, _right(config.desk_keys(config_file)))
    return settings, own, _right(definition_in(folder / "definition.toml"))


def _right(answer: Answer | Faults) -> Answer:
    if isinstance(answer, Faults):
        fail_for(answer)
    return answer


def _mail(line: Line, to: str, answered: Message | None) -> bytes:
    name = PEOPLE[line.sender][0]
    thread = f"In-Reply-To: <{answered.message_id}>\r\n" if answered else ""
    head = (
        f"From: {name} <{line.sender}>\r\nTo: {to}\r\nSubject: {line.subject}\r\nDate: {formatdate(usegmt=True)}\r\n"
        f"Message-ID: <{time.time_ns()}@{line.sender.partition('@')[2]}>\r\n{thread}{line.headers}"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    return (head + dedent(line.text).strip().replace("\n", "\r\n") + "\r\n").encode()


def _shown(message: Message, to: str, *, theirs: bool) -> Panel:
    who = message.sender.name if message.sender else "?"
    reader, role = PEOPLE.get(to, ("triaged", "the desk"))
    title = f"{who} → {reader} ({role})"
    body = Group(Text(message.subject, style="bold"), Text(), Text(message.text.strip()))
    return Panel(body, title=title, title_align="left", border_style="cyan" if theirs else "green", width=92)


def _title(door: int, sink: int) -> Text:
    return Text(
        f"triaged demo: a desk listening on 127.0.0.1:{door}, everybody's mailbox on 127.0.0.1:{sink}. "
        "All mail below goes through real SMTP.\n",
        style="dim",
    )


def _figures(status: Status) -> Text:
    silenced = sum(count for _, count in status.silenced)
    return Text(
        f"received {status.received} = {status.tickets} tickets + {status.follow_ups} follow-ups "
        f"+ {status.commands} commands + {silenced} silenced + {status.set_aside} set aside",
        style="bold",
    )


def _free_port(first: int) -> int:
    """Return a free port below the range from which outgoing connections take theirs."""
    for port in range(first, 32000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    raise SystemExit("triaged: no free port for the demo")
