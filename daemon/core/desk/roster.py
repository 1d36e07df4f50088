"""Who is on duty at this moment? The rotas as declared, turn after turn."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from daemon.core.settings import Duty, Person, Settings, Turn

_FIRST_TURN = date(2024, 1, 1)  # a Monday; the rota is counted from it


def on_duty(settings: Settings, now: float, team: str | None = None) -> Person | None:
    """Return the person who may be interrupted at `now` (epoch seconds); None only where nobody is declared at all.

    A team with a duty of its own has its own turns; for every other team, and for none, it is the desk's.
    """
    theirs = next((one.duty for one in settings.teams if one.id == team), ())
    chosen = _whose_turn(theirs or settings.duty.people, settings.duty.turn, settings, now) or settings.duty.fallback
    return _person(settings, chosen)


def managing(settings: Settings, now: float) -> Person | None:
    """Return the release manager at `now` (epoch seconds), None where the desk has none."""
    return _person(settings, _whose_turn(settings.manager.people, settings.manager.turn, settings, now))


def supporting(settings: Settings, now: float, team: str | None = None) -> Person | None:
    """Return the one member of support (L1) who gets a new request at `now` (epoch seconds), None where there is none.

    Whoever is on duty, if that is somebody of support; else support takes turns, as long as those of the duty: the
    team's own people where it has some, then those of no team, then all.
    """
    duty = on_duty(settings, now, team)
    if duty is not None and duty.level == "L1":
        return duty
    support = [person for person in settings.people if person.level == "L1"]
    theirs = [person.id for person in support if team is not None and person.team == team]
    free = [person.id for person in support if person.team is None]
    people = tuple(theirs or free or [person.id for person in support])
    return _person(settings, _whose_turn(people, settings.duty.turn, settings, now))


def _person(settings: Settings, who: str | None) -> Person | None:
    return next((person for person in settings.people if person.id == who), None)


def _whose_turn(people: tuple[str, ...], turn: Turn, settings: Settings, now: float) -> str | None:
    if not people:
        return None
    days = (_duty_day(settings.duty, settings.desk.timezone, now) - _FIRST_TURN).days
    return people[(days // 7 if turn == "week" else days) % len(people)]


def _duty_day(duty: Duty, timezone: str, now: float) -> date:
    """Return the local day whose turn it is: before the hand-over it is still the day before's."""
    local = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(timezone))
    handed_over = local.time() >= time.fromisoformat(duty.at)
    return local.date() if handed_over else local.date() - timedelta(days=1)
