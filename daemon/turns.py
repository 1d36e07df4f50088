"""Turns begin, end and change: the mails, the calendars and the book of who served."""

from daemon.core.desk.clock.calendar import DAY, Appointment
from daemon.core.desk.clock.moment import Moment
from daemon.core.desk.rota.coming import change_at, gap_at
from daemon.core.desk.rota.handover import lines_once
from daemon.core.desk.rota.written import (
    comparison,
    gap_alarm,
    graduated,
    graduation,
    handover,
    over,
    reminder,
    standup,
    unclaimed,
)
from daemon.core.roster.invitations import outstanding
from daemon.house import House
from daemon.inviting import write_invitation
from daemon.wording import write_occasion
from store.model.history import SAID, WOULD
from store.model.occasion import Occasion
from store.model.outbox import NewMail

WEEK = 7 * DAY
Story = tuple[Occasion, tuple[NewMail, ...]]


async def ask_who_is_on_duty(_: Appointment, moment: Moment, house: House) -> Story:
    """Ask the team in the morning."""
    return _told(Occasion("", drafts=standup(moment)), moment, house)


async def hand_over(appointment: Appointment, moment: Moment, house: House) -> Story | None:
    """Keep who served, tell who goes and who comes what is open, and who has learned enough."""
    one = change_at(appointment, moment)
    if one is None:
        return None
    shifts = over(one, moment, house.memory.first_run or moment.now)
    drafts = handover(one, moment, await house.store.open_tickets())
    for who in graduated(shifts, one.line, moment):
        drafts = (*drafts, *graduation(who, one.line, moment))
    before = one.before
    if before.shadow:
        marks = (WOULD, SAID)
        found = await house.store.compared(before.shadow, before.start, before.end, marks)
        drafts = (*drafts, *comparison(before.shadow, before.person, found, moment))
    return _told(Occasion("", drafts=drafts, shifts=shifts), moment, house)


async def remind(appointment: Appointment, moment: Moment, house: House) -> Story | None:
    """Ask who came once more, where they have not said that they have it."""
    one = change_at(appointment, moment)
    if one is None or await _is_taken_over(appointment, house):
        return None
    return _told(Occasion("", drafts=reminder(one, moment)), moment, house)


async def tell_others(appointment: Appointment, moment: Moment, house: House) -> Story | None:
    """Tell others that nobody has said they have it."""
    one = change_at(appointment, moment)
    if one is None or await _is_taken_over(appointment, house):
        return None
    return _told(Occasion("", drafts=unclaimed(one, moment)), moment, house)


async def raise_alarm(appointment: Appointment, moment: Moment, house: House) -> Story | None:
    """Tell of a gap before it begins."""
    gap = gap_at(appointment, moment)
    return _told(Occasion("", drafts=gap_alarm(gap, moment)), moment, house) if gap else None


async def invite(_: Appointment, moment: Moment, house: House) -> Story | None:
    """Bring everybody's calendar up to date."""
    settings, roster, now = moment.settings, moment.roster, moment.now
    until = now + settings.duty.invite_weeks * WEEK
    turns = tuple(turn for line in lines_once(roster) for turn in line.turns if now < turn.start < until)
    known = [one for one in await house.store.invitations(now) if one.person in roster.people]
    due = outstanding(turns, known, settings.desk.id_host, now)
    mails = tuple(write_invitation(one, moment, house) for one in due if one.person in roster.people)
    return Occasion("", invitations=due), mails


async def _is_taken_over(appointment: Appointment, house: House) -> bool:
    key = f"taken-over/{appointment.key.partition('/')[2]}"
    return bool(await house.store.happened((key,)))


def _told(occasion: Occasion, moment: Moment, house: House) -> Story:
    return occasion, write_occasion(occasion, {}, house, moment.now)
