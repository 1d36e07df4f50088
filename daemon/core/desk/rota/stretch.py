"""Which turn is meant: somebody's rota, their next turn, a day, and today."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from daemon.core.roster.changes import Turn
from daemon.core.roster.hours import day_of, moment, span
from daemon.core.roster.roster import Line, Roster
from daemon.core.roster.rotas import DUTY, MANAGER, WEEKDAYS, Hours, rota_of
from daemon.core.settings import Person

_DAY = timedelta(days=1)
LONGEST_BREAK = 31  # days without a working day that are looked over


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time that somebody serves, or is to serve."""

    start: float  # epoch seconds
    end: float
    person: str  # a person's id


def line_of(roster: Roster, person: Person, team: str | None = None) -> Line | None:
    """Return the rota that somebody takes turns in, None where there is none.

    Of several it is that of the team which is spoken of, then their own team's, the desk's, any other, and last that
    of the release managers.
    """
    named = (rota_of(team), rota_of(person.team), DUTY, *(name for name in roster.lines if name != MANAGER), MANAGER)
    lines = (roster.lines[name] for name in named if name in roster.lines)
    return next((line for line in lines if takes_turns(line, person.id)), None)


def takes_turns(line: Line, person: str) -> bool:
    """Say whether somebody (by id) is on a rota, or its fallback."""
    return person in line.rota.people or person == line.rota.fallback


def theirs(line: Line, person: str, since: float) -> Iterator[Stretch]:
    """Yield the turns that somebody has from a moment on, parts of one turn as one."""
    found: Stretch | None = None
    for turn in line.turns[line.place(since) :]:
        if found and (turn.person != person or turn.whole or turn.start != found.end):
            yield found
            found = None
        if turn.person == person and turn.end > since:
            found = Stretch(found.start if found else max(turn.start, since), turn.end, person)
    if found:
        yield found


def whole_turns(line: Line, now: float, most: int) -> tuple[Stretch, ...]:
    """Return the turns that come, this one first, so many at most; what one person has without a break is one."""
    found: list[Stretch] = []
    for turn in line.turns[line.place(now) :]:
        if found and found[-1].person == turn.person:
            found[-1] = replace(found[-1], end=turn.end)
        elif len(found) == most:
            break
        else:
            found.append(Stretch(turn.start, turn.end, turn.person))
    return tuple(found)


def of_day(line: Line, day: date, now: float) -> tuple[float, float]:
    """Return what remains of a day, from hand-over to hand-over."""
    start, end = span(line.rota.hours, day, day)
    return max(start, now), end


def today(hours: Hours, now: float) -> tuple[float, float]:
    """Return what is meant by today's turn: from today's hand-over, or now, to that of the next working day."""
    local = datetime.fromtimestamp(now, UTC).astimezone(hours.zone).date()
    day = local if hours.worked(local) else day_of(hours, now)
    ahead = (day + n * _DAY for n in range(1, LONGEST_BREAK))
    coming = next((one for one in ahead if hours.worked(one) and moment(hours, one) > now), day + _DAY)
    return max(moment(hours, day), now), moment(hours, coming)


def within(line: Line, since: float, until: float) -> tuple[Turn, ...]:
    """Return the turns, or their parts, in a stretch of time."""
    return tuple(turn for turn in line.turns if turn.end > since and turn.start < until)


def written(at: float, timezone: str) -> str:
    """Write a moment for letters, which say it in their language: `mon 2026-11-23 09:30`."""
    local = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(timezone))
    return f"{WEEKDAYS[local.weekday()]} {local:%Y-%m-%d %H:%M}"
