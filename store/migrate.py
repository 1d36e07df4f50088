"""Bring a store up to date: numbered steps beside this file, each applied once, all of them or none."""

import os
from time import sleep

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from store import standstill
from store.database import file_of, writing
from store.lock import take
from store.steps import STEPS, SchemaOutdated, current, head, known, step_of

LOOK_SECONDS = 0.5  # until a process that waits for another's migration looks again

_ADVISORY = text("SELECT pg_try_advisory_xact_lock(727242417363)")  # any number, the same in every process


def migrate(url: str, *, locked: bool = False) -> list[str]:
    """Apply the steps that a store lacks, in one transaction; returns their names in order, none if it was up to date.

    With `locked` the caller has taken the SQLite store for itself. Of several processes on PostgreSQL one does it, and
    the others wait for it, unless it stands still.

    Raises:
        StoreInUse: a process runs on this SQLite store, and it is not up to date.
        SchemaOutdated: the store is at a step that this program does not know.

    """
    if current(url) == head():
        return []
    path = file_of(url)
    lock = take(path, os.getpid()) if path and not locked else None
    engine = writing(url, bounded=False)
    try:
        while (steps := _upgrade(engine)) is None:
            with engine.begin() as connection:
                standstill.end(connection, standstill.STANDSTILL_SECONDS)
            sleep(LOOK_SECONDS)
        return steps
    finally:
        engine.dispose()
        if lock:
            lock.release()


def _upgrade(engine: Engine) -> list[str] | None:
    """Apply what is lacking; None where another process does so at this moment."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql" and not connection.scalar(_ADVISORY):
            return None
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
