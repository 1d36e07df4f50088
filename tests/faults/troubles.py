"""What happens to a desk of several processes: its database restarts, its bell forgets, and a process stands still."""

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import psycopg

from tests.faults.assault import Assault
from tests.redis import RedisServer
from tests.store.postgres import Server

AWAY_SECONDS = 1.0  # that a Redis which is stopped stays away
STANDSTILL_SECONDS = 2.0  # longer than a lease


@dataclass
class Troubles:
    """One trouble after the other, by chance, as long as mail is sent."""

    database: Server
    redis: RedisServer
    lease_seconds: float
    every_seconds: float
    seed: int = 1
    done: Counter[str] = field(default_factory=Counter)

    async def __call__(self, assault: Assault) -> None:
        """Make trouble until the load is over; all kinds come once before any comes again."""
        chance = random.Random(self.seed)
        kinds: list[Callable[[Assault], Awaitable[None]]] = []
        while assault.is_sending:
            kinds = kinds or chance.sample([self.restart, self.cut, self.forget, self.silence, self.stand_still], 5)
            await asyncio.sleep(self.every_seconds)
            trouble = kinds.pop()
            await trouble(assault)
            self.done[trouble.__name__] += 1

    async def restart(self, _: Assault) -> None:
        """The database goes down as by a crash, and comes again."""
        await asyncio.to_thread(self.database.stop)
        await asyncio.to_thread(self.database.start)

    async def cut(self, _: Assault) -> None:
        """Connections to the database are cut."""
        with suppress(psycopg.OperationalError):
            await asyncio.to_thread(self._cut)

    def _cut(self) -> None:
        with psycopg.connect(f"{self.database.url}/postgres", autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND random() < 0.5"
            )

    async def forget(self, _: Assault) -> None:
        """The bell's Redis is emptied."""
        await asyncio.to_thread(self.redis.say, "FLUSHALL")

    async def silence(self, _: Assault) -> None:
        """The bell's Redis goes away for a while, and comes again empty."""
        await asyncio.to_thread(self.redis.stop)
        await asyncio.sleep(AWAY_SECONDS)
        await asyncio.to_thread(self.redis.start)

    async def stand_still(self, assault: Assault) -> None:
        """A process is stopped past its lease, and then goes on with what it had in hand."""
        pid = next(life.pid for life in reversed(assault.lives) if life.pid)
        _tell(pid, signal.SIGSTOP)
        await asyncio.sleep(self.lease_seconds + STANDSTILL_SECONDS)
        _tell(pid, signal.SIGCONT)


def _tell(pid: int, sign: signal.Signals) -> None:
    with suppress(ProcessLookupError):  # it was killed meanwhile
        os.kill(pid, sign)
