"""A copy of the store, made while the daemon runs."""

from pathlib import Path
from typing import Annotated

import typer

from daemon.cli.desk import Option, settings_of, store_troubles
from daemon.cli.paper import fail, flat, say
from store.backup import NeedsItsOwnTool, back_up

File = Annotated[Path, typer.Argument(metavar="FILE", help="where to write it; nothing is overwritten")]


def backup(file: File, option: Option = None) -> None:
    """Copy the store into a file, also while it is in use; a desk that starts on the copy sends nothing at first."""
    _, settings = settings_of(option)
    with store_troubles(settings):
        try:
            back_up(settings.store.url, file)
        except NeedsItsOwnTool:
            fail("this store is in PostgreSQL: pg_dump copies it while it is in use")
        except FileExistsError:
            fail(f"{file} is there already: nothing is overwritten")
    say(f"{flat(str(file))} is written; keep triaged.key with it, apart from others' eyes")
