"""The desk that a command is about: its settings and store, or the reasons why not and exit status 1."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from daemon import config
from daemon.cli.paper import fail, fail_for
from daemon.core.fault import Faults
from daemon.core.settings import Settings
from store.lock import StoreInUse
from store.reader import Reader
from store.steps import SchemaOutdated

Option = Annotated[
    Path | None,
    typer.Option("-c", "--config", help="triaged.toml; else $TRIAGED_CONFIG, else ./triaged.toml", show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="one JSON object per line")]


def settings_of(option: Path | None) -> tuple[Path, Settings]:
    """Return the file that is meant and what it says, or tell every mistake in it."""
    path = config.find(option, os.environ)
    answer = config.load(path)
    if isinstance(answer, Faults):
        fail_for(answer)
    return path, answer


@contextmanager
def reader_of(settings: Settings) -> Iterator[Reader]:
    """Open the desk's store for questions; whatever the database refuses is one line and exit status 1."""
    with store_troubles(settings), Reader(settings.store.url) as reader:
        yield reader


@contextmanager
def store_troubles(settings: Settings) -> Iterator[None]:
    """Turn what a store may refuse into one line and exit status 1."""
    try:
        yield
    except (typer.Exit, BrokenPipeError):  # our own end, or a reader that has read enough
        raise
    except (SchemaOutdated, StoreInUse) as refusal:
        fail(str(refusal))
    except OSError as error:
        fail(f"the store {place_of(settings.store.url)}: {(error.strerror or str(error)).lower()}")
    except Exception as error:
        if not type(error).__module__.startswith(("sqlalchemy", "sqlite3", "psycopg", "alembic")):
            raise
        fail(f"the store {place_of(settings.store.url)} cannot be used: {first_line(error)}")


def first_line(error: Exception) -> str:
    """Return the first line of what an exception says, without the library's brackets around it."""
    words = str(getattr(error, "orig", None) or error).strip().splitlines()
    return words[0] if words else type(error).__name__


def place_of(url: str) -> str:
    """Return where a store is, without a password."""
    scheme, _, rest = url.partition("://")
    user, at, host = rest.rpartition("@")
    return f"{scheme}://{user.partition(':')[0]}{at}{host}" if scheme != "sqlite" else rest.removeprefix("/")
