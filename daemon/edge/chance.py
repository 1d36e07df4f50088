"""Random octets of the system, drawn many at a time.

Each draw lets go of the interpreter, and with several threads at work it then has to be waited for. A process that is
forked from another draws its own: it makes a new one of these.
"""

from io import BytesIO
from secrets import token_bytes

DRAWN = 4096  # octets at a time


class Chance:
    """Call it for so many octets: unforeseeable, and none is given twice, whichever threads ask."""

    def __init__(self) -> None:
        self._drawn = BytesIO()

    def __call__(self, count: int) -> bytes:
        """Return so many octets; they come from what was drawn last as long as that has enough."""
        octets = self._drawn.read(count)  # one step, which no other thread comes between
        if len(octets) == count:
            return octets
        drawn = self._drawn = BytesIO(token_bytes(max(count, DRAWN)))
        return drawn.read(count)
