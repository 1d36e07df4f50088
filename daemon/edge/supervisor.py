"""What the supervisor hears of us: that the desk is ready, stops, or that its loop still turns (sd_notify(3))."""

import asyncio
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

READY, STOPPING, ALIVE = "READY=1", "STOPPING=1", "WATCHDOG=1"
_RELOADING = "RELOADING=1\nMONOTONIC_USEC={}"


def tell(state: str) -> None:
    """Tell the supervisor that started us, if it gave us a socket to speak to; it may have gone away since."""
    path = os.environ.get("NOTIFY_SOCKET", "")
    if not path.startswith(("/", "@")):
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.setblocking(False)
        line.sendto(state.encode(), path.replace("@", "\0", 1))


@contextmanager
def reloading() -> Iterator[None]:
    """Tell the supervisor that what was declared is taken up anew, until this is left."""
    tell(_RELOADING.format(time.monotonic_ns() // 1000))
    try:
        yield
    finally:
        tell(READY)


async def stay_alive() -> None:
    """Say again and again that the loop turns, twice as often as the supervisor wants to hear it; for ever."""
    while seconds := watched_seconds():
        tell(ALIVE)
        await asyncio.sleep(seconds / 2)


def watched_seconds() -> float:
    """Return after how many seconds of silence the supervisor takes us for dead; 0 where nobody watches."""
    own = os.environ.get("WATCHDOG_PID", "") in ("", str(os.getpid()))
    wanted = os.environ.get("WATCHDOG_USEC", "")
    return int(wanted) / 1e6 if own and wanted.isdigit() else 0.0
