"""What the released steps make of an empty store, as digests: a step that is out is never edited, a new one comes.

`python -m tests.store.released` records anew what the steps make now; it is for a step that nobody has yet.
"""

import tomllib
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, text

from store.database import reading
from store.migrate import migrate
from store.steps import head
from tests.store import postgres

RECORDED = Path(__file__).parent / "released.toml"

MADE = {
    "sqlite": ("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name",),
    "postgresql": (
        """SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default
        FROM information_schema.columns WHERE table_schema = 'public' ORDER BY table_name, column_name""",
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname",
        """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND contype <> 'n' ORDER BY 1, 2""",
    ),
}
ROWS = ("SELECT name, value FROM counter ORDER BY name",)


def digest(url: str) -> str:
    """Return the digest of a store's tables, and of the rows that every new store has."""
    engine = reading(url)
    try:
        with engine.connect() as connection:
            made = "\n".join(_lines(connection, engine.dialect.name))
    finally:
        engine.dispose()
    return sha256(made.encode()).hexdigest()


def _lines(connection: Connection, dialect: str) -> Iterator[str]:
    for question in (*MADE[dialect], *ROWS):
        for row in connection.execute(text(question)):
            yield " | ".join(" ".join(str(value).split()) for value in row)


def recorded() -> dict[str, dict[str, str]]:
    """Return the digests by step and database."""
    return tomllib.loads(RECORDED.read_text("utf-8"))


def main() -> None:
    """Record the newest step anew."""
    found: dict[str, dict[str, str]] = {**recorded(), head(): {}}
    with TemporaryDirectory() as folder:
        found[head()]["sqlite"] = _made(f"sqlite:///{folder}/triaged.db")
    binary = postgres.binaries()
    if binary is None:
        raise SystemExit(postgres.HOW_TO_GET_IT)
    with postgres.server(binary) as server:
        found[head()]["postgresql"] = _made(f"{server}/postgres")
    tables = (
        f'["{step}"]\n' + "".join(f'{name} = "{one}"\n' for name, one in by.items()) for step, by in found.items()
    )
    RECORDED.write_text("\n".join(tables), "utf-8")


def _made(url: str) -> str:
    migrate(url)
    return digest(url)


if __name__ == "__main__":
    main()
