"""The figures of a day, worked out from what the store counted."""

from datetime import date, timedelta

from daemon.core.figures.calendar import bounds, monday_of
from daemon.core.figures.daily import Aside, DailyFigures, DigestLine, OnDuty, Part
from daemon.core.figures.duties import capacity, shadow_requests
from daemon.core.figures.measure import first_response
from daemon.core.roster.roster import Roster
from daemon.core.settings import Settings
from store.model.figures import DayCounts, Section
from store.model.ticket import Ticket
from store.model.views import AsideLine

AHEAD = 2  # weeks whose capacity is told, from this one on
MOST = 10  # lines of a section: with all four full, the page is below the 102 KB at which a large provider cuts it


def asked_for(day: date, settings: Settings) -> tuple[float, float]:
    """Return the day that the figures of `day` are about, the one before it, as the moments it begins and ends."""
    return bounds(day - timedelta(1), settings.desk.timezone)


def daily(
    counts: DayCounts, settings: Settings, roster: Roster, day: date, now: float, team: str | None = None
) -> DailyFigures:
    """Return what the team sees on the morning of `day`: what is open at `now`, and how the day before went."""
    return DailyFigures(
        day,
        day - timedelta(1),
        _parts(counts, now),
        counts.accounting,
        first_response(counts.clocks, settings),
        _on_duty(roster, settings, now, team),
        tuple(_aside(one, now) for one in counts.aside),
        counts.aside_total,
        shadow_requests(counts.shadow, settings),
        tuple(capacity(roster, monday_of(day) + timedelta(7 * n)) for n in range(AHEAD)),
        team,
        tuple(one for box in settings.imap for one in counts.compared if one.account == box.account),
    )


def _parts(counts: DayCounts, now: float) -> tuple[Part, ...]:
    totals = dict(counts.totals)
    ordered = [(section, ticket) for section in Section for one, ticket in counts.lines if one is section]
    lines = [
        _line(number, section, ticket, now, unreached=ticket.reporter in counts.failing)
        for number, (section, ticket) in enumerate(ordered, 1)
    ]
    return tuple(
        Part(section, tuple(line for line in lines if line.section is section), totals.get(section, 0))
        for section in Section
    )


def _line(number: int, section: Section, one: Ticket, now: float, *, unreached: bool) -> DigestLine:
    return DigestLine(
        number,
        one.number,
        section,
        one.kind,
        one.state,
        one.verdict,
        one.subject,
        one.priority,
        max(0.0, now - one.opened_at),
        one.owner,
        one.reporter,
        one.team,
        one.area,
        one.planned,
        one.snoozed_until if one.snoozed_until and one.snoozed_until > now else None,
        unreached,
    )


def _on_duty(roster: Roster, settings: Settings, now: float, team: str | None) -> tuple[OnDuty, ...]:
    of_teams = tuple(one.id for one in settings.teams if one.duty and team in (None, one.id))
    rotas: tuple[str | None, ...] = of_teams if of_teams and (team or not settings.duty.people) else (None, *of_teams)
    manager = roster.managing(now)
    return tuple(_of_rota(roster, rota, now, manager.id if manager else None) for rota in rotas)


def _of_rota(roster: Roster, team: str | None, now: float, manager: str | None) -> OnDuty:
    duty, shadow = roster.on_duty(now, team), roster.shadow(now, team)
    return OnDuty(team, duty.id if duty else None, shadow.id if shadow else None, manager)


def _aside(one: AsideLine, now: float) -> Aside:
    return Aside(one.id, one.subject, one.why, max(0.0, now - one.received_at))
