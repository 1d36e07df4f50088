"""What the commands of a desk can be about, taken from what its operator declares."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from daemon.core.commands.arguments import Known, Name
from daemon.core.settings import Settings
from daemon.core.triage.definition import Definition


def known_to(settings: Settings, definition: Definition, today: date) -> Known:
    """Return the people, teams and areas of a desk by every spelling that a member may use; `today` is the desk's."""
    areas = dict.fromkeys((*definition.areas, *(area for team in settings.teams for area in team.areas)))
    return Known(
        today,
        people=tuple(Name(p.id, (p.name, p.name.split()[0], p.address)) for p in settings.people if p.name.split()),
        teams=tuple(Name(team.id, (team.name,)) for team in settings.teams),
        areas=tuple(Name(area) for area in areas),
    )


def day_at(now: float, settings: Settings) -> date:
    """Return the day that it is at the desk at `now` (epoch seconds)."""
    return datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(settings.desk.timezone)).date()
