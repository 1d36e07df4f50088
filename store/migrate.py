"""Bring a store up to date: numbered steps beside this file, each applied once, all of them or none."""

import os

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from store.database import file_of, writing
from store.lock import take
from store.steps import STEPS, SchemaOutdated, current, head, known, step_of

_ADVISORY = text("SELECT pg_advisory_xact_lock(727242417363)")  # any number, as long as every process uses the same


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
        config = _config(connection)
        if before is not None and before not in known():
            raise SchemaOutdated(before, head())
        command.upgrade(config, "head")
        script = ScriptDirectory.from_config(config)
        steps = [step.revision for step in script.iterate_revisions("head", before or "base")]
    return steps[::-1]


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(STEPS).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    return config
