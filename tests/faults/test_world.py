"""What the world does to a desk under load costs delay, and never mail: relay, disk, database, clock, and a stop."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from tests.faults.assault import Assault
from tests.faults.farend import Manners
from tests.faults.nursery import Fate, Nursery
from tests.faults.points import told
from tests.redis import RedisServer
from tests.store import postgres

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

PHASE_SECONDS = 1.5
RINGING = ("intake", "worker", "worker")
LEASE_SECONDS = 5.0


@pytest.fixture
def server() -> Iterator[str]:
    """An empty PostgreSQL store that syncs."""
    binary = postgres.binaries()
    if binary is None:
        pytest.skip(postgres.HOW_TO_GET_IT)
    with postgres.server(binary, fsync=True) as url:
        with psycopg.connect(f"{url}/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE faults")
        yield f"{url}/faults"


async def test_a_relay_with_every_bad_habit(nursery: Nursery, tmp_path: Path) -> None:
    habits = {
        "down": Manners(is_down=True),
        "later": Manners(later=0.3),
        "swallowed": Manners(swallowed=0.2),
        "slow": Manners(slow_seconds=0.3),
        "turned away": Manners(connections=1),
        "garbled": Manners(garbled=0.3),
        "sent away": Manners(sent_away=0.3),
        "never": Manners(never=0.3),
    }

    async def behave(assault: Assault) -> None:
        for habit, assault.far_end.manners in habits.items():
            async with asyncio.timeout(20):
                while assault.far_end.counts[habit] < 8:
                    await asyncio.sleep(0.01)
        assault.far_end.manners = Manners()

    assault = Assault(tmp_path, nursery, 300, fate=Fate(hasty=True), beside=(behave,))
    counters = await assault.run()
    assert counters.faults == {}, counters
    assert counters.doubled <= assault.far_end.counts["swallowed"], counters


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"  # larger than the log of SQLite grows (16 MB) before it is copied back
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"a small disk can be mounted by root only: {mounted.stderr.decode().strip()}")
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


async def test_a_full_disk_puts_mail_off_and_loses_none(nursery: Nursery, tmp_path: Path, small_disk: Path) -> None:
    async def fill(assault: Assault) -> None:
        filler = small_disk / "filler"
        for _ in range(2):
            before = assault.postponed
            with suppress(OSError), filler.open("wb", buffering=0) as file:
                while True:
                    file.write(bytes(1024))
            while assault.is_sending and assault.postponed < before + 5:
                await asyncio.sleep(0.05)
            filler.unlink()
            done = len(assault.told)
            while assault.is_sending and len(assault.told) < done + 30:
                await asyncio.sleep(0.05)

    url = f"sqlite:///{small_disk / 'triaged.db'}"
    assault = Assault(tmp_path, nursery, 300, url=url, fate=Fate(hasty=True, lease_seconds=20.0), beside=(fill,))
    counters = await assault.run()
    assert counters.faults == {}, counters
    assert counters.postponed >= 5, counters


async def test_a_database_that_crashes_under_load(nursery: Nursery, tmp_path: Path, server: str) -> None:
    async def crash(assault: Assault) -> None:
        """Kill a backend: the server ends all others, and recovers from its log."""
        for _ in range(3):
            await asyncio.sleep(PHASE_SECONDS)
            await asyncio.to_thread(_kill_backend, server)

    assault = Assault(tmp_path, nursery, 200, url=server, fate=Fate(lease_seconds=20.0), beside=(crash,))
    counters = await assault.run()
    assert counters.faults == {}, counters


def _kill_backend(url: str) -> None:
    with suppress(psycopg.OperationalError), psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = 'faults' AND pid <> pg_backend_pid() LIMIT 1"
        ).fetchone()
        if row:
            os.kill(row[0], signal.SIGKILL)


async def test_a_redis_that_forgets_and_goes_away(
    nursery: Nursery, tmp_path: Path, server: str, redis: RedisServer
) -> None:
    async def trouble(_: Assault) -> None:
        for _ in range(3):
            await asyncio.sleep(PHASE_SECONDS)
            await asyncio.to_thread(redis.say, "FLUSHALL")
        await asyncio.to_thread(redis.stop)
        await asyncio.sleep(PHASE_SECONDS)
        await asyncio.to_thread(redis.start)

    assault = Assault(tmp_path, nursery, 200, url=server, roles=RINGING, more=redis.bell, beside=(trouble,))
    counters = await assault.run()
    assert counters.faults == {}, counters


async def test_a_redis_that_is_slow_costs_a_little_delay(
    nursery: Nursery, tmp_path: Path, server: str, redis: RedisServer
) -> None:
    """It answers nothing for most of each second, and once for longer than anybody has patience."""
    seconds = 0.0

    async def stall(milliseconds: int) -> None:
        await asyncio.to_thread(redis.say, f"CLIENT PAUSE {milliseconds} ALL")
        await asyncio.sleep(milliseconds / 1000 + 0.1)

    async def slow(assault: Assault) -> None:
        nonlocal seconds
        await stall(4000)
        while assault.is_sending:
            await stall(900)
        begun = time.monotonic()
        while await asyncio.to_thread(assault.audit.unfinished):
            await stall(900)
        seconds = time.monotonic() - begun

    assault = Assault(tmp_path, nursery, 300, url=server, roles=RINGING, more=redis.bell, beside=(slow,))
    counters = await assault.run()
    assert counters.faults == {}, counters
    assert counters.doubled == counters.unknown == 0, counters
    assert seconds < 30, "what the bell does not tell is found by looking"


async def test_who_was_stopped_past_its_lease_does_nothing_twice(nursery: Nursery, tmp_path: Path, server: str) -> None:
    async def stop(assault: Assault) -> None:
        for life in assault.lives:
            await asyncio.sleep(PHASE_SECONDS)
            os.kill(life.pid, signal.SIGSTOP)
            await asyncio.sleep(LEASE_SECONDS + 2.0)
            os.kill(life.pid, signal.SIGCONT)

    assault = Assault(
        tmp_path, nursery, 200, url=server, roles=("all", "all"), fate=Fate(lease_seconds=LEASE_SECONDS), beside=(stop,)
    )
    counters = await assault.run()
    assert counters.faults == {}, counters


async def test_a_clock_that_steps_back_and_forth(nursery: Nursery, tmp_path: Path) -> None:
    """It ends where it was at most: what is due at a time waits for that time."""
    off = tmp_path / "off"
    off.write_text("0", "ascii")

    async def step(_: Assault) -> None:
        for seconds in (-3600, 7200, -1800, 90_000):
            await asyncio.sleep(PHASE_SECONDS)
            off.with_suffix(".new").write_text(str(seconds), "ascii")
            off.with_suffix(".new").replace(off)

    assault = Assault(tmp_path, nursery, 200, fate=Fate(clock=str(off), hasty=True), beside=(step,))
    counters = await assault.run()
    assert counters.faults == {}, counters


async def test_an_operation_that_fails_once_at_each_place(nursery: Nursery, tmp_path: Path) -> None:
    places = ("K03", "K04", "K05", "K07", "K08", "K09", "K10", "K11", "K12", "K13", "K14", "K15")
    harms = tuple(f"{place}:raise@{number % 4 + 1}" for number, place in enumerate(places))
    fate = Fate((*harms, "K04:full@9-10"), hasty=True, lease_seconds=20.0)
    assault = Assault(tmp_path, nursery, 100, fate=fate)
    counters = await assault.run()
    assert counters.faults == {}, counters
    assert set(told(assault.log)) == set(places)
    assert counters.postponed >= 1, counters


async def test_a_stop_drains_and_nothing_is_left_in_the_air(nursery: Nursery, tmp_path: Path) -> None:
    async def stop(assault: Assault) -> None:
        (life,) = assault.lives
        for _ in range(3):
            done = len(assault.told)
            while assault.is_sending and len(assault.told) < done + 20:
                await asyncio.sleep(0.01)
            os.kill(life.pid, signal.SIGTERM)
            while (status := nursery.ended(life.pid)) is None:
                await asyncio.sleep(0.02)
            assert status == 0
            await assault.begin(life)

    assault = Assault(tmp_path, nursery, 120, beside=(stop,))
    counters = await assault.run()
    assert counters.faults == {}, counters
    assert counters.doubled == counters.unknown == 0, counters


async def test_a_kill_within_a_migration_leaves_nothing_half_done(nursery: Nursery, tmp_path: Path) -> None:
    desk = '[desk]\nname = "D"\naddress = "d@hd.test"\n[pipeline]\naddress = "p@t.test"\n[smtp]\n'
    (tmp_path / "triaged0.toml").write_text(desk, "utf-8")
    pid = nursery.start(tmp_path / "log", Fate(("K21:kill",)), "run", "-c", str(tmp_path / "triaged0.toml"))
    assert await asyncio.to_thread(nursery.ended, pid, wait=True) == -signal.SIGKILL
    counters = await Assault(tmp_path, nursery, 20).run()
    assert counters.faults == {}, counters


async def test_a_kill_while_it_drains_is_a_kill_like_any_other(nursery: Nursery, tmp_path: Path) -> None:
    async def kill(assault: Assault) -> None:
        (life,) = assault.lives
        os.kill(life.pid, signal.SIGTERM)
        while nursery.ended(life.pid) is None:
            await asyncio.sleep(0.02)
        await assault.begin(life)

    assault = Assault(tmp_path, nursery, 20, fate=Fate(("K22:kill",)), beside=(kill,))
    counters = await assault.run()
    assert counters.faults == {}, counters
    assert told(assault.log) == ["K22"]
