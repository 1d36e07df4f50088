"""What the daemon says of itself: one line a happening, on standard error, and never a word of anybody's mail.

Of an exception that nobody expected its sort and its places are told. Its message is not, since it may quote what it
choked on; the store keeps it with the message that is set aside, where it can be erased with it.

The stations of a message's journey are written past the logger, since there are some to every message: a line costs
a few microseconds so. They bear numbers and words of the desk's own only, nothing that anybody wrote.
"""

import asyncio
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import structlog
from structlog.typing import EventDict, WrappedLogger

PLACES = 8  # innermost ones of a traceback

CLOCK = "%H:%M:%S"  # for people
TOGETHER_SECONDS = 0.1  # for which lines of stations are kept, to be written at once
_FIRST = ["timestamp", "level", "event"]
_QUOTED = frozenset(' ="\\\n')


class Stations:
    """Writes a line for each station; silent until it is opened."""

    def __init__(self) -> None:
        self._write: Callable[[str], object] | None = None
        self._looked_at = False
        self._kept: list[str] = []

    def open(self, write: Callable[[str], object], *, looked_at: bool = False) -> None:
        """Have lines written so from now on, several at once, a moment after they are said; for people or programs."""
        self._write, self._looked_at = write, looked_at

    def __call__(self, station: str, **facts: object) -> None:
        """Say that a message or mail has come through a station; facts that are None are left out."""
        if self._write is None:
            return
        if not self._kept:  # a write for each line would hand the interpreter from thread to thread each time
            asyncio.get_running_loop().call_later(TOGETHER_SECONDS, self.flush)
        self._kept.append((_line_for_people if self._looked_at else _line)(station, facts))

    def flush(self) -> None:
        """Write what was said by now."""
        if self._write is not None and self._kept:
            lines, self._kept = "".join(self._kept), []
            self._write(lines)


stations = Stations()


def start_log(*, of_stations: bool = False) -> None:
    """Write lines for people where somebody looks on, and logfmt (key=value) where a journal does."""
    looked_at = sys.stderr.isatty()
    lines = structlog.dev.ConsoleRenderer() if looked_at else structlog.processors.LogfmtRenderer(key_order=_FIRST)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt=CLOCK if looked_at else "iso", utc=not looked_at),
            _places,
            lines,
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    if of_stations:
        stations.open(_write, looked_at=looked_at)


def said(error: BaseException) -> str:
    """Return what may be told of an exception: of the world's the first line, of all others the sort alone."""
    name = type(error).__name__
    of_the_world = isinstance(error, OSError) or type(error).__module__.startswith("sqlalchemy.")
    return f"{name}: {next(iter(str(error).splitlines()), '')}" if of_the_world else name


def _places(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Put the sort of an exception, and where it arose, in the place of all it says."""
    if not event.pop("exc_info", None) or (error := sys.exception()) is None:
        return event
    frames = traceback.extract_tb(error.__traceback__)[-PLACES:]
    where = " > ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)
    return {**event, "error": said(error), "at": where}


def _write(lines: str) -> None:
    sys.stderr.write(lines)
    sys.stderr.flush()


def _line(station: str, facts: dict[str, object]) -> str:
    """Return a line as the logger would write it for programs."""
    at = datetime.now(UTC).isoformat(timespec="microseconds")[:26]
    return f"timestamp={at}Z level=info event={station}{_facts(facts)}\n"


def _line_for_people(station: str, facts: dict[str, object]) -> str:
    """Return a line as the logger would write it for whoever looks on."""
    return f"{datetime.now():{CLOCK}} [info     ] {station:<30}{_facts(facts)}\n"  # noqa: DTZ005 - their own clock


def _facts(facts: dict[str, object]) -> str:
    return "".join([f" {name}={_fact(value)}" for name, value in facts.items() if value is not None])


def _fact(value: object) -> str:
    if type(value) is int:
        return str(value)
    text = str(value)
    if _QUOTED.isdisjoint(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
