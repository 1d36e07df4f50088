"""Who stands still in the middle of a transaction keeps nothing from the others for long."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

import psycopg
import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from store.database import writing
from store.store import Store
from tests.store.specimens import ENVELOPE, MINUTE, NOW, raw

TOUCH = "UPDATE message SET due = due WHERE copies >= "


@contextmanager
def within_a_transaction(stopped: Connection) -> Iterator[None]:
    stopped.execute(text(TOUCH + ":least"), [{"least": 0}, {"least": 1}])
    yield
    stopped.execute(text(TOUCH + ":least"), {"least": 0})


@contextmanager
def within_a_bulk(stopped: Connection) -> Iterator[None]:
    """Its commands are sent and done, but not their end, which the server waits for."""
    driver = stopped.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    with driver.pipeline():
        assert len(driver.execute(TOUCH + "0 RETURNING id").fetchall()) == 1
        yield


@pytest.mark.parametrize("stop", [within_a_transaction, within_a_bulk])
async def test_the_rows_of_a_writer_that_stands_still_are_given_to_the_others(
    stop: Callable[[Connection], AbstractContextManager[None]], postgres_url: str
) -> None:
    store = Store.open(postgres_url)
    await store.keep(raw("a"), ENVELOPE, NOW)
    engine = writing(postgres_url)
    stopped = engine.connect()
    standing = ExitStack()
    standing.enter_context(stop(stopped))
    assert await store.lease_messages(NOW, 1, MINUTE) == ()
    assert await store.end_standstill(MINUTE) == 0
    assert await store.end_standstill(0.0) == 1
    async with asyncio.timeout(10):  # the server ends a connection in its own time
        while not await store.lease_messages(NOW, 1, MINUTE):
            await asyncio.sleep(0.01)
    with pytest.raises((DBAPIError, psycopg.OperationalError)):
        standing.close()  # it goes on
    stopped.invalidate()
    engine.dispose()
    await store.close()


async def test_nobody_shares_a_store_in_a_file(tmp_path: object) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/triaged.db", migrating=True)
    assert await store.end_standstill(0.0) == 0
    await store.close()
