"""Looking after a desk: `migrate`, and what was set aside."""

import time
from typing import Annotated

import typer
from rich.text import Text

from daemon.cli.desk import AsJson, Option, reader_of, settings_of, store_troubles
from daemon.cli.explain import explainer
from daemon.cli.paper import Column, cell, fail, flat, say, say_json, show_table, span
from daemon.cli.portrait import show_page
from daemon.cli.records import aside_record, explained_record
from store import migrate as steps
from store.beside import retry_aside
from store.model.views import AsideLine

aside = typer.Typer(no_args_is_help=True, help="What could not be worked and was set aside.")

ASIDE = (
    Column("id", right=True),
    Column("age", right=True),
    Column("tries", right=True),
    Column("subject", gives=True),
    Column("why", gives=True, folds=True),
)

Id = Annotated[int, typer.Argument(metavar="ID", min=1, help="as `triaged aside list` shows it")]


def migrate(option: Option = None) -> None:
    """Bring the store up to date; `run` does the same at its start."""
    _, settings = settings_of(option)
    with store_troubles(settings):
        applied = steps.migrate(settings.store.url)
    for step in applied:
        say(f"applied {step}")
    if not applied:
        say("the store is up to date")


@aside.command("list")
def list_aside(as_json: AsJson = False, option: Option = None) -> None:
    """List what was set aside, oldest first."""
    _, settings = settings_of(option)
    with reader_of(settings) as reader:
        found = reader.aside()
    if as_json:
        for one in found:
            say_json(aside_record(one))
        return
    if not found:
        say("nothing is set aside")
        return
    now = time.time()
    show_table(ASIDE, [_set_aside(one, now) for one in found])


def _set_aside(one: AsideLine, now: float) -> tuple[Text, ...]:
    age = cell(span(now - one.received_at))
    return Text(str(one.id), "bold"), age, cell(one.tries), cell(one.subject), cell(one.why)


@aside.command("show")
def show_aside(
    identifier: Id,
    raw: Annotated[bool, typer.Option("--raw", help="the message's own bytes")] = False,
    as_json: AsJson = False,
    option: Option = None,
) -> None:
    """Show a message that was set aside: why, and what can be read of it."""
    path, settings = settings_of(option)
    with reader_of(settings) as reader:
        message = reader.aside_raw(identifier)
        why = next((one.why for one in reader.aside() if one.id == identifier), "")
    if message is None:
        fail(f"nothing of the id {identifier} is set aside")
    if raw:
        typer.get_binary_stream("stdout").write(message.raw)
        return
    explained = explainer(path).explain(f"aside {identifier}", message.raw)
    if as_json:
        say_json(explained_record(explained) | {"why": why})
        return
    show_page(explained, first=True)
    say(Text(f"\nset aside: {flat(why)}", "red"))


@aside.command("retry")
def retry(
    identifiers: Annotated[list[int], typer.Argument(metavar="ID...", min=1, help="as `triaged aside list` shows it")],
    option: Option = None,
) -> None:
    """Take messages up anew that were set aside."""
    _, settings = settings_of(option)
    absent = []
    for identifier in identifiers:
        with store_troubles(settings):
            taken = retry_aside(settings.store.url, identifier, time.time())
        if taken:
            say(f"{identifier} will be taken up anew")
        else:
            absent.append(identifier)
    if absent:
        fail(*(f"nothing of the id {identifier} is set aside" for identifier in absent))
