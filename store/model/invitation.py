"""Turns in people's calendars: what each of them was told."""

from dataclasses import dataclass
from enum import StrEnum


class Method(StrEnum):
    """What an invitation is for (RFC 5546 section 1.4)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True)
class Invitation:
    """What one person was, or is to be, told of one turn; kept, to know later what their calendar shows."""

    method: Method
    uid: str  # the same for as long as the turn begins at the same time
    sequence: int  # raised whenever the turn changes (RFC 5545 section 3.8.7.4)
    rota: str
    person: str  # a person's id
    start: float  # epoch seconds
    end: float
    shadow: str | None = None
