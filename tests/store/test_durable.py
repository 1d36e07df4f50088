"""What is committed is on the disk before anybody is told, whatever the database is set to."""

from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from store.database import writing
from store.store import Store
from tests.store.specimens import ENVELOPE, NOW, raw


@pytest.mark.parametrize(
    ("declared", "works"),
    [("off", "on"), ("on", "on"), ("local", "local"), ("remote_apply", "remote_apply")],
)
async def test_a_database_set_to_answer_early_is_overruled_at_the_start_and_a_stricter_one_is_not(
    declared: str, works: str, postgres_url: str
) -> None:
    name = postgres_url.rpartition("/")[2]
    with psycopg.connect(postgres_url, autocommit=True) as operator:
        operator.execute(f"ALTER DATABASE {name} SET synchronous_commit = {declared}")
    engine = writing(postgres_url)
    for _ in range(2):  # a connection that was given back keeps to it
        with engine.begin() as connection:
            assert connection.scalar(text("SHOW synchronous_commit")) == works
    engine.dispose()
    store = Store.open(postgres_url)
    assert not (await store.keep(raw("a"), ENVELOPE, NOW)).duplicate
    await store.close()


@pytest.mark.parametrize(("hurried", "level"), [(False, 2), (True, 1)], ids=["FULL", "NORMAL for an import"])
def test_a_file_is_synced_at_each_commit(hurried: bool, level: int, tmp_path: Path) -> None:
    engine = writing(f"sqlite:///{tmp_path / 'triaged.db'}", hurried=hurried)
    with engine.begin() as connection:
        assert connection.scalar(text("PRAGMA synchronous")) == level
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
    engine.dispose()
