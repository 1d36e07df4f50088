"""The memory of large messages goes back to the system once they are done with."""

import ctypes
from contextlib import suppress

MMAP_THRESHOLD = -3  # M_MMAP_THRESHOLD of mallopt(3)
LARGE = 1 << 20  # octets


def give_back_large() -> None:
    """Have glibc map what is large apart; left to itself it learns to keep it, and 25 MiB at a time fall to pieces."""
    with suppress(OSError, AttributeError):  # another C library has its own ways
        ctypes.CDLL(None).mallopt(MMAP_THRESHOLD, LARGE)
