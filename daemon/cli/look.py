"""Questions to a desk that change nothing: `show` and `status`."""

import time
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from daemon.cli.desk import AsJson, Option, reader_of, settings_of
from daemon.cli.jsonline import Record
from daemon.cli.login import refused_logins
from daemon.cli.outbox import STOPPED
from daemon.cli.paper import Column, blank_grid, cell, complain, fail, flat, say_json, screen, show_table, span
from daemon.cli.portrait import judged
from daemon.cli.records import (
    iso,
    login_record,
    mailbox_record,
    since,
    status_record,
    story_record,
    track,
)
from store.model.mailbox import MailboxLine
from store.model.ticket import Ticket
from store.model.views import Status, Story

HISTORY = (Column("at"), Column("who", gives=True), Column("what", gives=True, folds=True))

Number = Annotated[int, typer.Argument(metavar="N", min=1, help="number of a ticket")]


def show(number: Number, as_json: AsJson = False, option: Option = None) -> None:
    """Show a ticket with its history."""
    _, settings = settings_of(option)
    with reader_of(settings) as reader:
        story = reader.ticket(number)
    if story is None:
        fail(f"there is no ticket #{number}")
    if as_json:
        say_json(story_record(story))
    else:
        _tell(story)


def _tell(story: Story) -> None:
    t, console = story.ticket, screen()
    console.print(Text(f"#{t.number} ", "bold") + Text(flat(t.subject), "bold"))
    facts = (
        ("state", f"{t.kind.value}, {t.state.value}" + (f" ({t.resolution})" if t.resolution else "")),
        ("verdict", _overruled(story)),
        ("track", track(t)),
        ("reporter", t.reporter),
        ("", f"mail to them could not be delivered on {iso(story.failing_at)}" if story.failing_at else None),
        ("owner", t.owner),
        ("team", t.team),
        ("area", t.area),
        ("priority", t.priority),
        ("links", ", ".join(f"#{n}" for n in t.links)),
        ("opened", iso(t.opened_at)),
        ("answered", _clocks(t)),
    )
    grid = blank_grid()
    for name, value in facts:
        if value:
            grid.add_row(name, Text(flat(value)))
    console.print(grid)
    if story.verdict:
        console.print(judged(story.verdict))
    if story.events:
        console.print()
        show_table(HISTORY, [(cell(iso(e.at), "dim"), cell(e.who), cell(e.what)) for e in story.events])


def _overruled(story: Story) -> str | None:
    """Return what the ticket is held to be, unless the verdict below says the same."""
    tag, verdict = story.ticket.verdict, story.verdict
    return tag.value if tag and (verdict is None or verdict.tag is not tag) else None


def _clocks(t: Ticket) -> str:
    automatic = since(t.opened_at, t.first_automatic_at)
    human = since(t.opened_at, t.first_human_at)
    return f"automatically after {span(automatic)}, by a person after {span(human)}"


def status(as_json: AsJson = False, option: Option = None) -> None:
    """Show the desk in figures: what came in, what became of it, what is open, what left."""
    path, settings = settings_of(option)
    with reader_of(settings) as reader:
        figures = reader.status(time.time())
        accounts = {box.account for box in settings.imap}
        mailboxes = tuple(line for line in reader.mailboxes() if line.account in accounts)
        stopped = reader.is_stopped()
    refused = refused_logins(path)
    if as_json:
        more: Record = {
            "logins_refused": [login_record(*one) for one in refused],
            "mailboxes": [mailbox_record(line) for line in mailboxes],
            "sending_stopped": stopped,
        }
        say_json(status_record(figures) | more)
    else:
        screen().print(_figures(figures, mailboxes))
        complain(*(one.refused for _, one in refused), *((STOPPED,) if stopped else ()))


def _figures(s: Status, mailboxes: tuple[MailboxLine, ...]) -> Table:
    grid = blank_grid()
    became = (("ticket", s.tickets), ("follow-up", s.follow_ups), ("command", s.commands))
    silenced = sum(count for _, count in s.silenced)
    grid.add_row(
        "received", Text(str(s.received), "bold") + _also(("waiting", s.waiting), ("duplicates", s.duplicates))
    )
    grid.add_row("became", Text(", ".join(f"{count} {name}{'s'[: count != 1]}" for name, count in became)))
    grid.add_row("silenced", Text(str(silenced)) + _also(*s.silenced))
    grid.add_row("set aside", Text(str(s.set_aside), "bold red" if s.set_aside else ""))
    grid.add_row("open", _counts(*((state.value, count) for state, count in s.open)))
    grid.add_row("outbox", _counts(*((state.value, count) for state, count in s.outbox)))
    first = s.first_response
    answered = (
        f"automatic {span(first.automatic_p50)} (99 %: {span(first.automatic_p99)}), human {span(first.human_p50)}"
    )
    grid.add_row("answered in", Text(answered))
    off_duty = s.interruptions_off_duty
    grid.add_row("interrupted", Text(f"{off_duty} off duty", "bold red" if off_duty else ""))
    for line in mailboxes:
        grid.add_row("mailbox", _mailbox(line, time.time()))
    return grid


def _mailbox(line: MailboxLine, now: float) -> Text:
    """Say how a mailbox fares: when it was last read to its end, and what is wrong since when."""
    told = Text(flat(f"{line.account} {line.folder}: "))
    told.append(f"read {span(now - line.read_at)} ago" if line.read_at else "never read")
    if line.error and line.error_since is not None:
        told.append(f"; for {span(now - line.error_since)}: {flat(line.error)}", "bold red")
    return told


def _also(*counts: tuple[str, int]) -> Text:
    words = ", ".join(f"{count} {flat(name)}" for name, count in counts if count)
    return Text(f"  ({words})" if words else "", "dim")


def _counts(*counts: tuple[str, int]) -> Text:
    return Text(", ".join(f"{count} {name}" for name, count in counts if count) or "nothing")
