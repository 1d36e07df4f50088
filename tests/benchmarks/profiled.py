"""The daemon with a sampler in it: `python -m tests.benchmarks.profiled run …`; where the time goes, at its end.

The system's clock of processor time rings every few milliseconds of it, and what the busiest thread is at just then is
counted, by the innermost frame that a row of PLACES names.
"""

import os
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from types import FrameType

from daemon.cli import main

TICK_SECONDS = 0.002  # of processor time
PLACES = (  # the first row that a frame fits says what it is at
    ("the door: SMTP in", ("daemon/edge/smtp/", "aiosmtpd/")),
    ("the way out: SMTP out", ("daemon/edge/relay", "aiosmtplib/")),
    ("composing mails", ("daemon/core/mail/compose", "daemon/core/mail/header_line")),
    ("reading: bodies, quotes, guards, threads", ("daemon/core/mail/", "daemon/finding", "selectolax/")),
    ("letters: templates", ("daemon/letters", "jinja2/", "markupsafe/", "<template>", "templates/")),
    ("judging", ("daemon/core/triage/",)),
    ("deciding: the policy", ("daemon/core/",)),
    ("the store", ("store/", "sqlalchemy/", "sqlite3/", "psycopg/")),
    ("the spine and its cranks", ("daemon/",)),
    ("logging", ("structlog/",)),
    ("the event loop", ("asyncio/", "uvloop/")),
)


class Sampler:
    """Counts what the busiest thread is at, whenever the clock of processor time rings."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._used: dict[int, float] = {}

    def ring(self, _: int, interrupted: FrameType | None) -> None:
        """Count; the main thread is the one that is interrupted for it."""
        busiest = max(threading.enumerate(), key=self._since)
        in_main = busiest is threading.main_thread()
        frame = interrupted if in_main else sys._current_frames().get(busiest.ident or 0)
        self.counts[_place(frame, busiest.name)] += 1

    def _since(self, thread: threading.Thread) -> float:
        """Return the processor time that a thread used since it was last asked."""
        if thread.ident is None or not thread.is_alive():
            return 0.0
        try:
            used = time.clock_gettime(time.pthread_getcpuclockid(thread.ident))
        except OSError:  # it has just ended
            return 0.0
        since = used - self._used.get(thread.ident, 0.0)
        self._used[thread.ident] = used
        return since


def _place(frame: FrameType | None, thread: str) -> str:
    while frame is not None:
        where = frame.f_code.co_filename
        for name, places in PLACES:
            if any(place in where for place in places):
                return f"{name}, {thread}" if name == "the store" else name
        frame = frame.f_back
    return "all else"


def tell(sampler: Sampler) -> None:
    """Write one line for each place, with its count, into the file that the environment names."""
    lines = [f"{count}\t{place}\n" for place, count in sampler.counts.most_common()]
    Path(os.environ["TRIAGED_PROFILE"]).write_text("".join(lines), "utf-8")


if __name__ == "__main__":
    sampler = Sampler()
    signal.signal(signal.SIGPROF, sampler.ring)
    signal.signal(signal.SIGUSR1, lambda *_: signal.setitimer(signal.ITIMER_PROF, TICK_SECONDS, TICK_SECONDS))
    try:
        main()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        tell(sampler)
