"""A bell between processes: tokens in a Redis list, and each wakes one worker that has its hands free.

A token says nothing but "look now": the store knows what there is to do. So Redis may be away, slow, emptied or full;
rings are lost then, and the sweep of each worker finds the work a little later. Nobody ever waits for Redis: rings that
come while one is on its way are one ring, and what goes wrong is tried again with growing pauses.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

import structlog
from redis import Redis as Asking
from redis.asyncio import Redis
from redis.exceptions import RedisError

from daemon.core.mail.clean import clip, one_line
from daemon.edge.bell.bell import Here, Stage

MOST_TOKENS = 64  # that wait in a list: more would only tell idle workers again and again that nothing is left
BLOCKED_SECONDS = 5  # that one question for a token waits at the server
PATIENCE_SECONDS = 2.0  # for a connection, and for an answer that is due at once
PAUSES = (0.05, 0.2, 1.0, 3.0)  # seconds between tries, the last one again and again
TROUBLES = (RedisError, OSError, ValueError)

log = structlog.get_logger()


class OverRedis:
    """Rings here at once, and elsewhere as soon as Redis has it; listens to both."""

    def __init__(self, url: str, desk: str) -> None:
        """Begin; `desk` is the address of the desk, so that several may share one Redis."""
        self._lists = {stage: f"triaged:bell:{desk}:{stage}" for stage in Stage}
        self._here = Here()
        self._telling = _open(url, PATIENCE_SECONDS)
        self._hearing = _open(url, BLOCKED_SECONDS + PATIENCE_SECONDS)
        self._rung: dict[Stage, asyncio.Event] = {stage: asyncio.Event() for stage in Stage}
        self._idle: dict[Stage, asyncio.Event] = {stage: asyncio.Event() for stage in Stage}  # somebody listens
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._away = False
        self._closed = False

    def ring(self, stage: Stage) -> None:
        """Say here and elsewhere that there is work for this stage."""
        self._here.ring(stage)
        self._rung[stage].set()
        self._begin(f"tell {stage}", lambda: self._tell(stage))

    async def listen(self, stage: Stage, seconds: float) -> None:
        """Wait for the next ring from anywhere, `seconds` at most."""
        self._begin(f"hear {stage}", lambda: self._hear(stage))
        self._idle[stage].set()
        try:
            await self._here.listen(stage, seconds)
        finally:
            self._idle[stage].clear()

    async def close(self) -> None:
        """Ring and listen no more; a token on its way may be lost."""
        self._closed = True
        for task in self._tasks.values():
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=PATIENCE_SECONDS)
        for redis in (self._telling, self._hearing):
            await redis.aclose()

    def _begin(self, name: str, task: Callable[[], Awaitable[None]]) -> None:
        if name not in self._tasks and not self._closed:
            self._tasks[name] = asyncio.create_task(self._again(task), name=name)

    async def _again(self, act: Callable[[], Awaitable[None]]) -> None:
        """Do it until the end; after a failure a pause, the longer the more of them came in a row."""
        failures = 0
        while not self._closed:  # a cancellation alone may be lost: the library takes some for its own time limits
            try:
                await act()
                failures = 0
                self._note(None)
            except TROUBLES as error:
                self._note(error)
                await asyncio.sleep(PAUSES[min(failures, len(PAUSES) - 1)])
                failures += 1

    async def _tell(self, stage: Stage) -> None:
        """Put one token for all rings since the last one."""
        await self._rung[stage].wait()
        self._rung[stage].clear()
        try:
            await self._put(stage)
        except TROUBLES:
            self._rung[stage].set()
            raise

    async def _put(self, stage: Stage) -> None:
        async with self._telling.pipeline(transaction=False) as pipe:
            pipe.rpush(self._lists[stage], "1")
            pipe.ltrim(self._lists[stage], 0, MOST_TOKENS - 1)
            await pipe.execute()

    async def _hear(self, stage: Stage) -> None:
        """Wait for a token while hands are free here; one that comes when they no longer are is for somebody else."""
        await self._idle[stage].wait()
        answer = await cast("Awaitable[Any]", self._hearing.blpop([self._lists[stage]], timeout=BLOCKED_SECONDS))
        if answer is None:
            return
        if self._idle[stage].is_set():
            self._here.ring(stage)
        else:
            await self._put(stage)

    def _note(self, error: Exception | None) -> None:
        """Say it once when Redis goes, and once when it comes back."""
        if error is not None and not self._away:
            log.warning("the bell is away; work is found by looking, a little later", error=_words(error))
        elif error is None and self._away:
            log.info("the bell is back")
        self._away = error is not None


def ask(url: str, seconds: float) -> None:
    """Ask Redis for an answer within so many seconds.

    Raises:
        OSError: there is none; with what was said instead.

    """
    try:
        with Asking.from_url(url, socket_connect_timeout=seconds, socket_timeout=seconds) as redis:
            redis.ping()
    except TROUBLES as error:
        raise OSError(_words(error)) from None


def _open(url: str, seconds: float) -> Redis:
    opened: Redis = Redis.from_url(url, socket_connect_timeout=PATIENCE_SECONDS, socket_timeout=seconds)
    return opened


def _words(error: Exception) -> str:
    """Return what went wrong, in one line."""
    return clip(one_line(str(error)) or type(error).__name__, 200)
