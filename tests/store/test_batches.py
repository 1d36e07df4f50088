"""All who wait at one moment share one commit, and a bad item fails alone."""

import asyncio
import errno
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, text

from store import batches as gathering
from store.batches import CROWD, MOST_AT_ONCE, Batches, Closed
from store.batches import Bulk as Gathering
from store.database import writing


@pytest.fixture
def engine(empty_url: str) -> Iterator[Engine]:
    opened = writing(empty_url)
    with opened.begin() as connection:
        connection.execute(text("CREATE TABLE item (n INTEGER PRIMARY KEY)"))
    yield opened
    opened.dispose()


@pytest.fixture
def batches(engine: Engine) -> Iterator[Batches]:
    opened = Batches(engine, "test")
    yield opened
    opened.close()


class Bulk:
    """Inserts numbers, and remembers how many came at once; holds the first batch until it is let go."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.gate = threading.Event()

    def __call__(self, connection: Connection, items: Sequence[int]) -> list[int]:
        self.gate.wait(10)
        self.batches.append(len(items))
        for item in items:
            if item < 0:
                raise ValueError(item)
            connection.execute(text("INSERT INTO item VALUES (:n)"), {"n": item})
        return [item * 10 for item in items]


def stored(engine: Engine) -> list[int]:
    with engine.connect() as connection:
        return list(connection.execute(text("SELECT n FROM item ORDER BY n")).scalars())


async def start(batches: Batches, bulk: Gathering[int, int], items: Sequence[int]) -> list["asyncio.Task[int]"]:
    tasks = [asyncio.create_task(batches.do(bulk, item)) for item in items]
    await asyncio.sleep(0)
    return tasks


async def test_each_caller_gets_its_own_result(batches: Batches, engine: Engine) -> None:
    bulk = Bulk()
    bulk.gate.set()
    assert await asyncio.gather(*(batches.do(bulk, n) for n in range(500))) == [n * 10 for n in range(500)]
    assert stored(engine) == list(range(500))


async def test_all_that_waits_is_written_at_once_up_to_a_limit(batches: Batches) -> None:
    bulk = Bulk()
    tasks = await start(batches, bulk, range(450))
    bulk.gate.set()
    await asyncio.gather(*tasks)
    assert max(bulk.batches) == MOST_AT_ONCE
    assert len(bulk.batches) <= 5


async def test_one_who_comes_alone_is_never_kept_waiting(batches: Batches, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "GATHERING_SECONDS", 5.0)
    bulk = Bulk()
    bulk.gate.set()
    started = time.monotonic()
    for n in range(20):
        await batches.do(bulk, n)
    assert time.monotonic() - started < 5
    assert bulk.batches == [1] * 20


async def test_after_a_crowd_the_next_ones_are_gathered(batches: Batches, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "GATHERING_SECONDS", 0.3)
    bulk = Bulk()
    crowd = await start(batches, bulk, range(1 + CROWD))  # of which the first may be taken alone
    bulk.gate.set()
    await asyncio.gather(*crowd)
    late = []
    for n in range(5):
        late += await start(batches, bulk, [100 + n])
        await asyncio.sleep(0.01)
    await asyncio.gather(*late)
    assert bulk.batches[-1] == 5


async def test_a_transaction_is_done_in_the_same_order_whoever_came_first(engine: Engine) -> None:
    done: list[str] = []
    gate = threading.Event()

    def early(_: Connection, items: Sequence[int]) -> Sequence[int]:
        done.append("early")
        return items

    def late(_: Connection, items: Sequence[int]) -> Sequence[int]:
        done.append("late")
        return items

    def hot(_: Connection, items: Sequence[int]) -> Sequence[int]:
        done.append("hot")
        return items

    def hottest(_: Connection, items: Sequence[int]) -> Sequence[int]:
        gate.wait(10)
        done.append("hottest")
        return items

    batches = Batches(engine, "test", last=(hot, hottest))
    held = await start(batches, hottest, [0])
    await asyncio.sleep(0.1)
    waiting = [task for bulk in (hottest, hot, late, early) for task in await start(batches, bulk, [1])]
    gate.set()
    await asyncio.gather(*held, *waiting)
    assert done == ["hottest", "early", "late", "hot", "hottest"]
    batches.close()


async def test_a_bad_item_fails_alone(batches: Batches, engine: Engine) -> None:
    bulk = Bulk()
    tasks = await start(batches, bulk, [1, 2, 2, -3, 4])
    bulk.gate.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [results[n] for n in (0, 1, 4)] == [10, 20, 40]
    assert "unique" in str(results[2]).lower()
    assert isinstance(results[3], ValueError)
    assert stored(engine) == [1, 2, 4]


async def test_nothing_is_told_before_it_is_committed(batches: Batches, engine: Engine) -> None:
    bulk = Bulk()
    (task,) = await start(batches, bulk, [1])
    await asyncio.sleep(0.05)
    assert not task.done()
    bulk.gate.set()
    await task
    assert stored(engine) == [1]


async def test_what_waits_is_written_before_the_end_and_nothing_after_it(batches: Batches, engine: Engine) -> None:
    bulk = Bulk()
    tasks = await start(batches, bulk, range(300))
    bulk.gate.set()
    await asyncio.to_thread(batches.close)
    assert sorted(await asyncio.gather(*tasks)) == [n * 10 for n in range(300)]
    with pytest.raises(Closed):
        await batches.do(bulk, 301)
    assert stored(engine) == list(range(300))


async def test_a_connection_that_was_cut_costs_nobody_an_item(batches: Batches, engine: Engine) -> None:
    bulk = Bulk()
    bulk.gate.set()
    assert await batches.do(bulk, 1) == 10
    if engine.dialect.name == "postgresql":  # SQLite has none that anybody could cut; there two items follow each other
        other = create_engine(engine.url)
        with other.begin() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        other.dispose()
    assert await batches.do(bulk, 2) == 20
    assert stored(engine) == [1, 2]


async def test_a_locked_database_is_waited_for_once_and_not_for_each_item(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/locked.db"
    engine, other = writing(url), writing(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE item (n INTEGER PRIMARY KEY)"))
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=200")
    batches, bulk = Batches(engine, "test"), Bulk()
    bulk.gate.set()
    with other.begin():
        started = time.monotonic()
        results = await asyncio.gather(*(batches.do(bulk, n) for n in range(100)), return_exceptions=True)
        assert all("locked" in str(result) for result in results)
        assert time.monotonic() - started < 2
    assert await batches.do(bulk, 1) == 10
    await asyncio.to_thread(batches.close)
    engine.dispose()
    other.dispose()


async def test_a_full_disk_loses_nothing_and_ends_by_itself(tmp_path: Path) -> None:
    engine = writing(f"sqlite:///{tmp_path}/full.db")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE item (n INTEGER PRIMARY KEY, b BLOB)"))
    batches = Batches(engine, "test")

    def fill(connection: Connection, items: Sequence[int]) -> list[int]:
        for item in items:
            connection.execute(text("INSERT INTO item VALUES (:n, zeroblob(20000))"), {"n": item})
        return list(items)

    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=100")
    results = await asyncio.gather(*(batches.do(fill, n) for n in range(40)), return_exceptions=True)
    told = [result for result in results if isinstance(result, int)]
    assert 0 < len(told) < 40
    faults = [result for result in results if not isinstance(result, int)]
    assert all(isinstance(fault, OSError) and fault.errno == errno.ENOSPC for fault in faults), faults
    assert stored(engine) == told
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")
    assert await batches.do(fill, 100) == 100
    await asyncio.to_thread(batches.close)
    engine.dispose()


async def test_the_thread_outlives_its_faults(batches: Batches) -> None:
    bulk = Bulk()
    bulk.gate.set()
    for fault in (-1, 2**80):
        with pytest.raises(Exception, match=r"."):
            await batches.do(bulk, fault)
    assert await batches.do(bulk, 5) == 50
