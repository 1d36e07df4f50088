"""Free ports on loopback, below the range from which outgoing connections take theirs."""

import os
import socket
from itertools import cycle

WORKERS, FIRST, LAST = 8, 20000, 32000
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % WORKERS
_share = (LAST - FIRST) // WORKERS  # workers that run side by side never try the same port
_start = os.getpid() % _share
_candidates = cycle(FIRST + _worker * _share + (_start + n) % _share for n in range(_share))


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on; each call gives another."""
    for port in _candidates:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("unreachable")
