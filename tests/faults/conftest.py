"""One process that has imported the daemon, for all tests of this folder, and a Redis for each that wants one."""

from collections.abc import Iterator

import pytest

from tests.faults.nursery import Nursery
from tests.ports import free_port
from tests.redis import RedisServer


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    with Nursery() as forking:
        yield forking


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    server = RedisServer(free_port())
    server.start()
    yield server
    server.stop()
