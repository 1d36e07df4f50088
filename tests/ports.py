"""Free ports on loopback, below the range from which outgoing connections take theirs; no two test runs share one.

Each process has a share of the ports to itself. It holds it by the share's first port, which it binds as long as it
lives: nobody else on this machine can, so no file is needed, and whoever is killed leaves nothing behind.
"""

import os
import socket
from collections.abc import Iterator
from functools import cache
from itertools import cycle, islice

FIRST, LAST, SHARE = 10000, 32000, 200


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on; each call gives another, until all have had their turn.

    Raises:
        RuntimeError: all are in use.

    """
    for port in islice(_ports(os.getpid()), SHARE):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what was closed just now serves again
            if _binds(probe, port):
                return port
    raise RuntimeError("all ports of this process are in use")


@cache
def _ports(process: int) -> Iterator[int]:
    """Give the ports of a process again and again; one that was forked has others than its parent."""
    first = _claimed(process)
    return cycle(range(first + 1, first + SHARE))


def _claimed(process: int) -> int:
    shares = range(FIRST, LAST, SHARE)
    for number in range(len(shares)):
        first = shares[(process + number) % len(shares)]
        claim = socket.socket()
        if _binds(claim, first):
            claim.detach()  # it stays bound until the process ends
            return first
        claim.close()
    raise RuntimeError("too many processes test here at once")


def _binds(one: socket.socket, port: int) -> bool:
    try:
        one.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True
