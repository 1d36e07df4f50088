"""What the duty costs: turns that are over, the days of each person, and what that leaves for planned work."""

from dataclasses import dataclass
from datetime import date, timedelta

from daemon.core.roster.changes import Turn
from daemon.core.roster.hours import span
from daemon.core.roster.roster import Roster
from daemon.core.roster.rotas import MANAGER
from store.model.shift import Part, Shift

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Share:
    """What one person has of a week, in working days."""

    person: str  # a person's id
    working: int
    on_duty: float
    away: float  # and not on duty

    @property
    def left(self) -> float:
        """What remains for planned work."""
        return max(0.0, self.working - self.on_duty - self.away)


def finished(turn: Turn) -> tuple[Shift, ...]:
    """Return what is to be recorded once a turn, or a part of one, is over: one row for each who had a part in it."""
    duty = Shift(turn.rota, turn.start, turn.end, turn.person, Part.DUTY, turn.planned or "", turn.turn)
    if turn.shadow is None:
        return (duty,)
    beside = Shift(turn.rota, turn.start, turn.end, turn.shadow, Part.SHADOW, turn.planned_shadow or "", turn.turn)
    return (duty, beside)


def shares(roster: Roster, monday: date) -> tuple[Share, ...]:
    """Return what everybody has of the week that begins on this day: who is on duty is exempt from planned work."""
    days = [monday + timedelta(days=n) for n in range(7)]
    working = [span(roster.hours, day, day) for day in days if roster.hours.worked(day)]
    since, until = span(roster.hours, monday, monday + _WEEK - timedelta(days=1))
    turns = [
        turn
        for name, line in roster.lines.items()
        if name != MANAGER and name == line.rota.name
        for turn in line.turns
        if turn.end > since and turn.start < until
    ]
    return tuple(_share(roster, person, working, turns) for person in roster.people)


def _share(roster: Roster, person: str, working: list[tuple[float, float]], turns: list[Turn]) -> Share:
    mine = [(turn.start, turn.end) for turn in turns if turn.person == person]
    away = [(one.since, one.until) for one in roster.away.get(person, ())]
    duty = [_covered(day, mine) for day in working]
    gone = [min(_covered(day, away), 1.0 - on) for day, on in zip(working, duty, strict=True)]
    return Share(person, len(working), sum(duty), sum(gone))


def _covered(day: tuple[float, float], spans: list[tuple[float, float]]) -> float:
    """Return what part of a day these stretches of time cover, 1 at most."""
    seconds = sum(max(0.0, min(day[1], end) - max(day[0], start)) for start, end in spans)
    return min(1.0, seconds / (day[1] - day[0]))
