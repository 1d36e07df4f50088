"""Counts and measured times, as the store reads them from its tables for the figures of a period."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Accounting:
    """What came in and what became of it; a message that still waits to be worked is not yet received."""

    received: int
    waiting: int
    duplicates: int  # further copies of the messages that were received
    tickets: int
    follow_ups: int
    commands: int
    silenced: tuple[tuple[str, int], ...]  # by reason, alphabetically
    set_aside: int

    @property
    def silenced_total(self) -> int:
        """How many messages were kept without an answer, whatever the reason."""
        return sum(count for _, count in self.silenced)

    @property
    def accounted(self) -> int:
        """How many messages something became of."""
        return self.tickets + self.follow_ups + self.commands + self.silenced_total + self.set_aside

    @property
    def balances(self) -> bool:
        """Whether every message that was received is accounted for."""
        return self.received == self.accounted
