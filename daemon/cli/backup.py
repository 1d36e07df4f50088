"""Copies of a store: `backup` makes one, `outbox release` lets mail leave from one that was restored."""

from pathlib import Path
from typing import Annotated

import typer

from daemon.cli.desk import Option, settings_of, store_troubles
from daemon.cli.paper import fail, flat, say
from store.backup import NeedsItsOwnTool, back_up
from store.beside import release_sending

File = Annotated[Path, typer.Argument(metavar="FILE", help="where to write it; nothing is overwritten")]


def backup(file: File, option: Option = None) -> None:
    """Copy the store into a file, also while the daemon runs; a desk that starts on the copy sends nothing at first."""
    _, settings = settings_of(option)
    with store_troubles(settings):
        try:
            back_up(settings.store.url, file)
        except NeedsItsOwnTool:
            fail("this store is in PostgreSQL: pg_dump copies it while it is in use")
        except FileExistsError:
            fail(f"{file} is there already: nothing is overwritten")
    say(f"{flat(str(file))} is written; keep triaged.key with it, apart from others' eyes")


def release(option: Option = None) -> None:
    """Let mail leave again from a store that was restored."""
    _, settings = settings_of(option)
    with store_troubles(settings):
        released = release_sending(settings.store.url)
    say("mail leaves again, within seconds" if released else "nothing holds the mail back")
