"""Every command in the order of the help: where it lives and what it does, so that only the one that is meant is woken.

The command line is asked far oftener than the daemon is started, and what makes the daemon takes a second to load.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group


@dataclass(frozen=True, slots=True)
class Command:
    """A word of the command line: the module and name of what does it, and what that is in one line."""

    word: str
    module: str
    name: str
    does: str


COMMANDS = (
    Command(
        "demo",
        "demo",
        "demo",
        "Play a story on a desk in a temporary folder, with real SMTP in and out; ends by itself.",
    ),
    Command(
        "init",
        "init",
        "init",
        "Write triaged.toml and definition.toml, commented; files that are there stay as they are.",
    ),
    Command(
        "run",
        "run",
        "run",
        "Run the daemon until it is stopped; the store is brought up to date, the desk's key made at its first start.",
    ),
    Command(
        "check",
        "check",
        "check",
        "Check settings, definition, key file, store, doors, mailboxes and relay; every fault at once, with its key.",
    ),
    Command("migrate", "care", "migrate", "Bring the store up to date; `run` does the same at its start."),
    Command(
        "import",
        "past.command",
        "bring_along",
        "Bring an old mailbox along: filed and threaded, and nobody is answered, asked or sent anything.",
    ),
    Command(
        "login",
        "login",
        "login",
        "Log in at a mail provider; the token is kept beside the configuration and renewed by itself.",
    ),
    Command(
        "explain",
        "explain",
        "explain",
        "Show what the daemon would make of these messages; nothing is sent, stored or changed.",
    ),
    Command(
        "status",
        "look",
        "status",
        "Show the desk in figures: what came in, what became of it, what is open, what left.",
    ),
    Command("duty", "duty", "duty", "Show who is on duty when: a calendar of the rotas, today marked."),
    Command("show", "look", "show", "Show a ticket with its history."),
    Command("list", "listing", "tickets", "List the open tickets, oldest first; every word narrows the list."),
    Command(
        "digest",
        "preview",
        "digest",
        "Show the digest of a day as a list is sent it; in a member's own copy the words to answer with are links.",
    ),
    Command("report", "preview", "report", "Show the figures of a week, and of the eleven before it."),
    Command(
        "export",
        "privacy",
        "export",
        "Write all that the desk has of an address into a zip: messages, tickets with their history, mails to it.",
    ),
    Command(
        "erase",
        "privacy",
        "erase",
        "Erase all that the desk has of an address; tickets and figures stay, without a word of it.",
    ),
    Command(
        "backup",
        "backup",
        "backup",
        "Copy the store into a file, also while it is in use; a desk that starts on the copy sends nothing at first.",
    ),
    Command("outbox", "outbox", "outbox", "What leaves, and what holds it back."),
    Command("aside", "care", "aside", "What could not be worked and was set aside."),
    Command("definition", "definition", "definition", "The team's written definition of an emergency."),
)


def woken(command: Command) -> Any:
    """Load what does a command, and return it as typer wants it."""
    found = getattr(import_module(f"daemon.cli.{command.module}"), command.name)
    shelf = typer.Typer(add_completion=False)
    if isinstance(found, typer.Typer):
        shelf.add_typer(found, name=command.word)
    else:
        shelf.command(command.word)(found)
    return get_group(shelf).commands[command.word]


class Sleeping(TyperGroup):
    """A group that lists commands by their lines of the table, and wakes the one that is chosen."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the chosen command, woken, with what follows its word."""
        word, _, rest = super().resolve_command(ctx, args)
        return word, woken(next(one for one in COMMANDS if one.word == word)), rest
