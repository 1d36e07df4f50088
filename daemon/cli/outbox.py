"""`triaged outbox`: what leaves, and what holds it back."""

import time
from typing import Annotated

import typer
from rich.text import Text

from daemon.cli.desk import AsJson, Option, reader_of, settings_of, store_troubles
from daemon.cli.paper import Column, cell, complain, say, say_json, show_table, span
from daemon.cli.records import mail_record
from store.beside import release_sending
from store.model.outbox import MailState
from store.model.views import OutboxLine

outbox = typer.Typer(invoke_without_command=True, help="What leaves, and what holds it back.")

STOPPED = "this store is a restored copy: nothing is sent until `triaged outbox release`"
MAIL_STATES = {MailState.SENT: "green", MailState.FAILED: "bold red", MailState.UNKNOWN: "yellow"}

MAILS = (
    Column("id", right=True),
    Column("kind"),
    Column("ticket", right=True),
    Column("to", gives=True),
    Column("state"),
    Column("tries", right=True, spare=True),
    Column("due"),
    Column("answer", gives=True),
)


@outbox.callback()
def waiting_mail(
    context: typer.Context,
    waiting: Annotated[bool, typer.Option("--waiting", help="only what has not left")] = False,
    as_json: AsJson = False,
    option: Option = None,
) -> None:
    """List the outgoing mail, oldest first, with what the next server said."""
    if context.invoked_subcommand:
        return
    _, settings = settings_of(option)
    with reader_of(settings) as reader:
        found, stopped = reader.outbox(not waiting), reader.is_stopped()
    if stopped:
        complain(STOPPED)
    if as_json:
        for row in found:
            say_json(mail_record(row))
    elif not found:
        say("nothing waits in the outbox" if waiting else "nothing in the outbox")
    else:
        show_table(MAILS, [_mail(row, time.time()) for row in found])


@outbox.command("release")
def release(option: Option = None) -> None:
    """Let mail leave again from a store that was restored."""
    _, settings = settings_of(option)
    with store_troubles(settings):
        released = release_sending(settings.store.url)
    say("mail leaves again, within seconds" if released else "nothing holds the mail back")


def _mail(row: OutboxLine, now: float) -> tuple[Text, ...]:
    waits = row.state in {MailState.QUEUED, MailState.HELD}
    due = (f"in {span(row.due - now)}" if row.due > now else "now") if waits else None
    return (
        Text(str(row.id), "bold"),
        cell(row.kind.value),
        cell(f"#{row.ticket}" if row.ticket else None),
        cell(row.to),
        cell(row.state.value, MAIL_STATES.get(row.state, "")),
        cell(row.attempts),
        cell(due),
        cell(row.answer),
    )
