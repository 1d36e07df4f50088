"""The wiring: the one place where doors, journey, store, relay and bell meet; start, drain, stop."""

import asyncio
import gc
import os
import resource
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
import uvloop

from daemon.core.mail.address import Own
from daemon.core.mail.compose import self_test
from daemon.core.roster.roster import build
from daemon.core.settings import Relay as RelaySettings
from daemon.core.settings import Settings
from daemon.core.triage.definition import Definition
from daemon.edge.apart import Apart
from daemon.edge.bell import Stage, open_bell
from daemon.edge.chance import Chance
from daemon.edge.disk import used_percent
from daemon.edge.dns import Dns
from daemon.edge.log import start_log, stations
from daemon.edge.memory import give_back_large
from daemon.edge.metrics import Metrics, open_metrics
from daemon.edge.notify import Pager
from daemon.edge.oauth.kept import NAME as TOKENS
from daemon.edge.relay import Relay, open_relay
from daemon.edge.scan import open_scanner
from daemon.edge.sendmail import Sendmail
from daemon.edge.smtp import Listener, open_door, tls_context
from daemon.edge.supervisor import READY, STOPPING, reloading, stay_alive, tell
from daemon.edge.webhook import Hooks
from daemon.hands import Hands
from daemon.house import House, Memory
from daemon.journey import (
    MAIL_LEASE_SECONDS,
    MESSAGE_LEASE_SECONDS,
    deliver,
    deliver_beside,
    due,
    elapse,
    end_standstill,
    keep_in_hand,
    process,
    receive,
    remember,
    round_,
)
from daemon.letters import Letters
from daemon.loops import Crank, Threads, each, every, turn, whenever
from daemon.quarantine import look_again
from daemon.renewal import Declared, Reading, Standing, renew
from store.database import file_of
from store.model.message import Envelope, RawMessage, Receipt
from store.model.outbox import SIGNALS, Mail, MailKind
from store.model.views import Status
from store.processing import ROOM, suspected
from store.steps import head
from store.store import Store

if TYPE_CHECKING:
    from daemon.edge.imap import Mailboxes

ROUND_SECONDS = 15.0
COMPARE_SECONDS = 60.0  # between two looks whether a mailbox is to be compared with the store
SWEEP_SECONDS = 2.0  # what has its time is done within five of it; at the start, answers that wait are read before
DRAIN_SECONDS = 20.0
RENEWALS = 4  # of the lease of a mail in hand, before it would end
MESSAGES_AT_ONCE = 32
MESSAGES_IN_A_CROWD = 2  # while many arrive at once
MAILS_A_CONNECTION = 4  # in hand for each connection of the relay: some are sent, others wait, or are being settled
MANY_FILES = 65536
YOUNG_OBJECTS = 20_000  # made and not yet freed, some tens of messages, until the collector looks through them

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Running:
    """A desk at work."""

    standing: Standing
    listener: Listener | None
    mailboxes: "Mailboxes | None" = None

    @property
    def house(self) -> House:
        """The house as it stands now."""
        return self.standing.house


def serve(read: Reading, declared: Declared, own: Own, *, tokens: Path, role: str = "all") -> int:
    """Run the daemon until SIGTERM or SIGINT; return the exit status. `tokens` is the file of `triaged login`.

    SIGHUP has what was declared `read` anew.
    """
    start_log(of_stations=declared.settings.log.stations)
    return uvloop.run(_serve(read, declared, own, role, tokens))


async def _serve(read: Reading, declared: Declared, own: Own, role: str, tokens: Path) -> int:
    open_many_files()
    give_back_large()
    settings = declared.settings
    stopping, anew = asyncio.Event(), asyncio.Event()
    _hear(stopping, anew)
    letters = Letters(settings.desk.language).tried()
    async with running(settings, own, declared.definition, role=role, tokens=tokens, letters=letters) as desk:

        async def reload() -> None:
            with reloading():
                await renew(desk.standing, read)

        port = desk.listener.port if desk.listener else None
        log.info("ready", address=settings.desk.address, port=port, role=role)
        tell(READY)
        beside = [asyncio.create_task(work) for work in (stay_alive(), whenever(anew, reload))]
        outgrown = await _outgrown(desk.house, stopping)
        log.info("stopping")
        tell(STOPPING)
    stations.flush()
    for task in beside:
        task.cancel()
    return int(outgrown)


def _hear(stopping: asyncio.Event, anew: asyncio.Event) -> None:
    """Take the signs of the system; one that a terminal has gone away is a stop for who was started at one."""
    at_terminal = sys.stderr.isatty()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stopping.set)

    def hung_up() -> None:
        gone = at_terminal and not os.isatty(sys.stderr.fileno())
        (stopping if gone else anew).set()

    loop.add_signal_handler(signal.SIGHUP, hung_up)


async def _outgrown(house: House, stopping: asyncio.Event) -> bool:
    """Wait until told to stop; True where another program changed the tables, whom this one must not write beside."""
    known, outgrown = head(), False

    async def look() -> None:
        nonlocal outgrown
        step = await house.store.step()
        if step != known:
            log.error("another triaged changed the store; this one must stop", step=step, known=known)
            outgrown = True
            stopping.set()

    await every(SWEEP_SECONDS, look, stopping)
    return outgrown


def open_many_files() -> None:
    """Raise the number of files, and so of connections, that may be open, as far as the system lets us by ourselves."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MANY_FILES if hard == resource.RLIM_INFINITY else min(MANY_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):  # some systems name a limit that they do not grant
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@asynccontextmanager
async def running(
    settings: Settings,
    own: Own,
    definition: Definition,
    *,
    role: str = "all",
    dns: Dns | None = None,
    tokens: Path = Path(TOKENS),
    letters: Letters | None = None,
) -> AsyncIterator[Running]:
    """Open everything, turn the cranks, and on leaving let all that is in hand come to its end.

    Names are looked up by `dns`, or as the system is configured. Where no `letters` are given, templates are compiled
    as they are needed.
    """
    if fault := self_test():
        raise SystemExit(f"triaged: this Python would let a sender write headers into our mail: {fault}")
    house = _furnish(settings, own, definition, dns or Dns(), letters or Letters(settings.desk.language))
    standing, metrics = Standing(house), Metrics()
    listener = mailboxes = None
    async with AsyncExitStack() as ending:  # what was opened last is closed first
        ending.push_async_callback(_close, house)
        if role in ("all", "worker"):
            await remember(house)
            await round_(house)
            stopping = asyncio.Event()
            tasks = [asyncio.create_task(work) for work in _cranks(standing, metrics, stopping)]
            ending.push_async_callback(_stop, house, stopping, tasks)
        if role in ("all", "intake") and settings.smtp is not None:
            received = _received_by(house, metrics)
            listener = await open_door(settings.smtp, settings.desk, received, tls=tls_context(settings.smtp))
            ending.push_async_callback(listener.close, DRAIN_SECONDS)
        if role in ("all", "intake") and settings.imap:
            mailboxes = await ending.enter_async_context(_mailboxes_read(standing, tokens, metrics))
        if settings.metrics.listen:
            figures = await open_metrics(settings.metrics.listen, metrics, _figures_of(house))
            ending.callback(figures.close)
        _spare_the_collector()
        yield Running(standing, listener, mailboxes)


async def _stop(house: House, stopping: asyncio.Event, tasks: list[asyncio.Task[None]]) -> None:
    """Stop the cranks, and let what is in hand come to its end."""
    stopping.set()
    house.bell.ring(Stage.PROCESS)
    house.bell.ring(Stage.DELIVER)
    _, late = await asyncio.wait(tasks, timeout=DRAIN_SECONDS)
    for task in late:
        task.cancel()
    await house.beside.close(DRAIN_SECONDS)


async def _close(house: House) -> None:
    await house.bell.close()
    await house.relay.close()
    if house.spare:
        await house.spare.close()
    for way in house.ways.values():
        await way.close()
    if house.apart:
        await house.apart.close()
    await house.store.close()


def _spare_the_collector() -> None:
    """Look for cycles less often: what lives as long as the process is left alone, and a message makes hardly any."""
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 20)


def _furnish(settings: Settings, own: Own, definition: Definition, dns: Dns, letters: Letters) -> House:
    return House(
        settings,
        own,
        definition,
        letters,
        Store.open(settings.store.url, migrating=True, secrets=[key.secret for key in own.keys]),
        open_relay(settings.relay, Path(), host=settings.desk.id_host),
        dns,
        open_bell(settings.bell.redis, settings.desk.address),
        Threads(),
        Hands(MESSAGES_AT_ONCE, MESSAGES_IN_A_CROWD, lambda work: len(work.raw), ROOM),
        _mailers(settings.relay.connections),
        time.time,
        Chance(),
        Memory(build(settings, time.time())),
        partial(used_percent, file.absolute().parent) if (file := file_of(settings.store.url)) else lambda: None,
        _spare(settings),
        {MailKind.NOTIFY: Pager(), MailKind.WEBHOOK: Hooks()},
        Apart(),
        open_scanner(settings.scan),
    )


def _mailers(connections: int) -> Hands[Mail]:
    """Return the hands that send: filled again once half of them are free, when each connection still has its next."""
    most = connections * MAILS_A_CONNECTION
    return Hands(most, None, lambda mail: len(mail.raw), ROOM, enough=most // 2)


def _spare(settings: Settings) -> Relay | None:
    """Return the way that mails to the operator go where the relay does not take them."""
    url = settings.desk.alarm_relay
    if not url or url.startswith("sendmail:"):
        return Sendmail(url.removeprefix("sendmail:")) if url else None
    return open_relay(RelaySettings(url=url), Path(), host=settings.desk.id_host)


@asynccontextmanager
async def _mailboxes_read(standing: Standing, tokens: Path, metrics: Metrics) -> "AsyncIterator[Mailboxes]":
    """Read the mailboxes, and compare them with the store once a day."""
    from daemon.comparing import Comparing  # noqa: PLC0415 - its library is an extra, for whom it serves
    from daemon.mailroom import logins, open_mailroom  # noqa: PLC0415 - the same

    house = standing.house
    boxes = logins(house.settings, tokens)
    mailboxes = open_mailroom(house, boxes, lambda: metrics.timed("receive"))
    comparing = asyncio.create_task(
        every(COMPARE_SECONDS, Comparing(lambda: standing.house, boxes).look, asyncio.Event())
    )
    try:
        yield mailboxes
    finally:
        comparing.cancel()
        await asyncio.wait([comparing])
        await mailboxes.close(DRAIN_SECONDS)


def _figures_of(house: House) -> Callable[[], Awaitable[tuple[Status, float]]]:
    async def look() -> tuple[Status, float]:
        now = house.clock()
        return await house.store.status(now), now

    return look


def _received_by(house: House, metrics: Metrics) -> Callable[[bytes, Envelope], Awaitable[Receipt]]:
    async def received(raw: bytes, envelope: Envelope) -> Receipt:
        with metrics.timed("receive"):
            return await receive(raw, envelope, house)

    return received


def _cranks(standing: Standing, metrics: Metrics, stopping: asyncio.Event) -> tuple[Coroutine[None, None, None], ...]:
    house = standing.house  # for what stays: store, bell, clock and hands
    store, bell, clock = house.store, house.bell, house.clock

    async def set_aside(work: RawMessage, error: str) -> None:
        if await store.fail_message(work, error, clock()):
            log.warning("set aside", message=work.id, why=error.partition(":")[0])  # the rest may be words of theirs

    async def leave(_: Mail, __: str) -> None:
        """An attempt that broke in our own code keeps its lease, and is looked at when that has run out."""

    async def work_message(work: RawMessage) -> None:
        with metrics.timed("process"):
            await process(work, standing.house)

    async def send_mail(mail: Mail) -> None:
        with metrics.timed("deliver"):
            await (deliver_beside if mail.kind in SIGNALS else deliver)(mail, standing.house)

    messages = Crank(
        Stage.PROCESS,
        lambda free: store.lease_messages(clock(), free, MESSAGE_LEASE_SECONDS, house.messages.room),
        work_message,
        set_aside,
        house.messages,
        alone=lambda work: suspected(work.tries - 1),
    )
    mails = Crank(
        Stage.DELIVER,
        lambda free: store.lease_mails(clock(), 0 if house.mails.tied else free, MAIL_LEASE_SECONDS, house.mails.room),
        send_mail,
        leave,
        house.mails,
    )
    return (turn(messages, bell, stopping), turn(mails, bell, stopping), *_rounds(standing, stopping))


def _rounds(standing: Standing, stopping: asyncio.Event) -> tuple[Coroutine[None, None, None], ...]:
    """Return what is done again and again."""

    async def bring_about() -> None:
        house = standing.house
        await each(due(house), lambda occasion: elapse(occasion, house))

    return (
        every(ROUND_SECONDS, lambda: round_(standing.house), stopping),
        every(ROUND_SECONDS, lambda: look_again(standing.house), stopping),
        every(ROUND_SECONDS, lambda: end_standstill(standing.house), stopping),
        every(MAIL_LEASE_SECONDS / RENEWALS, lambda: keep_in_hand(standing.house), stopping),
        every(SWEEP_SECONDS, lambda: remember(standing.house), stopping),  # what other processes were told
        every(SWEEP_SECONDS, bring_about, stopping),
    )
