"""At which step a store is, and which one this program needs: asked without Alembic, which is slow to wake."""

import re
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from store.database import file_of, reading

STEPS = Path(__file__).parent / "migrations"

_NAMED = re.compile(r"^step_(\d{4})_\w{1,60}\.py$", re.ASCII)
_TABLE = "alembic_version"
_STEP = text(f"SELECT version_num FROM {_TABLE}")  # noqa: S608 - a name of ours


class SchemaOutdated(Exception):  # noqa: N818 - it reads as what is the case
    """The store does not have the tables that this program works with."""

    def __init__(self, found: str | None, wanted: str) -> None:
        if found is None or found in known():
            words = f"the store is at step {found}, and this program needs {wanted}: run `triaged migrate`"
            if found is None:
                words = "the store is empty: start the desk (`triaged run`), or run `triaged migrate`"
        else:
            words = f"a newer triaged brought the store to step {found}, and this one knows none after {wanted}"
        super().__init__(words)
        self.found = found
        self.wanted = wanted


def known() -> tuple[str, ...]:
    """Return the numbers of all steps in their order, which is that of the files' names."""
    named = (_NAMED.match(path.name) for path in (STEPS / "versions").iterdir())
    return tuple(sorted(found[1] for found in named if found))


def head() -> str:
    """Return the newest step."""
    steps = known()
    if not steps:
        raise FileNotFoundError(f"no steps in {STEPS}")
    return steps[-1]


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


def step_of(connection: Connection) -> str | None:
    """Return the step at which the store of a connection is."""
    if not inspect(connection).has_table(_TABLE):
        return None
    step = connection.scalar(_STEP)
    return None if step is None else str(step)


def require_current(url: str) -> None:
    """Say nothing if the store is at the newest step.

    Raises:
        SchemaOutdated: it is not.

    """
    found, wanted = current(url), head()
    if found != wanted:
        raise SchemaOutdated(found, wanted)
