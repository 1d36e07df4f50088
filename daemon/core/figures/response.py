"""How long something took: how often it was measured, and the time that half of all, nine of ten, 99 of 100 kept."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """Percentiles in seconds by nearest rank, None where nothing was measured."""

    count: int = 0
    p50: float | None = None
    p90: float | None = None
    p99: float | None = None


NOT_MEASURED = Spread()


@dataclass(frozen=True, slots=True)
class FirstResponse:
    """The two clocks of the tickets that were opened in a period: an acknowledgement is never a human answer."""

    tickets: int = 0  # opened in the period
    automatic: Spread = NOT_MEASURED
    human: Spread = NOT_MEASURED  # in all hours
    human_working: Spread = NOT_MEASURED  # in working hours

    @property
    def unanswered(self) -> int:
        """How many have no answer from a person yet."""
        return self.tickets - self.human.count
