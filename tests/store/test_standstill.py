"""Who stands still in the middle of a transaction keeps nothing from the others for long."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from store.database import writing
from store.store import Store
from tests.store.specimens import ENVELOPE, MINUTE, NOW, raw


async def test_the_rows_of_a_writer_that_stands_still_are_given_to_the_others(postgres_url: str) -> None:
    store = Store.open(postgres_url)
    await store.keep(raw("a"), ENVELOPE, NOW)
    engine = writing(postgres_url)
    stopped = engine.connect()
    touch = text("UPDATE message SET due = due WHERE copies >= :least")
    stopped.execute(touch, [{"least": 0}, {"least": 1}])  # many at once, as a bulk of ours
    assert await store.lease_messages(NOW, 1, MINUTE) == ()
    assert await store.end_standstill(MINUTE) == 0
    assert await store.end_standstill(0.0) == 1
    async with asyncio.timeout(10):  # the server ends a connection in its own time
        while not await store.lease_messages(NOW, 1, MINUTE):
            await asyncio.sleep(0.01)
    with pytest.raises(DBAPIError):
        stopped.execute(touch, {"least": 0})
    stopped.close()
    engine.dispose()
    await store.close()


async def test_nobody_shares_a_store_in_a_file(tmp_path: object) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/triaged.db", migrating=True)
    assert await store.end_standstill(0.0) == 0
    await store.close()
