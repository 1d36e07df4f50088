"""Bring a store up to date: numbered steps beside this file, each applied once, all of them or none."""

import os
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from store.database import file_of, reading, writing
from store.lock import take

STEPS = Path(__file__).parent / "migrations"

_ADVISORY = text("SELECT pg_advisory_xact_lock(727242417363)")  # any number, as long as every process uses the same


class SchemaOutdated(Exception):  # noqa: N818 - it reads as what is the case
    """The store does not have the tables that this program works with."""

    def __init__(self, found: str | None, wanted: str) -> None:
        if found is None or found in _steps():
            what = f"is at step {found}" if found else "is empty"
            words = f"the store {what}, and this program needs {wanted}: run `triaged migrate`"
        else:
            words = f"a newer triaged brought the store to step {found}, and this one knows none after {wanted}"
        super().__init__(words)
        self.found = found
        self.wanted = wanted


def head() -> str:
    """Return the newest step."""
    step = _script().get_current_head()
    if step is None:
        raise FileNotFoundError(f"no steps in {STEPS}")
    return step


def current(url: str) -> str | None:
    """Return the step at which a store is, None for an empty or absent one."""
    path = file_of(url)
    if path is not None and not path.exists():
        return None
    engine = reading(url)
    try:
        with engine.connect() as connection:
            return step_of(connection)
    finally:
        engine.dispose()


def require_current(url: str) -> None:
    """Say nothing if the store is at the newest step.

    Raises:
        SchemaOutdated: it is not.

    """
    found, wanted = current(url), head()
    if found != wanted:
        raise SchemaOutdated(found, wanted)


def migrate(url: str, *, locked: bool = False) -> list[str]:
    """Apply the steps that a store lacks, in one transaction; returns their names in order, none if it was up to date.

    With `locked` the caller has taken the SQLite store for itself. Of several processes on PostgreSQL one does it, and
    the others wait for it.

    Raises:
        StoreInUse: a process runs on this SQLite store, and it is not up to date.
        SchemaOutdated: the store is at a step that this program does not know.

    """
    if current(url) == head():
        return []
    path = file_of(url)
    lock = take(path, os.getpid()) if path and not locked else None
    engine = writing(url)
    try:
        return _upgrade(engine)
    finally:
        engine.dispose()
        if lock:
            lock.release()


def _upgrade(engine: Engine) -> list[str]:
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(_ADVISORY)
        before = step_of(connection)
        script = _script()
        if before is not None and before not in _steps():
            raise SchemaOutdated(before, head())
        command.upgrade(_config(connection), "head")
        steps = [step.revision for step in script.iterate_revisions("head", before or "base")]
    return steps[::-1]


def step_of(connection: Connection) -> str | None:
    """Return the step at which the store of a connection is."""
    return MigrationContext.configure(connection).get_current_revision()


def _steps() -> frozenset[str]:
    return frozenset(step.revision for step in _script().walk_revisions())


def _script() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config(None))


def _config(connection: Connection | None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(STEPS).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    return config
