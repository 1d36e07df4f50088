"""The roster: who is on duty at any moment, who learns beside them, who is asked next, and where there are gaps."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from daemon.core.roster.changes import Turn, absences, lay_over, standing
from daemon.core.roster.hours import slots
from daemon.core.roster.plan import Absence, plan
from daemon.core.roster.rotas import DUTY, MANAGER, Hours, Rota, hours_of, rota_of, rotas
from daemon.core.settings import Person, Settings
from store.model.shift import Override, Shift

DAY = 86400.0
AHEAD = 120 * DAY  # seconds that a roster sees ahead; it is built anew long before


@dataclass(frozen=True, slots=True)
class Line:
    """The turns of one rota, without a gap."""

    rota: Rota
    turns: tuple[Turn, ...]
    starts: tuple[float, ...]

    def place(self, now: float) -> int:
        """Return where the turn of a moment stands; before the first one it is the first."""
        return max(bisect_right(self.starts, now) - 1, 0)

    def at(self, now: float) -> Turn:
        """Return the turn of a moment."""
        return self.turns[self.place(now)]


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of time in which nobody of the rota is there."""

    rota: str
    start: float  # epoch seconds
    end: float
    person: str  # who has it all the same: the fallback, or somebody who is away
    words: str


@dataclass(frozen=True, slots=True)
class Roster:
    """Who has which turn; make it with `build`."""

    lines: Mapping[str, Line]
    people: Mapping[str, Person]
    away: Mapping[str, tuple[Absence, ...]]
    hours: Hours  # when turns may change
    built: float  # epoch seconds
    until: float  # how far it sees
    said: tuple[Override, ...] = ()  # all that it is built from: what was said
    served: tuple[Shift, ...] = ()  # and the turns that are over

    def on_duty(self, now: float, team: str | None = None) -> Person | None:
        """Return the one person who may be interrupted; None only where nobody is declared at all."""
        line = self.line(team)
        return self.people.get(line.at(now).person) if line else None

    def managing(self, now: float) -> Person | None:
        """Return the release manager of the moment; None where there is none."""
        line = self.lines.get(MANAGER)
        return self.people.get(line.at(now).person) if line else None

    def shadow(self, now: float, team: str | None = None) -> Person | None:
        """Return who learns beside the person on duty, if anybody does."""
        line = self.line(team)
        return self.people.get(line.at(now).shadow or "") if line else None

    def serving(self, now: float) -> tuple[Person, ...]:
        """Return everybody who is on duty in any rota, the release manager's too, each once."""
        people = (self.people.get(line.at(now).person) for line in self.lines.values())
        return tuple(dict.fromkeys(person for person in people if person))

    def turn(self, now: float, team: str | None = None) -> Turn | None:
        """Return the turn of a moment."""
        line = self.line(team)
        return line.at(now) if line else None

    def chain(self, now: float, team: str | None = None) -> tuple[Person, ...]:
        """Return who is asked after the person on duty, in order: the next on the rota who are there, the fallback."""
        line = self.line(team)
        if line is None:
            return ()
        place = line.place(now)
        coming = dict.fromkeys(turn.person for turn in line.turns[place + 1 :])
        order = [person for person in coming if not self.is_away(person, now) and person != line.rota.fallback]
        asked = dict.fromkeys([*order, line.rota.fallback or ""])
        return tuple(
            self.people[person] for person in asked if person in self.people and person != line.turns[place].person
        )

    def turns(self, since: float, until: float, team: str | None = None) -> tuple[Turn, ...]:
        """Return the duty turns that lie in a stretch of time, whole or in part."""
        return self._turns(self.line(team), since, until)

    def managers(self, since: float, until: float) -> tuple[Turn, ...]:
        """Return the release managers' turns that lie in a stretch of time, whole or in part."""
        return self._turns(self.lines.get(MANAGER), since, until)

    def gaps(self, since: float, until: float) -> tuple[Gap, ...]:
        """Return when nobody of a rota is there, in any rota; somebody is on duty even so."""
        return tuple(
            Gap(turn.rota, max(turn.start, since), min(turn.end, until), turn.person, words)
            for name, line in self.lines.items()
            if line.rota.name == name
            for turn in self._turns(line, since, until)
            if (words := self._gap(line.rota, turn))
        )

    def is_away(self, person: str, now: float) -> bool:
        """Say whether a person (by id) has said that they are not there at this moment."""
        return any(one.since <= now < one.until for one in self.away.get(person, ()))

    def line(self, team: str | None) -> Line | None:
        """Return the duty rota of a team: its own, or the desk's."""
        return self.lines.get(rota_of(team)) or self.lines.get(DUTY)

    def _turns(self, line: Line | None, since: float, until: float) -> tuple[Turn, ...]:
        return tuple(turn for turn in line.turns if turn.end > since and turn.start < until) if line else ()

    def _gap(self, rota: Rota, turn: Turn) -> str:
        if any(one.since < turn.end and turn.start < one.until for one in self.away.get(turn.person, ())):
            return "everybody is away" if turn.person in rota.people else "everybody is away, the fallback too"
        if rota.people and turn.person not in rota.people and turn.person == rota.fallback:
            return "everybody is away"
        return ""


def build(
    settings: Settings,
    now: float,
    overrides: Sequence[Override] = (),
    served: Sequence[Shift] = (),
    until: float | None = None,
) -> Roster:
    """Return the roster as it is known at `now` (epoch seconds); it sees `AHEAD` of it, or until the moment given."""
    end = max(now + AHEAD, until or 0.0)
    holding = standing(overrides)
    return Roster(
        {name: _line(rota, holding, served, now, end) for name, rota in rotas(settings).items()},
        {person.id: person for person in settings.people},
        absences(holding),
        hours_of(settings),
        now,
        end,
        tuple(overrides),
        tuple(served),
    )


def _line(rota: Rota, overrides: Sequence[Override], served: Sequence[Shift], now: float, end: float) -> Line:
    own = [one for one in served if one.rota == rota.name]
    planned = plan(rota, slots(rota, end), absences(overrides), own, now)
    turns = lay_over(rota, planned, overrides)
    return Line(rota, turns, tuple(turn.start for turn in turns))
