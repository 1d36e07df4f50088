"""What the daemon says of itself: one line a happening, on standard error."""

import sys

import structlog


def start_log() -> None:
    """Write lines for people where somebody looks on, and logfmt (key=value) where a journal does."""
    looked_at = sys.stderr.isatty()
    lines = (
        structlog.dev.ConsoleRenderer()
        if looked_at
        else structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"])
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=not looked_at),
            structlog.processors.format_exc_info,
            lines,
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
