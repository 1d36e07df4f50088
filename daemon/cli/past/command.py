"""The command `triaged import`: what it is asked, what it shows meanwhile, and what it says in the end."""

import asyncio
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from daemon import config
from daemon.cli.desk import AsJson, Option, settings_of, store_troubles
from daemon.cli.jsonline import Record
from daemon.cli.knowledge import definition_in, learned_by
from daemon.cli.paper import DONE, FAULT, USAGE, complain, fail, fail_for, say, say_json, span
from daemon.cli.past.carry import Carrier, Tally, carry, leave_open
from daemon.cli.past.hosted import fetched
from daemon.cli.past.mailbox import Mailbox, Unusable, survey
from daemon.cli.past.nursery import Bereft, Nursery, nursery, spare_the_collector
from daemon.cli.past.reader import Desk
from daemon.core.desk.past import ours_of
from daemon.core.fault import Faults
from daemon.core.mail.mbox import Dialect
from daemon.core.settings import Settings
from daemon.core.triage.definition import Definition
from daemon.edge.oauth.kept import tokens_beside
from store.migrate import migrate
from store.model.changes import Outcome
from store.store import Store

INTERRUPTED = 130
SHOWN = 10  # messages that could not be read, by name
JUDGED_DAYS = 183.0
RECENT_DAYS = 14.0  # whose unanswered conversations are spoken of

Paths = Annotated[
    list[str] | None, typer.Argument(metavar="[PATH...]", help="mbox files, maildirs, folders of .eml files")
]
Folders = Annotated[
    list[str] | None,
    typer.Option("--mailbox", metavar="FOLDER", help="this folder of the desk's [[imap]] mailboxes; may be repeated"),
]
OpenDays = Annotated[
    float,
    typer.Option("--open-days", min=0, help="leave open what nobody answered in so many days; the rest has ended"),
]
Ours = Annotated[
    list[str] | None,
    typer.Option("--ours", metavar="ADDRESS|DOMAIN", help="mail from there is an answer too; may be repeated"),
]
JudgeDays = Annotated[
    float,
    typer.Option("--judge-days", min=0, help="judge what is no older; nothing asks for the verdicts of the rest"),
]
DialectOption = Annotated[Dialect, typer.Option("--dialect", help="of the mbox files, if you know it")]


def bring_along(
    paths: Paths = None,
    folders: Folders = None,
    open_days: OpenDays = 0.0,
    ours: Ours = None,
    dialect: DialectOption = Dialect.AUTO,
    judge_days: JudgeDays = JUDGED_DAYS,
    as_json: AsJson = False,
    option: Option = None,
) -> None:
    """Bring an old mailbox along: filed and threaded, and nobody is answered, asked or sent anything.

    The daemon may run meanwhile. Run it again after an interruption, and it goes on where it stopped.
    """
    began, now = time.monotonic(), time.time()
    file, settings = settings_of(option)
    if not paths and not folders:
        complain("name an mbox, a maildir or a folder, or a folder of the mailbox: --mailbox INBOX")
        raise typer.Exit(USAGE)
    desk, definition = _desk(file, settings, tuple(ours or ()), dialect, now)
    desk = replace(desk, judged_since=now - judge_days * 86400.0)
    spare_the_collector()
    hidden = as_json and not sys.stderr.isatty()
    with TemporaryDirectory(prefix="triaged-import-") as kept:
        found = _fetched(file, settings, folders, Path(kept), hidden=hidden) if folders else []
        with nursery(desk, definition) as readers, _bars(hidden=hidden) as bars:
            mailbox = _surveyed([*(paths or ()), *found], dialect, now, bars)
            with store_troubles(settings):
                migrate(settings.store.url)
                tally, stopped = asyncio.run(_carried(mailbox, desk, definition, readers, open_days, bars))
    seconds = time.monotonic() - began
    if as_json:
        say_json(_record(tally, seconds, stopped=stopped))
    else:
        _tell(tally, seconds, open_days)
    _end(tally, stopped=stopped)


def _desk(
    file: Path, settings: Settings, more: tuple[str, ...], dialect: Dialect, now: float
) -> tuple[Desk, Definition]:
    path = Path(settings.emergency.definition)
    definition = definition_in(path)
    if isinstance(definition, Faults):
        fail_for(definition)
    keys = config.desk_keys(file)
    own = config.own_of(settings, () if isinstance(keys, Faults) else keys)
    learned = learned_by(settings, definition)
    text = path.read_text("utf-8-sig")
    return Desk(settings, own, ours_of(settings, more), text, learned, dialect, now), definition


def _fetched(file: Path, settings: Settings, folders: list[str], into: Path, *, hidden: bool) -> list[str]:
    """Copy folders of the mailboxes; returns the folder of files. Where they are empty, there is nothing to do."""
    with _bars(hidden=hidden) as bars:
        bar = bars.add_task("fetching", total=None)
        many = fetched(settings, tokens_beside(file), folders, into, lambda more: bars.advance(bar, more))
    if not many:
        say(f"nothing lies in {', '.join(folders)}")
        raise typer.Exit(DONE)
    return [str(into)]


def _surveyed(paths: list[str], dialect: Dialect, now: float, bars: Progress) -> Mailbox:
    looking = bars.add_task("looking through", total=None, share=True)

    def step(done: int, total: int) -> None:
        bars.update(looking, completed=done, total=total)

    try:
        return survey(paths, dialect, now, step)
    except Unusable as fault:
        bars.stop()
        fail(str(fault))
    finally:
        bars.remove_task(looking)


async def _carried(
    mailbox: Mailbox, desk: Desk, definition: Definition, readers: Nursery, open_days: float, bars: Progress
) -> tuple[Tally, bool]:
    """Carry it all, or as far as it may go until somebody says stop; tells whether that was so."""
    stopping, loop = asyncio.Event(), asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stopping.set)
    tally = Tally(len(mailbox))
    bar = bars.add_task("importing", total=len(mailbox))
    store = Store.open(desk.settings.store.url, alone=False, hurried=True)
    try:
        carrier = Carrier(desk, definition, readers, store)
        await carry(mailbox, carrier, tally, stopping, lambda many: bars.advance(bar, many))
        stopped = tally.done < tally.total
        if not stopped:
            since = desk.now - (open_days or RECENT_DAYS) * 86400.0
            await leave_open(store, desk.ours, since, desk.now, tally, opening=open_days > 0)
    except Bereft:
        fail("the process that begins the readers was ended; the same command goes on from there")
    finally:
        await store.close()
    return tally, stopped


class _Far(ProgressColumn):
    """How far it is: of the survey in per cent, of the import in messages."""

    def render(self, task: Task) -> Text:
        """Write the share, or the count."""
        if task.fields.get("share"):
            return Text(f"{task.percentage:.0f} %", "progress.download")
        return Text(f"{task.completed:,.0f}/{task.total or 0:,.0f}", "progress.download")


class _Rate(ProgressColumn):
    """How many messages a second."""

    def render(self, task: Task) -> Text:
        """Write the rate of the last moments."""
        speed = None if task.fields.get("share") else task.finished_speed or task.speed
        return Text(f"{speed:,.0f}/s" if speed and task.total else "", "dim")


@contextmanager
def _bars(*, hidden: bool) -> Iterator[Progress]:
    columns = (TextColumn("{task.description}"), BarColumn(), _Far(), _Rate(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=hidden or not console.is_terminal) as bars:
        yield bars


def _record(tally: Tally, seconds: float, *, stopped: bool) -> Record:
    return {
        "messages": tally.total,
        "before": tally.before,
        "read": tally.read,
        "kept": tally.kept,
        "duplicates": tally.duplicates,
        "tickets": tally.became[Outcome.TICKET],
        "follow_ups": tally.became[Outcome.FOLLOW_UP],
        "silenced": dict(sorted(tally.silenced.items())),
        "set_aside": tally.became[Outcome.SET_ASIDE],
        "kept_unread": len(tally.deadly),
        "unreadable": len(tally.unreadable),
        "open": tally.opened,
        "seconds": round(seconds, 3),
        "complete": not stopped,
    }


def _tell(tally: Tally, seconds: float, open_days: float) -> None:
    rate = f", {tally.read / seconds:,.0f} a second" if tally.read else ""
    before = f" ({tally.before} were brought along before)" if tally.before else ""
    say(f"{tally.read} of {tally.total} messages read in {span(seconds)}{rate}{before}")
    rows = (
        ("tickets", tally.became[Outcome.TICKET]),
        ("follow-ups", tally.became[Outcome.FOLLOW_UP]),
        ("duplicates", tally.duplicates),
        *((f"silenced: {reason}", many) for reason, many in sorted(tally.silenced.items())),
        ("set aside", tally.became[Outcome.SET_ASIDE]),
        ("unreadable", len(tally.unreadable)),
    )
    for name, many in rows:
        if many or name in ("tickets", "follow-ups"):
            say(f"  {many:>7}  {name}")
    if open_days:
        say(
            f"{tally.opened} conversations are open: nobody answered in the last {open_days:g} days; the rest has ended"
        )
    elif tally.unanswered:
        say(
            "all conversations have ended; the last word is a customer's of the past two weeks in "
            f"{tally.unanswered} (--open-days 14 leaves such open)"
        )


def _end(tally: Tally, *, stopped: bool) -> None:
    for lines, more in ((tally.deadly, "were kept unread"), (tally.unreadable, "cannot be read")):
        for line in lines[:SHOWN]:
            complain(line)
        if len(lines) > SHOWN:
            complain(f"and {len(lines) - SHOWN} more that {more}")
    if stopped:
        complain(f"stopped after {tally.done} of {tally.total} messages; the same command goes on from there")
        raise typer.Exit(INTERRUPTED)
    if tally.unreadable:
        raise typer.Exit(FAULT)
