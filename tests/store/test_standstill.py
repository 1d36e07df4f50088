"""Who stands still in the middle of a transaction keeps nothing from the others for long."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from store import migrate as migration
from store import standstill
from store.database import reading, writing
from store.migrate import migrate
from store.steps import current, head
from store.store import Store
from tests.store.specimens import ENVELOPE, MINUTE, NOW, raw

ROOT = Path(__file__).parent.parent.parent
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


async def test_a_reader_that_stands_still_keeps_no_table_from_a_migration(postgres_url: str) -> None:
    engine, other = reading(postgres_url), writing(postgres_url)
    with engine.connect() as stopped:
        stopped.execute(text("SELECT count(*) FROM message"))
        with other.begin() as connection:
            assert standstill.end(connection, MINUTE) == 0
            assert standstill.end(connection, 0.0) == 1
        with other.begin() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '10s'"))
            connection.execute(text("ALTER TABLE message ADD COLUMN later integer"))
        with pytest.raises(DBAPIError):
            stopped.execute(text("SELECT 1"))
        stopped.invalidate()
    engine.dispose()
    other.dispose()


def test_a_migration_that_stands_still_holds_up_nobody_who_starts(
    postgres_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migration, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(standstill, "STANDSTILL_SECONDS", 0.5)
    with psycopg.connect(f"{postgres_server}/postgres", autocommit=True) as operator:
        operator.execute("CREATE DATABASE stood TEMPLATE template0")
    url = f"{postgres_server}/stood"
    stop = (
        "import os, signal, sys\n"
        "from sqlalchemy import Engine, event\n"
        "from store.migrate import migrate\n"
        "@event.listens_for(Engine, 'before_cursor_execute', named=True)\n"
        "def stand(statement, **rest):\n"
        "    if 'CREATE TABLE mail_raw' in statement: os.kill(os.getpid(), signal.SIGSTOP)\n"
        "migrate(sys.argv[1])\n"
    )
    child = subprocess.Popen([sys.executable, "-c", stop, url], cwd=ROOT, stderr=subprocess.PIPE)
    try:
        assert os.WIFSTOPPED(os.waitpid(child.pid, os.WUNTRACED)[1])
        assert migrate(url) == ["0001"]
        child.send_signal(signal.SIGCONT)
        assert b"terminating connection" in child.communicate(timeout=30)[1]
    finally:
        child.kill()
        child.wait()
    assert child.returncode == 1
    assert current(url) == head()


async def test_nobody_shares_a_store_in_a_file(tmp_path: object) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/triaged.db", migrating=True)
    assert await store.end_standstill(0.0) == 0
    await store.close()
