"""How full a disk is."""

import os
from pathlib import Path


def used_percent(folder: Path) -> float | None:
    """Return how much of the disk of a folder is in use, as far as we may use it; None where that is not known."""
    try:
        state = os.statvfs(folder)
    except OSError:
        return None
    used = state.f_blocks - state.f_bfree
    return 100.0 * used / (used + state.f_bavail) if used + state.f_bavail else None
