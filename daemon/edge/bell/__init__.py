"""The bell wakes the cranks: a ring only says "look now", and a lost ring costs one sweep.

`open_bell` gives the one that the settings ask for: within one process, or between several over Redis.
"""

from importlib.util import find_spec

from daemon.edge.bell.bell import Bell, Here, Stage

MISSING = "bell.redis: needs a library that is not installed; `pip install triaged[redis]` brings it"

__all__ = ["MISSING", "Bell", "Here", "Stage", "has_redis", "open_bell", "try_bell"]


def has_redis() -> bool:
    """Say whether the library for Redis is installed."""
    return find_spec("redis") is not None


def open_bell(redis_url: str | None, desk: str) -> Bell:
    """Return the bell of a desk, known by its address; never fails, and never waits for Redis.

    Raises:
        ImportError: Redis is asked for, and its library is not installed.

    """
    if redis_url is None:
        return Here()
    from daemon.edge.bell.over_redis import OverRedis  # noqa: PLC0415 - its library is an extra, for whom it serves

    return OverRedis(redis_url, desk)


def try_bell(redis_url: str, seconds: float) -> None:
    """Ask Redis for an answer within so many seconds.

    Raises:
        OSError: there is none; with what was said instead.

    """
    from daemon.edge.bell.over_redis import ask  # noqa: PLC0415 - as above

    ask(redis_url, seconds)
