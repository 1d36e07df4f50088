"""Every test of the store runs on both databases: SQLite in a file, PostgreSQL on a private server."""

import os
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from store.migrate import migrate
from store.store import Store
from tests.store import postgres

_names = count()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    binary = postgres.binaries()
    if binary is None:
        if os.environ.get("TRIAGED_TESTS_MUST_RUN"):
            pytest.fail(postgres.HOW_TO_GET_IT)
        pytest.skip(postgres.HOW_TO_GET_IT)
    with postgres.server(binary) as url:
        _statement(url, "CREATE DATABASE migrated")
        migrate(f"{url}/migrated")
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A store without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/triaged.db"
        return
    yield from _database(request.getfixturevalue("postgres_server"), "template0")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A store that is up to date."""
    if request.param == "sqlite":
        where = f"sqlite:///{tmp_path}/triaged.db"
        migrate(where)
        yield where
        return
    yield from _database(request.getfixturevalue("postgres_server"), "migrated")


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A store that is up to date, on the server that several processes may share."""
    yield from _database(postgres_server, "migrated")


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    opened = Store.open(url)
    yield opened
    await opened.close()


def _database(server: str, template: str) -> Iterator[str]:
    name = f"test{next(_names)}"
    _statement(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield f"{server}/{name}"
    _statement(server, f"DROP DATABASE {name} WITH (FORCE)")


def _statement(server: str, statement: str) -> None:
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(statement)
