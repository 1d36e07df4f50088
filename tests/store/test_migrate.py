"""A store is brought up to date step by step, once, under a lock, and by nobody who finds it in use."""

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from store.database import file_of, writing
from store.lock import StoreInUse
from store.migrate import migrate
from store.reader import Reader
from store.schema import metadata
from store.steps import SchemaOutdated, current, head
from store.store import Store

ROOT = Path(__file__).parent.parent.parent


def test_an_empty_store_is_brought_up_to_date_and_then_left_alone(empty_url: str) -> None:
    assert current(empty_url) is None
    assert migrate(empty_url) == ["0001"]
    assert current(empty_url) == head()
    assert migrate(empty_url) == []


def made_here(dialect: str) -> Callable[..., bool]:
    """Leave out what only the other database has."""
    return lambda _, name, *__: name != "ix_message_thread" or dialect == "postgresql"


def test_the_steps_lead_to_the_schema(url: str) -> None:
    engine = writing(url)
    with engine.connect() as connection:
        opts = {"compare_type": True, "compare_server_default": False, "include_object": made_here(engine.dialect.name)}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_a_step_that_is_cut_short_leaves_nothing_behind(empty_url: str) -> None:
    kill = (
        "import os, signal, sys\n"
        "from sqlalchemy import Engine, event\n"
        "from store.migrate import migrate\n"
        "@event.listens_for(Engine, 'before_cursor_execute', named=True)\n"
        "def die(statement, **rest):\n"
        "    if 'CREATE TABLE mail_raw' in statement: os.kill(os.getpid(), signal.SIGKILL)\n"
        "migrate(sys.argv[1])\n"
    )
    child = subprocess.run([sys.executable, "-c", kill, empty_url], cwd=ROOT, timeout=60, check=False)
    assert child.returncode == -9
    assert current(empty_url) is None
    assert migrate(empty_url) == ["0001"]


def test_two_that_start_at_once_do_not_disturb_each_other(empty_url: str) -> None:
    results: list[object] = []

    def start() -> None:
        try:
            results.append(migrate(empty_url))
        except StoreInUse as refusal:
            results.append(refusal)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results.count(["0001"]) == 1
    assert all(result in (["0001"], []) or isinstance(result, StoreInUse) for result in results)
    assert current(empty_url) == head()


def test_a_store_that_is_not_up_to_date_is_not_opened(empty_url: str) -> None:
    with pytest.raises(SchemaOutdated, match="run `triaged migrate`"):
        Store.open(empty_url)
    with pytest.raises(SchemaOutdated, match="is empty"):
        Reader(empty_url)
    path = file_of(empty_url)
    assert path is None or not path.exists()


def test_a_store_of_a_newer_program_is_left_alone(url: str) -> None:
    engine = writing(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(SchemaOutdated, match="9999"):
        migrate(url)
    with pytest.raises(SchemaOutdated, match="9999"):
        Store.open(url)
