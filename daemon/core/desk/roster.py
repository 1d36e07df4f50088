"""Who is on duty at this moment? The rota as declared, turn after turn."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from daemon.core.settings import Duty, Person, Settings

_FIRST_TURN = date(2024, 1, 1)  # a Monday; the rota is counted from it


def on_duty(settings: Settings, now: float) -> Person | None:
    """Return the person who may be interrupted at `now` (epoch seconds); None only where nobody is declared at all."""
    chosen = _whose_turn(settings.duty, settings.desk.timezone, now) or settings.duty.fallback
    return next((person for person in settings.people if person.id == chosen), None)


def _whose_turn(duty: Duty, timezone: str, now: float) -> str | None:
    if not duty.people:
        return None
    days = (_duty_day(duty, timezone, now) - _FIRST_TURN).days
    return duty.people[(days // 7 if duty.turn == "week" else days) % len(duty.people)]


def _duty_day(duty: Duty, timezone: str, now: float) -> date:
    """Return the local day whose turn it is: before the hand-over it is still the day before's."""
    local = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(timezone))
    handed_over = local.time() >= time.fromisoformat(duty.at)
    return local.date() if handed_over else local.date() - timedelta(days=1)
