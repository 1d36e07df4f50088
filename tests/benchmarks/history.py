"""How long the figures of a day and a week take, and how much memory, over 1,000,000 messages and 100,000 tickets."""

import resource
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime

from daemon.core.figures import day, week
from daemon.core.roster.roster import build
from daemon.core.settings import Settings
from store.database import writing
from store.migrate import migrate
from store.reader import Reader
from tests.benchmarks.past import fill_past
from tests.store.postgres import binaries, server

MESSAGES, TICKETS = 1_000_000, 100_000
MONDAY, TODAY = date(2026, 11, 9), date(2026, 11, 16)
NOW = datetime(2026, 11, 16, 9, tzinfo=UTC).timestamp()
SETTINGS = Settings.model_validate(
    {
        "desk": {"address": "help@bench.test"},
        "pipeline": {"address": "pipeline@team.test"},
        "people": [{"id": f"p{n}", "name": f"P{n}", "address": f"p{n}@team.test"} for n in range(7)],
        "duty": {"people": [f"p{n}" for n in range(7)]},
    }
)


ROSTER = build(SETTINGS, NOW)


def measure() -> None:
    """Print the seconds of each figure, on both databases where PostgreSQL is there, and the memory of this process."""
    with tempfile.TemporaryDirectory(prefix="triaged-bench-") as folder:
        _measure("SQLite", f"sqlite:///{folder}/past.db")
    if (found := binaries()) is not None:
        with server(found) as url:
            _measure("PostgreSQL", f"{url}/postgres")


def _measure(name: str, url: str) -> None:
    migrate(url)
    started = time.perf_counter()
    engine = writing(url)
    with engine.begin() as connection:
        fill_past(connection, MESSAGES, TICKETS, NOW)
    engine.dispose()
    print(f"{name}: {MESSAGES} messages and {TICKETS} tickets stored in {time.perf_counter() - started:.0f} s")
    with Reader(url) as reader:
        _time("status", lambda: reader.status(NOW))
        _time("daily", lambda: _daily(reader))
        _time("weekly", lambda: _weekly(reader))
        print(f"  {'memory':10} {_memory() / 1024:4.0f} MiB, the most of this process since it began")


def _daily(reader: Reader) -> object:
    counts = reader.day(*day.asked_for(TODAY, SETTINGS), NOW, day.MOST)
    return day.daily(counts, SETTINGS, ROSTER, TODAY, NOW)


def _weekly(reader: Reader) -> object:
    return week.weekly(reader.week(week.asked_for(MONDAY, SETTINGS)), SETTINGS, ROSTER, MONDAY)


def _time(name: str, work: Callable[[], object]) -> None:
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    print(f"  {name:10} {seconds[0]:6.3f} s the first time, {min(seconds[1:]):.3f} s after")


def _memory() -> int:
    """Return the most that this process ever held, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    measure()
