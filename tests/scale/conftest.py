"""A PostgreSQL of our own for desks of several processes, and such a desk."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psycopg
import pytest

from tests.faults.nursery import Nursery
from tests.ports import free_port
from tests.redis import RedisServer
from tests.scale.several import Opened, several
from tests.store import postgres


@pytest.fixture(scope="session")
def database_server() -> Iterator[str]:
    binary = postgres.binaries()
    if binary is None:
        pytest.skip(postgres.HOW_TO_GET_IT)
    with postgres.server(binary) as url:
        yield url


@pytest.fixture
def database(database_server: str) -> Iterator[str]:
    """An empty database for one test."""
    name = f"desk{free_port()}"
    with psycopg.connect(f"{database_server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield f"{database_server}/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def opened(nursery: Nursery, tmp_path: Path, database: str, redis: RedisServer) -> Opened:
    """Opens a desk of processes with these roles."""
    return partial(several, nursery, tmp_path, database, redis.url)
