"""Digests are written: figures are asked for once, and everybody gets a copy of their own."""

from daemon.core.desk.clock.calendar import Appointment
from daemon.core.desk.clock.moment import Moment
from daemon.core.digest.build import daily_view, weekly_view
from daemon.core.digest.due import day_of, is_members, readers, week_of
from daemon.core.digest.view import Daily, Weekly
from daemon.core.figures import day, week
from daemon.core.mail.address import Purpose, mark_from, reply_address
from daemon.core.mail.compose import compose
from daemon.house import House
from store.model.message import Address
from store.model.outbox import MailKind, NewMail


async def write_daily(appointment: Appointment, moment: Moment, house: House) -> tuple[NewMail, ...]:
    """Return the daily digest of an appointment's day: to members so that their answers act, to others as news."""
    settings = house.settings
    today = day_of(appointment, settings)
    counts = await house.store.day(*day.asked_for(today, settings), moment.now, day.MOST)
    figures = day.daily(counts, settings, moment.roster, today, moment.now)
    mails = []
    for reader in readers(settings.digest.team):
        mark = mark_from(house.random(10))
        reply = reply_address(house.own, Purpose.COMMAND, mark) if is_members(reader, settings) else ""
        mails.append(_mail("digest-daily", daily_view(figures, settings, reply), reader, mark, moment, house))
    return tuple(mails)


async def write_weekly(appointment: Appointment, moment: Moment, house: House) -> tuple[NewMail, ...]:
    """Return the report of the week that was over when its appointment came."""
    settings = house.settings
    monday = week_of(appointment, settings)
    counts = await house.store.week(week.asked_for(monday, settings))
    view = weekly_view(week.weekly(counts, settings, moment.roster, monday), settings)
    return tuple(
        _mail("digest-weekly", view, reader, mark_from(house.random(10)), moment, house)
        for reader in readers(settings.digest.stakeholders)
    )


def _mail(name: str, view: Daily | Weekly, to: Address, mark: str, moment: Moment, house: House) -> NewMail:
    lines = view.tickets if isinstance(view, Daily) and view.reply else None
    return compose(
        house.letters.write(name, house.settings.desk.language, view),
        kind=MailKind.DIGEST,
        ticket=None,
        to=to,
        desk=house.settings.desk,
        own=house.own,
        mark=mark,
        now=moment.now,
        due=moment.now,
        lines=lines or (),
        news=lines is None,
    )
