"""Whose turn it is before anybody changes anything: who served longest ago is next.

Everybody serves once a round, in the order of the list. Who is away when their turn comes is passed over and serves as
soon as they are back, before the round ends or first thing in the next; more than one turn is never made up for. So of
two people who are both there the turns alternate, whoever else comes and goes, and an absence moves the turns of one
round only: the next begins in the old order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from daemon.core.roster.hours import Slot
from daemon.core.roster.rotas import Rota
from store.model.shift import Part, Shift

MADE_UP = 2  # rounds behind at most: this one's turn, and one that was missed


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody is not there."""

    since: float  # epoch seconds
    until: float
    said: float  # when it was known; a turn that had begun by then is not planned anew


@dataclass(frozen=True, slots=True)
class Planned:
    """A turn with its people as the rota has them; no one where everybody is away."""

    slot: Slot
    duty: str | None
    shadow: str | None = None


def absent(absences: Sequence[Absence], slot: Slot) -> bool:
    """Say whether somebody misses more than half of the working days of a turn, known before it begins."""
    known = [one for one in absences if one.since < slot.end and one.until > slot.start and one.said <= slot.start]
    missed = sum(any(one.since <= day < one.until for one in known) for day in slot.days)
    return missed * 2 > len(slot.days)


def plan(
    rota: Rota,
    slots: Sequence[Slot],
    absences: Mapping[str, Sequence[Absence]],
    served: Sequence[Shift],
    now: float,
) -> tuple[Planned, ...]:
    """Give every turn to somebody; those that were served keep whom the rota had for them then.

    Turns that are not over at `now` (epoch seconds) count as finished for those that come after them.
    """
    book = _Book(rota, served)
    past = _named(served)
    planned: list[Planned] = []
    for slot in slots:
        if slot.start in past:
            one = Planned(slot, *past[slot.start])
        else:
            one = book.next(slot, [p for p in rota.people if not absent(absences.get(p, ()), slot)])
        book.write(one, finished=slot.end > now)
        planned.append(one)
    return tuple(planned)


def _named(served: Sequence[Shift]) -> Mapping[float, tuple[str | None, str | None]]:
    duty = {one.turn: one.planned for one in served if one.part is Part.DUTY and one.planned}
    shadow = {one.turn: one.planned for one in served if one.part is Part.SHADOW and one.planned}
    return {start: (person, shadow.get(start)) for start, person in duty.items()}


class _Book:
    """How often everybody has served so far, while the plan is made."""

    def __init__(self, rota: Rota, served: Sequence[Shift]) -> None:
        self.rota = rota
        self.rounds = dict.fromkeys(rota.people, 0)
        self.finished = dict.fromkeys(rota.people, 0)
        self.alone: set[str] = set()  # began when nobody was experienced: they are not sent back to learn
        for _, person in {(one.turn, one.person) for one in served}:
            self._finish(person)
        self.alone |= {one.person for one in served if one.part is Part.DUTY and one.person == one.planned}

    def next(self, slot: Slot, there: Sequence[str]) -> Planned:
        """Return who serves a turn, of those who are there."""
        order = sorted(there, key=self._longest_ago)
        learns = order[0] if order and not self._serves_alone(order[0]) else None
        mentor = next((p for p in order if self.finished[p] >= self.rota.pair_shifts), None) if learns else None
        if mentor:
            return Planned(slot, mentor, learns)
        return Planned(slot, order[0] if order else None)

    def write(self, planned: Planned, *, finished: bool) -> None:
        """Remember that a turn is somebody's."""
        for person in (planned.duty, planned.shadow):
            if person in self.rounds:
                self.rounds[person] = self._longest_ago(person)[0] + 1
                if finished:
                    self._finish(person)
        if finished and planned.duty and planned.shadow is None:
            self.alone.add(planned.duty)

    def _finish(self, person: str) -> None:
        if person in self.finished:
            self.finished[person] += 1

    def _serves_alone(self, person: str) -> bool:
        return person in self.alone or self.finished[person] >= self.rota.pair_shifts

    def _longest_ago(self, person: str) -> tuple[int, int]:
        latest = max(self.rounds.values())
        return max(self.rounds[person], latest - MADE_UP), self.rota.people.index(person)
