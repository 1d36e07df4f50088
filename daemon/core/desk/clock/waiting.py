"""A reporter who was asked and does not answer is reminded once, and later the ticket is closed quietly."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from daemon.core.commands.states import UNANSWERED
from daemon.core.desk.clock.calendar import DAY, local_moment
from daemon.core.desk.clock.changed import changed, key
from daemon.core.desk.clock.moment import Moment
from daemon.core.desk.words import working_days
from store.model.changes import Draft, Said, TicketChange
from store.model.message import Address
from store.model.occasion import Due, Occasion
from store.model.outbox import MailKind
from store.model.ticket import State, Ticket

MORNING, EVENING = "09:00", "17:00"  # of a working day: when a desk with manners writes by itself


def unreminded_until(moment: Moment) -> float | None:
    """Return the moment (epoch seconds): who was asked then or before is reminded now; None for nobody."""
    return _days_before(this_morning(moment), moment.settings.waiting.remind_days)


def unanswered_until(moment: Moment) -> float | None:
    """Return the moment: whose reporter was reminded then or before is closed now; None for none."""
    return _days_before(this_morning(moment), moment.settings.waiting.close_days)


def unasked_until(moment: Moment) -> float | None:
    """Return the moment: what waits since then or before is closed now where nobody is reminded; None for none."""
    return None if moment.settings.waiting.remind_days else unanswered_until(moment)


def reminded(found: tuple[Due, ...], moment: Moment) -> tuple[Occasion, ...]:
    """Remind each reporter once."""
    return tuple(_remind(due, moment) for due in found)


def closed(found: tuple[Due, ...], moment: Moment) -> tuple[Occasion, ...]:
    """Close what nobody answered; no mail tells of it, and an answer reopens it."""
    return tuple(
        Occasion(key("unanswered", due.ticket), (_close(due.ticket, moment),), tickets=(due,)) for due in found
    )


def this_morning(moment: Moment) -> float | None:
    """Return when (epoch seconds) this working day of the desk began; None at night and on other days."""
    zone = moment.settings.desk.timezone
    today = datetime.fromtimestamp(moment.now, UTC).astimezone(ZoneInfo(zone)).date()
    if today.weekday() not in working_days(moment.settings.duty.days):
        return None
    morning = local_moment(today, MORNING, zone)
    return morning if morning <= moment.now < local_moment(today, EVENING, zone) else None


def _days_before(morning: float | None, days: float) -> float | None:
    return morning - days * DAY if morning is not None and days else None


def _remind(due: Due, moment: Moment) -> Occasion:
    ticket = due.ticket
    move = changed(ticket, moment.now, "reminded the reporter, who was asked", reminded_at=moment.now)
    drafts = (_reminder(ticket, moment),) if ticket.reporter else ()
    return Occasion(key("reminder", ticket), (move,), drafts, tickets=(due,))


def _reminder(ticket: Ticket, moment: Moment) -> Draft:
    days = moment.settings.waiting.close_days
    until = datetime.fromtimestamp(moment.now, UTC) + timedelta(days=days)
    return Draft(
        MailKind.NOTICE,
        "reminder",
        Address("", ticket.reporter),
        ticket.language,
        answers_message=True,
        about=ticket.number,
        original=True,
        said=(Said("reminder", ticket.number, text=str(until.date()) if days else ""),),
    )


def _close(ticket: Ticket, moment: Moment) -> TicketChange:
    return changed(
        ticket,
        moment.now,
        "closed: the reporter, who was asked, did not answer",
        state=State.CLOSED,
        resolution=UNANSWERED,
        ended_at=moment.now,
        waiting_since=None,
        reminded_at=None,
    )
