"""When the digests are due, and to whom they go: the daily one to the team, the weekly one to the stakeholders."""

from datetime import date, timedelta

from daemon.core.desk.clock.calendar import EVERY_DAY, Appointment, at_local
from daemon.core.desk.clock.moment import Moment
from daemon.core.figures.calendar import local_day, monday_of
from daemon.core.mail.address import fold
from daemon.core.roster.rotas import WEEKDAYS
from daemon.core.settings import Settings
from store.model.message import Address


def daily_due(moment: Moment) -> tuple[Appointment, ...]:
    """Return today's digest once its time has come; a local day has one, whatever its clock does."""
    digest, zone = moment.settings.digest, moment.settings.desk.timezone
    return at_local("digest-daily", digest.daily, EVERY_DAY, zone, moment.now) if digest.team else ()


def weekly_due(moment: Moment) -> tuple[Appointment, ...]:
    """Return this week's report once its time has come."""
    digest, zone = moment.settings.digest, moment.settings.desk.timezone
    weekday, _, at = digest.weekly.partition(" ")
    days = (WEEKDAYS.index(weekday),)
    return at_local("digest-weekly", at, days, zone, moment.now) if digest.stakeholders else ()


def day_of(appointment: Appointment, settings: Settings) -> date:
    """Return the local day of a digest."""
    return local_day(appointment.at, settings.desk.timezone)


def week_of(appointment: Appointment, settings: Settings) -> date:
    """Return the Monday of the week that a report is about: the last that was over."""
    return monday_of(day_of(appointment, settings)) - timedelta(days=7)


def readers(addresses: tuple[str, ...]) -> tuple[Address, ...]:
    """Return everybody once, as they are spelled first."""
    spelled: dict[str, str] = {}
    for address in addresses:
        spelled.setdefault(fold(address), address)
    return tuple(Address("", address) for address in spelled.values())


def is_members(reader: Address, settings: Settings) -> bool:
    """Say whether an address is a member's own, so that its answers act; a list's reach too many for that."""
    return any(fold(person.address) == fold(reader.address) for person in settings.people)
