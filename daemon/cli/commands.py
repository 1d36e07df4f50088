"""Every command in the order of the help, and where it lives, so that only the one that is meant is woken.

The command line is asked far oftener than the daemon is started, and what makes the daemon takes a second to load. What
a command says of itself is read from its source for the list of all, and nothing is loaded for that.
"""

import ast
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Command:
    """A word of the command line, and the module and name of what does it: a function, or a group of further words."""

    word: str
    module: str
    name: str


COMMANDS = (
    Command("demo", "demo", "demo"),
    Command("init", "init", "init"),
    Command("run", "run", "run"),
    Command("check", "check", "check"),
    Command("migrate", "care", "migrate"),
    Command("import", "past.command", "bring_along"),
    Command("login", "login", "login"),
    Command("explain", "explain", "explain"),
    Command("status", "look", "status"),
    Command("duty", "duty", "duty"),
    Command("show", "look", "show"),
    Command("list", "listing", "tickets"),
    Command("digest", "preview", "digest"),
    Command("report", "preview", "report"),
    Command("export", "privacy", "export"),
    Command("erase", "privacy", "erase"),
    Command("backup", "backup", "backup"),
    Command("outbox", "outbox", "outbox"),
    Command("aside", "care", "aside"),
    Command("definition", "definition", "definition"),
)


def said_of(command: Command) -> str:
    """Return what a command says of itself, in its first paragraph, without loading it."""
    path = HERE.joinpath(*command.module.split(".")).with_suffix(".py")
    for node in ast.parse(path.read_bytes()).body:
        if isinstance(node, ast.FunctionDef) and node.name == command.name:
            return " ".join((ast.get_docstring(node) or "").partition("\n\n")[0].split())
        if isinstance(node, ast.Assign) and [target.id for target in node.targets if isinstance(target, ast.Name)] == [
            command.name
        ]:
            return next((_text(word.value) for word in getattr(node.value, "keywords", ()) if word.arg == "help"), "")
    return ""


def _text(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ""


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
    """A group of commands that sleep until one of them is chosen."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the words for a list of all, with what each says of itself."""
        for command in COMMANDS:
            self.commands[command.word].help = said_of(command)
        return super().list_commands(ctx)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the chosen command, woken, with what follows its word."""
        word, _, rest = super().resolve_command(ctx, args)
        return word, woken(next(one for one in COMMANDS if one.word == word)), rest
