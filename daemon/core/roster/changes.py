"""What was said of the rota, laid over the plan: `swap`, `cover`, `away`, `me`, `shadow`; the later word holds."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from daemon.core.roster.plan import Absence, Planned
from daemon.core.roster.rotas import Rota
from store.model.shift import Change, Override

Table = Sequence["Turn"]


@dataclass(frozen=True, slots=True)
class Turn:
    """A stretch of time in which one person is on duty: a turn of the rota, or a part of one."""

    rota: str
    start: float  # epoch seconds
    end: float
    person: str  # id of the one on duty
    shadow: str | None  # id of who learns beside them
    planned: str | None  # whom the rota had for it before anybody changed it; None where everybody is away
    planned_shadow: str | None
    turn: float  # when the whole turn began
    why: Change | None = None  # what put another person here than planned

    @property
    def whole(self) -> bool:
        """Whether it is the beginning of a turn, and no later part of one."""
        return self.start == self.turn


def standing(overrides: Sequence[Override]) -> tuple[Override, ...]:
    """Return the overrides that nobody has taken back, in the order in which they were said."""
    gone = {one.takes_back for one in overrides}
    return tuple(
        one for one in sorted(overrides, key=lambda one: one.id) if one.change is not Change.TAKEN_BACK
        and (not one.id or one.id not in gone)
    )  # fmt: skip


def absences(overrides: Sequence[Override]) -> Mapping[str, tuple[Absence, ...]]:
    """Return when everybody is away."""
    away: dict[str, tuple[Absence, ...]] = {}
    for one in overrides:
        if one.change is Change.AWAY:
            away[one.person] = (*away.get(one.person, ()), Absence(one.since, one.until, one.at))
    return away


def lay_over(rota: Rota, planned: Sequence[Planned], overrides: Sequence[Override]) -> tuple[Turn, ...]:
    """Return the turns as they are, without a gap and with exactly one person each.

    Nothing is changed before the moment at which it was said.
    """
    away = absences(overrides)
    stand_in = _StandIn(rota, planned, away)
    turns: list[Turn] = []
    for n, one in enumerate(planned):
        person = one.duty or stand_in(n, one.slot.start, one.slot.end, None)
        if person:
            turns.append(
                Turn(rota.name, one.slot.start, one.slot.end, person, one.shadow, one.duty, one.shadow, one.slot.start)
            )
    places = {one.slot.start: n for n, one in enumerate(planned)}
    for override in overrides:
        if override.rota not in ("", rota.name):
            continue
        for since, until, change in _effects(override, stand_in, places):
            start = max(since, override.at)
            first = max(bisect_right(turns, start, key=_start) - 1, 0)
            last = bisect_left(turns, until, key=_start)
            turns[first:last] = _within(turns[first:last], start, until, change)
    return tuple(turns)


def _start(turn: Turn) -> float:
    return turn.start


def _effects(
    one: Override, stand_in: "_StandIn", places: Mapping[float, int]
) -> Iterator[tuple[float, float, Callable[[Turn], Turn]]]:
    """Yield what an override does, and when: since, until, and what becomes of a turn in between."""

    def to(person: str) -> Callable[[Turn], Turn]:
        return lambda turn: _given(turn, person, one.change)

    def without(turn: Turn) -> Turn:
        if turn.shadow == one.person:
            turn = replace(turn, shadow=None)
        if turn.person != one.person:
            return turn
        other = stand_in(places[turn.turn], turn.start, turn.end, one.person)
        return _given(turn, other, one.change) if other else turn

    if one.change is Change.COVER:
        yield one.since, one.until, to(one.person)
    elif one.change is Change.SWAP and one.other and one.back:
        yield one.since, one.until, to(one.other)
        yield *one.back, to(one.person)
    elif one.change is Change.SHADOW:
        yield one.since, one.until, lambda turn: turn if turn.person == one.person else replace(turn, shadow=one.person)
    elif one.change is Change.AWAY:
        yield one.since, one.until, without


def _given(turn: Turn, person: str, why: Change) -> Turn:
    shadow = None if turn.shadow == person else turn.shadow
    return replace(turn, person=person, shadow=shadow, why=why if person != turn.planned else None)


def _within(turns: Table, since: float, until: float, change: Callable[[Turn], Turn]) -> Iterator[Turn]:
    """Yield all turns, those between two moments changed, and cut at them."""
    for turn in turns:
        start, end = max(turn.start, since), min(turn.end, until)
        if start >= end or change(changed := replace(turn, start=start, end=end)) == changed:
            yield turn
            continue
        if turn.start < start:
            yield replace(turn, end=start)
        yield change(changed)
        if end < turn.end:
            yield replace(turn, start=end)


@dataclass(frozen=True, slots=True)
class _StandIn:
    """Who serves for somebody: the next on the rota who is there, then the fallback, then whoever is on the list."""

    rota: Rota
    planned: Sequence[Planned]
    away: Mapping[str, Sequence[Absence]]

    def __call__(self, place: int, start: float, end: float, instead_of: str | None) -> str | None:
        """Return who serves in a part of the turn at this place; None where there is nobody else."""

        def free(person: str) -> bool:
            return not any(one.since < end and start < one.until for one in self.away.get(person, ()))

        coming = (one.duty for one in self.planned[place + 1 :])
        found = next((p for p in coming if p and p != instead_of and p in self.rota.people and free(p)), None)
        if found or self.rota.fallback:
            return found or self.rota.fallback
        return None if instead_of else next(iter(self.rota.people), None)
