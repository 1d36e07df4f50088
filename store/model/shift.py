"""The rota's facts: what was said that changes it, and the turns that were served."""

from dataclasses import dataclass
from enum import StrEnum


class Change(StrEnum):
    """What an override does to the rota."""

    AWAY = "away"  # `person` is not there from `since` to `until`, in no rota
    COVER = "cover"  # `person` is on duty from `since` to `until`, whoever's turn it is
    ASKED = "asked"  # `person` asks `other` to change places so; nothing is changed by it
    SWAP = "swap"  # `person` and `other` change places: `other` serves `since` to `until`, `person` the time in `back`
    SHADOW = "shadow"  # `person` learns beside whoever is on duty from `since` to `until`
    TAKEN_BACK = "taken-back"  # the override whose row is `takes_back` holds no longer


class Part(StrEnum):
    """In what part somebody served a turn."""

    DUTY = "duty"
    SHADOW = "shadow"


@dataclass(frozen=True, slots=True)
class Override:
    """One change of the rota, as somebody said it; rows are added and never changed."""

    change: Change
    rota: str  # "duty", "manager" or "duty/TEAM"; "" for all of them (`away`)
    person: str  # a person's id
    since: float  # epoch seconds
    until: float  # epoch seconds, the first moment after it
    who: str  # the id of the person who said so
    at: float  # epoch seconds; what lies before is never changed by it
    other: str | None = None
    back: tuple[float, float] | None = None
    takes_back: int | None = None  # a row
    id: int = 0  # its row; 0 until it is kept
    message: int | None = None  # that said so, by its row


@dataclass(frozen=True, slots=True)
class Shift:
    """One person's part in a turn that is over."""

    rota: str
    start: float  # epoch seconds
    end: float
    person: str  # a person's id
    part: Part
    planned: str  # whom the rota had named for this part before anybody changed it; "" where it named nobody
    turn: float  # when the whole turn began of which this is (a part of) the time
