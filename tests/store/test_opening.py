"""One process runs on one SQLite store, with what durability asks of it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from store.database import reading, writing
from store.lock import StoreInUse
from store.migrate import migrate
from store.store import Store
from tests.store.specimens import ENVELOPE, NOW, raw

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def url(tmp_path: Path) -> str:
    where = f"sqlite:///{tmp_path}/triaged.db"
    migrate(where)
    return where


async def test_a_second_run_on_one_store_is_refused(url: str) -> None:
    first = Store.open(url)
    with pytest.raises(StoreInUse, match=f"in use by process {os.getpid()}"):
        Store.open(url)
    second = subprocess.run(
        [sys.executable, "-c", "import sys; from store.store import Store; Store.open(sys.argv[1])", url],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "StoreInUse" in second.stderr
    await first.close()
    await Store.open(url).close()


async def test_an_import_may_join_a_running_daemon(url: str) -> None:
    daemon = Store.open(url)
    visitor = Store.open(url, alone=False)
    await visitor.keep(raw("a"), ENVELOPE, NOW)
    await visitor.close()
    assert len(await daemon.lease_messages(NOW, 10, 60)) == 1
    await daemon.close()


def test_a_commit_is_on_the_disk_when_it_returns(url: str) -> None:
    engine = writing(url)
    with engine.connect() as connection:
        values = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    engine.dispose()
    assert values == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}


def test_a_reader_can_change_nothing(url: str) -> None:
    engine = reading(url)
    with engine.connect() as connection, pytest.raises(Exception, match="readonly"):
        connection.exec_driver_sql("DELETE FROM counter")
    engine.dispose()


@pytest.mark.parametrize("memory", ["sqlite://", "sqlite:///:memory:"])
def test_a_store_that_survives_nothing_is_refused(memory: str) -> None:
    with pytest.raises(ValueError, match="needs a file"):
        Store.open(memory)
