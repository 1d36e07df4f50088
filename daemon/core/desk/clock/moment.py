"""What a rule of the clock looks at beside its tickets: the settings, who has which turn, and what time it is."""

from dataclasses import dataclass

from daemon.core.roster.roster import Roster
from daemon.core.settings import Settings


@dataclass(frozen=True, slots=True)
class Moment:
    """A desk at one moment."""

    settings: Settings
    roster: Roster
    now: float  # epoch seconds
