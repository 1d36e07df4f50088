"""Free ports on loopback, below the range from which outgoing connections take theirs."""

import os
import socket
from itertools import cycle

_candidates = cycle(range(20000 + os.getpid() % 10000, 32000))


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
