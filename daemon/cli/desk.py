"""The desk that a command is about: its settings, definition and store, or the reasons why not and exit status 1."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from daemon import config
from daemon.cli.paper import complain, fail, fail_for
from daemon.core.desk.teaching import learned_from
from daemon.core.fault import Fault, Faults
from daemon.core.roster.roster import Roster, build
from daemon.core.settings import Settings
from daemon.core.triage.definition import Definition, read
from daemon.core.triage.learn import NOTHING, Learned
from store.database import file_of
from store.lock import StoreInUse
from store.migrate import SchemaOutdated
from store.reader import Reader

WRITTEN = ("triaged.toml", "definition.toml")  # by `triaged init`, from the templates

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


def definition_in(path: Path) -> Definition | Faults:
    """Read the team's definition of an emergency."""
    try:
        answer = read(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        return Faults(str(path), (Fault("", f"cannot be read: {(error.strerror or 'unknown reason').lower()}"),))
    except UnicodeDecodeError as error:
        return Faults(str(path), (Fault("", "is not UTF-8 text", error.object.count(b"\n", 0, error.start) + 1),))
    if isinstance(answer, Definition):
        return answer
    return Faults(str(path), tuple(Fault(fault.key, fault.words, fault.line or None) for fault in answer))


@contextmanager
def reader_of(settings: Settings) -> Iterator[Reader]:
    """Open the desk's store for questions; whatever the database refuses is one line and exit status 1."""
    with store_troubles(settings), Reader(settings.store.url) as reader:
        yield reader


def learned_by(settings: Settings, definition: Definition) -> Learned:
    """Return what the team's corrections taught; what cannot be read is said, and then the rules alone judge."""
    file = file_of(settings.store.url)
    if file is not None and not file.exists():
        return NOTHING
    try:
        with Reader(settings.store.url) as reader:
            return learned_from(reader.corrections(), definition)
    except Exception as error:  # whatever the database's driver says
        complain(f"what the desk has learned is left out: {first_line(error)}")
        return NOTHING


def roster_of(settings: Settings, now: float, until: float | None = None) -> Roster:
    """Return the roster with what was said of it; where that cannot be read it is told, and the plan alone shown."""
    file = file_of(settings.store.url)
    if file is not None and not file.exists():
        return build(settings, now, until=until)
    try:
        with Reader(settings.store.url) as reader:
            return build(settings, now, *reader.roster(), until)
    except Exception as error:  # whatever the database's driver says
        complain(f"what was said of the rota is left out: {first_line(error)}")
        return build(settings, now, until=until)


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
