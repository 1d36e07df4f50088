"""The calendar of the desk: what is done at a time of day, or when a turn changes, and no message is behind it.

A new entry is one row of `CALENDAR`. It has two halves:

    due     pure, in `core`: which appointments there are at this moment (settings, roster, time). It may name the same
            one again and again, and late: each is done once for ever by its key, also after a restart, by one process
            of many. What lies more than a day back is left out, and so is what lay before the desk first ran.
            `core.desk.clock.calendar.at_local` gives "at 09:00 of each working day"; a turn that changes is an
            `Appointment(f"turn/{rota}/{start}", start)`.
    bring   in the house: asks the store for what it needs, and returns the occasion and its mails. The occasion's key
            is set to the appointment's. None says that there is nothing to do; that, too, is final.

Mails that need no words but those of their drafts are written by `wording.write_occasion`.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace

from daemon.core.desk.clock.calendar import DAY, Appointment
from daemon.core.desk.clock.moment import Moment
from daemon.core.desk.rota.coming import (
    gap_due,
    handover_due,
    invitations_due,
    reminder_due,
    standup_due,
    unclaimed_due,
)
from daemon.core.digest.due import daily_due, weekly_due
from daemon.digests import write_daily, write_weekly
from daemon.house import House
from daemon.turns import Story, ask_who_is_on_duty, hand_over, invite, raise_alarm, remind, tell_others
from store.model.occasion import Occasion
from store.model.outbox import NewMail

FIRST_RUN = "first-run"  # key of the occasion that the desk ran for the first time


@dataclass(frozen=True, slots=True)
class Brought:
    """What comes of an appointment."""

    occasion: Occasion
    mails: tuple[NewMail, ...] = ()


Bring = Callable[[Appointment, Moment, House], Awaitable[Brought | None]]


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that the calendar brings about again and again."""

    due: Callable[[Moment], Iterable[Appointment]]
    bring: Bring


@dataclass(frozen=True, slots=True)
class Engagement:
    """An appointment whose time has come, and what brings it about."""

    entry: Entry
    appointment: Appointment

    async def keep(self, moment: Moment, house: House) -> Brought:
        """Return what comes of it, under its key."""
        brought = await self.entry.bring(self.appointment, moment, house) or Brought(Occasion(""))
        return replace(brought, occasion=replace(brought.occasion, key=self.appointment.key))


def _of_mails(write: Callable[[Appointment, Moment, House], Awaitable[tuple[NewMail, ...]]]) -> Bring:
    """Bring about nothing but mails."""

    async def bring(appointment: Appointment, moment: Moment, house: House) -> Brought:
        return Brought(Occasion(""), await write(appointment, moment, house))

    return bring


def _of_turns(tell: Callable[[Appointment, Moment, House], Awaitable[Story | None]]) -> Bring:
    """Bring about what follows from turns."""

    async def bring(appointment: Appointment, moment: Moment, house: House) -> Brought | None:
        story = await tell(appointment, moment, house)
        return Brought(*story) if story else None

    return bring


CALENDAR: tuple[Entry, ...] = (
    Entry(daily_due, _of_mails(write_daily)),
    Entry(weekly_due, _of_mails(write_weekly)),
    Entry(handover_due, _of_turns(hand_over)),
    Entry(standup_due, _of_turns(ask_who_is_on_duty)),
    Entry(reminder_due, _of_turns(remind)),
    Entry(unclaimed_due, _of_turns(tell_others)),
    Entry(gap_due, _of_turns(raise_alarm)),
    Entry(invitations_due, _of_turns(invite)),
)


async def engagements(moment: Moment, house: House) -> tuple[Engagement, ...]:
    """Return what the calendar has brought about, and nobody has done; asks the store once for each new appointment."""
    since = max(await _first_run(moment, house), moment.now - DAY)
    found = {one.key: Engagement(entry, one) for entry in CALENDAR for one in entry.due(moment) if since < one.at}
    due = {key: one for key, one in found.items() if one.appointment.at <= moment.now}
    memory = house.memory
    memory.kept &= due.keys()
    if unknown := due.keys() - memory.kept:
        memory.kept |= (await house.store.happened(sorted(unknown))).keys()
    return tuple(one for key, one in due.items() if key not in memory.kept)


async def _first_run(moment: Moment, house: House) -> float:
    """Return when the desk first ran, which is now if it never did."""
    memory = house.memory
    if memory.first_run is None:
        await house.store.happen(Occasion(FIRST_RUN), (), moment.now)
        memory.first_run = (await house.store.happened((FIRST_RUN,)))[FIRST_RUN]
    return memory.first_run
