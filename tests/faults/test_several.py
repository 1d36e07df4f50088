"""Several processes on PostgreSQL and Redis: whatever becomes of one of them, the others end its work, once."""

import asyncio
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.journey import MAIL_LEASE_SECONDS
from daemon.run import RENEWALS, ROUND_SECONDS
from store import migrate
from tests.faults.assault import REST_SECONDS, Assault, Life
from tests.faults.farend import Manners
from tests.faults.nursery import Fate, Nursery
from tests.faults.points import ON_THE_WAY, told
from tests.faults.troubles import Troubles
from tests.redis import RedisServer
from tests.store import postgres

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

FOUR = ("intake", "intake", "worker", "worker")
MIXED = tuple(harm for point in ON_THE_WAY for harm in ("", f"{point}:kill@{{n}}"))
LEASE_SECONDS = 4.0
SHORT = Fate(lease_seconds=LEASE_SECONDS)


@pytest.fixture
def database() -> Iterator[postgres.Server]:
    """A PostgreSQL that syncs."""
    binary = postgres.binaries()
    if binary is None:
        pytest.skip(postgres.HOW_TO_GET_IT)
    with postgres.running(binary, fsync=True) as server:
        yield server


async def test_processes_are_killed_and_all_that_they_share_fails(
    nursery: Nursery, tmp_path: Path, database: postgres.Server, redis: RedisServer
) -> None:
    troubles = Troubles(database, redis, LEASE_SECONDS, every_seconds=0.5)
    assault = Assault(
        tmp_path,
        nursery,
        messages=300,
        kills=12,
        url=database.create("faults"),
        roles=FOUR,
        more=redis.bell,
        fate=SHORT,
        harms=MIXED,
        beside=(troubles,),
    )
    counters = await assault.run()
    assert counters.faults == {}, counters
    assert assault.killed + assault.died >= 12


def test_what_a_dead_worker_had_in_hand_waits_two_minutes_at_most() -> None:
    """Its lease has to end, and the round to come by; a living one renews its leases several times before."""
    assert MAIL_LEASE_SECONDS + 2 * ROUND_SECONDS < 120
    assert RENEWALS >= 3


async def first(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


async def test_the_mails_of_a_killed_worker_leave_by_the_other_one(
    nursery: Nursery, tmp_path: Path, database: postgres.Server
) -> None:
    """The relay is slow, so that the worker dies with mails on both sides of the dot."""
    seconds = 0.0

    async def kill(assault: Assault) -> None:
        nonlocal seconds
        assault.far_end.manners = Manners(slow_seconds=1.0)
        await first(lambda: len(assault.far_end.arrived) >= 8)
        nursery.kill(assault.lives[-1].pid)
        begun = time.monotonic()
        while assault.audit.unfinished():
            await asyncio.sleep(0.2)
        seconds = time.monotonic() - begun

    assault = Assault(
        tmp_path, nursery, 20, url=database.create("faults"), roles=("intake", "worker", "worker"), fate=SHORT,
        beside=(kill,),
    )  # fmt: skip
    counters = await assault.run()
    assert counters.faults == {}, counters
    assert counters.doubled <= counters.unknown
    assert seconds < 10 * LEASE_SECONDS


async def test_a_lease_is_renewed_as_long_as_the_relay_takes_to_answer(
    nursery: Nursery, tmp_path: Path, database: postgres.Server
) -> None:
    async def slow(assault: Assault) -> None:
        assault.far_end.manners = Manners(slow_seconds=2.5 * LEASE_SECONDS)

    assault = Assault(
        tmp_path, nursery, 6, url=database.create("faults"), roles=("all", "worker"), fate=SHORT, beside=(slow,)
    )
    counters = await assault.run()
    assert counters.faults == {}, counters
    assert counters.doubled == counters.unknown == 0, counters


@pytest.mark.parametrize(
    ("harm", "doubles"),  # the first mail stands still before any dot; of the others some are on their way
    [("K10:stop@1", 0), ("K12:stop@1", 0), ("K13:stop@3", 1), ("K14:stop@3", 1)],
)
async def test_who_stood_still_past_a_lease_sends_nothing_that_another_has(
    harm: str, doubles: int, nursery: Nursery, tmp_path: Path, database: postgres.Server
) -> None:
    """Before the dot nothing is doubled at all; after it the attempt is on record, and its result is fenced off."""

    async def wake(assault: Assault) -> None:
        stopped = assault.lives[0]
        await first(lambda: bool(told(assault.log)))
        assault.fate = SHORT
        other = Life("worker", 7)
        assault.lives.append(other)
        await assault.begin(other)
        await first(lambda: len(assault.told) == assault.messages)
        await first(lambda: assault.audit.unfinished() == 0, REST_SECONDS)
        assert nursery.ended(stopped.pid) is None
        os.kill(stopped.pid, signal.SIGCONT)
        await asyncio.sleep(2.0)

    assault = Assault(
        tmp_path, nursery, 12, url=database.create("faults"), roles=("worker", "intake"), beside=(wake,),
        fate=replace(SHORT, harms=(harm,)),
    )  # fmt: skip
    counters = await assault.run()
    assert counters.faults == {}, counters
    assert counters.doubled <= counters.unknown
    assert bool(counters.doubled) <= bool(doubles), counters


STEP = '''"""A column and an index more."""

from alembic import op
from sqlalchemy import Column, Integer

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("message", Column("rank", Integer, nullable=False, server_default="0"))
    op.execute("UPDATE message SET rank = id")
    op.create_index("message_rank", "message", ["rank"])
'''


async def test_workers_are_replaced_one_after_the_other_with_a_step_of_migration_between(
    nursery: Nursery, tmp_path: Path, database: postgres.Server, redis: RedisServer
) -> None:
    """The first new process changes the tables; each old one ends by itself or is told to, and drains."""
    steps = tmp_path / "steps"
    shutil.copytree(migrate.STEPS, steps, ignore=shutil.ignore_patterns("__pycache__"))
    (steps / "versions" / "step_0002_rank.py").write_text(STEP, "utf-8")
    ends: list[int | None] = []

    async def upgrade(assault: Assault) -> None:
        await first(lambda: len(assault.told) >= 60)
        assault.fate = replace(assault.fate, steps=str(steps))
        for number, old in enumerate(tuple(assault.lives)):
            new = Life(old.role, 10 + number)
            await assault.begin(new)
            assault.lives.append(new)
            if nursery.ended(old.pid) is None:
                os.kill(old.pid, signal.SIGTERM)
            assault.lives.remove(old)
            ends.append(await ended(old))

    async def ended(life: Life) -> int | None:
        while (status := nursery.ended(life.pid)) is None:
            await asyncio.sleep(0.02)
        return status

    assault = Assault(
        tmp_path, nursery, 300, url=database.create("faults"), roles=FOUR, more=redis.bell, fate=SHORT,
        beside=(upgrade,),
    )  # fmt: skip
    counters = await assault.run()
    assert counters.faults == {}, counters
    assert counters.doubled == counters.unknown == 0, counters
    assert len(ends) == 4
    assert set(ends) <= {0, 1}
    assert migrate.current(assault.url) == "0002"
