"""What the daemon says of itself: one line a happening, on standard error, and never a word of anybody's mail.

Of an exception that nobody expected its sort and its places are told. Its message is not, since it may quote what it
choked on; the store keeps it with the message that is set aside, where it can be erased with it.
"""

import sys
import traceback
from pathlib import Path

import structlog
from structlog.typing import EventDict, WrappedLogger

PLACES = 8  # innermost ones of a traceback


def start_log() -> None:
    """Write lines for people where somebody looks on, and logfmt (key=value) where a journal does."""
    looked_at = sys.stderr.isatty()
    lines = structlog.dev.ConsoleRenderer() if looked_at else structlog.processors.LogfmtRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=not looked_at),
            _places,
            lines,
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )


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
