"""The operator's words: the command `triaged`."""

import os
import sys
from typing import Annotated

import typer

from daemon.cli import backup, care, check, definition, demo, duty, explain, listing, login, look, preview, privacy, run
from daemon.cli.paper import DONE, FAULT, complain
from daemon.cli.past import command as past

app = typer.Typer(
    name="triaged",
    help="An email-first helpdesk daemon: answers at once, judges by your own definition, interrupts one person.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command()(demo.demo)
app.command()(care.init)
app.command()(run.run)
app.command()(check.check)
app.command()(care.migrate)
app.command("import")(past.bring_along)
app.command()(login.login)
app.command()(explain.explain)
app.command()(look.status)
app.command()(duty.duty)
app.command()(look.show)
app.command("list")(listing.tickets)
app.command()(preview.digest)
app.command()(preview.report)
app.command()(privacy.export)
app.command()(privacy.erase)
app.command()(backup.backup)
outbox = typer.Typer(invoke_without_command=True, help="What leaves, and what holds it back.")
outbox.callback()(look.outbox)
outbox.command("release")(backup.release)
app.add_typer(outbox, name="outbox")
app.add_typer(care.aside, name="aside")
app.add_typer(definition.definition, name="definition")


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="show where an unexpected fault comes from")] = False,
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
