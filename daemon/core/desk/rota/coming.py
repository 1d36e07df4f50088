"""When the desk writes of turns by itself: each appointment once for ever by its key."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from daemon.core.desk.clock.calendar import DAY, EVERY_DAY, Appointment, at_local
from daemon.core.desk.clock.moment import Moment
from daemon.core.desk.rota.handover import key_of, lines_once
from daemon.core.roster.changes import Turn
from daemon.core.roster.roster import Gap, Line
from daemon.core.roster.rotas import MANAGER, weekdays

FAR_BACK = 60 * DAY  # over which one long gap is the same gap
MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Change:
    """A turn that begins, with the one before it."""

    line: Line
    before: Turn
    turn: Turn

    @property
    def hands_over(self) -> bool:
        """Whether it is somebody else who has it from now on."""
        return self.before.person != self.turn.person

    @property
    def awaits_ok(self) -> bool:
        """Whether the one who comes is asked to say so: who took it by their own word has said so."""
        return self.hands_over and self.turn.whole and self.line.rota.name != MANAGER


def standup_due(moment: Moment) -> tuple[Appointment, ...]:
    """Return this morning's question who is on duty, on working days, where the desk asks it."""
    duty, zone = moment.settings.duty, moment.settings.desk.timezone
    if duty.standup == "off" or (duty.standup == "auto" and duty.turn != "day"):
        return ()
    found = at_local("stand-up", duty.standup_at, weekdays(duty.days), zone, moment.now)
    return tuple(one for one in found if _local(one.at, zone) not in moment.roster.hours.holidays)


def changes_of(moment: Moment) -> Iterator[Change]:
    """Yield the changes of turn of the last day."""
    for line in lines_once(moment.roster):
        place = line.place(moment.now)
        while place > 0 and line.turns[place].start > moment.now - DAY:
            yield Change(line, line.turns[place - 1], line.turns[place])
            place -= 1


def handover_due(moment: Moment) -> tuple[Appointment, ...]:
    """Return the changes of turn of the last day."""
    return tuple(Appointment(key_of("turn", one.turn), one.turn.start) for one in changes_of(moment))


def reminder_due(moment: Moment) -> tuple[Appointment, ...]:
    """Return whom to remind that their turn has begun."""
    return _after(moment, "remind", 1)


def unclaimed_due(moment: Moment) -> tuple[Appointment, ...]:
    """Return the turns of which somebody else is told, because nobody said that they have them."""
    return _after(moment, "unclaimed", 2)


def _after(moment: Moment, what: str, times: int) -> tuple[Appointment, ...]:
    late = times * moment.settings.duty.answer_minutes * MINUTE
    waiting = (one for one in changes_of(moment) if one.awaits_ok)
    return tuple(Appointment(key_of(what, one.turn), one.turn.start + late) for one in waiting)


def change_at(appointment: Appointment, moment: Moment) -> Change | None:
    """Return the change of turn that an appointment is about, None where it is none any more."""
    name = appointment.key.partition("/")[2]
    return next((one for one in changes_of(moment) if key_of("", one.turn) == f"/{name}"), None)


def gap_due(moment: Moment) -> tuple[Appointment, ...]:
    """Return the gaps that begin within a day, each once."""
    return tuple(Appointment(_gap_key(gap), moment.now) for gap in gaps_ahead(moment))


def gaps_ahead(moment: Moment) -> tuple[Gap, ...]:
    """Return the gaps of now and of the next day, what lies side by side as one."""
    joined: list[Gap] = []
    for gap in moment.roster.gaps(moment.now - FAR_BACK, moment.now + DAY):
        last = joined[-1] if joined else None
        if last and last.rota == gap.rota and last.end >= gap.start:
            joined[-1] = Gap(last.rota, last.start, gap.end, last.person, last.words)
        else:
            joined.append(gap)
    return tuple(gap for gap in joined if gap.end > moment.now)


def gap_at(appointment: Appointment, moment: Moment) -> Gap | None:
    """Return the gap that an appointment is about, None where it is closed."""
    return next((gap for gap in gaps_ahead(moment) if _gap_key(gap) == appointment.key), None)


def _gap_key(gap: Gap) -> str:
    return f"gap/{gap.rota}/{gap.start:.0f}"


def invitations_due(moment: Moment) -> tuple[Appointment, ...]:
    """Return that calendars are to be brought up to date: each day, and whenever somebody changed the rota."""
    duty = moment.settings.duty
    if not duty.invite_weeks:
        return ()
    daily = at_local("invitations", duty.at, EVERY_DAY, moment.settings.desk.timezone, moment.now)
    said = [one for one in moment.roster.said if one.at > moment.now - DAY]
    latest = max(said, key=lambda one: one.id, default=None)
    return (*daily, *((Appointment(f"invitations/{latest.id}", latest.at),) if latest else ()))


def _local(at: float, zone: str) -> date:
    return datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone)).date()
