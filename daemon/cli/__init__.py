"""The operator's words: the command `triaged`."""

import os
import sys
from typing import Annotated

import typer

from daemon.cli.commands import COMMANDS, Sleeping
from daemon.cli.paper import DONE, FAULT, complain, say

app = typer.Typer(
    cls=Sleeping,
    name="triaged",
    help="An email-first helpdesk daemon: answers at once, judges by your own definition, interrupts one person.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _asleep() -> None:
    """Stand in the list of commands for one that is not woken yet."""


for command in COMMANDS:
    app.command(command.word)(_asleep)


def _version(asked: bool) -> None:
    if asked:
        from importlib import metadata  # noqa: PLC0415 - it brings half of the mail library along

        say(f"triaged {metadata.version('triaged')}")
        raise typer.Exit


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="show where an unexpected fault comes from")] = False,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, help="say which version this is, and end")
    ] = False,
) -> None:
    """An email-first helpdesk daemon: answers at once, judges by your own definition, interrupts one person."""


def main() -> None:
    """Run the command line; whatever happens, a user reads words and never a traceback."""
    try:
        app(prog_name="triaged")
    except BrokenPipeError:  # `triaged list | head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(DONE)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if "--debug" in sys.argv[1:2]:
            raise
        told = str(error).strip().splitlines()
        complain(
            f"an unexpected fault: {type(error).__name__}{': ' + told[0] if told else ''} "
            "(`triaged --debug ...` shows where)"
        )
        sys.exit(FAULT)
