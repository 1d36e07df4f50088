"""The figures of a week and of the eleven before it, worked out from what the store counted."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

from daemon.core.figures.calendar import week_bounds
from daemon.core.figures.duties import capacity, duty_load, interruptions, shadow_requests
from daemon.core.figures.measure import classifying, first_response
from daemon.core.figures.weekly import AreaTrend, Emergencies, LoneArea, WeekFlow, WeeklyFigures
from daemon.core.roster.roster import Roster
from daemon.core.settings import Settings
from store.model.figures import InArea, WeekCounts
from store.model.ticket import ENDED, State
from store.model.verdict import Tag

WEEKS = 12
USUAL = 4  # weeks before, whose mean is what is usual
AHEAD = 2  # weeks whose capacity is told
OPEN = tuple(state for state in State if state not in ENDED)


def asked_for(monday: date, settings: Settings) -> tuple[float, ...]:
    """Return the moments at which twelve weeks begin, the last of them on `monday`, and the end of that."""
    return week_bounds(monday, WEEKS, settings.desk.timezone)


def weekly(
    counts: WeekCounts, settings: Settings, roster: Roster, monday: date, team: str | None = None
) -> WeeklyFigures:
    """Return what stakeholders see of the week that begins on `monday`."""
    since, until = asked_for(monday, settings)[-2:]
    all_hours, working = classifying(counts.classified, settings)
    return WeeklyFigures(
        monday,
        flows(counts, monday),
        counts.accounting,
        first_response(counts.clocks, settings),
        all_hours,
        working,
        trends(counts.areas),
        emergencies(counts),
        interruptions(counts.cards, roster),
        shadow_requests(counts.shadow, settings),
        tuple(LoneArea(*row) for row in sorted(counts.lone, key=lambda row: (-row[2], row[0]))),
        duty_load(counts.cards, counts.solved, roster, settings, since, until),
        tuple(capacity(roster, monday + timedelta(7 * n)) for n in range(1, AHEAD + 1)),
        team,
    )


def flows(counts: WeekCounts, monday: date) -> tuple[WeekFlow, ...]:
    """Walk back from what is open now: what came since is taken away, and what went is put back where it was."""
    standing: Counter[State] = Counter(dict(counts.standing))
    found: list[WeekFlow] = []
    for week in range(WEEKS, -1, -1):
        if week < WEEKS:
            found.append(_flow(counts, week, standing, monday - timedelta(7 * (WEEKS - 1 - week))))
        for one in counts.passings:
            if one.week == week:
                standing[one.became] -= one.many
                standing[one.was] += one.many
        standing.subtract({one.state: one.many for one in counts.opened if one.week == week})
    return tuple(reversed(found))


def _flow(counts: WeekCounts, week: int, standing: Counter[State], monday: date) -> WeekFlow:
    passings = [one for one in counts.passings if one.week == week]
    born_ended = sum(one.many for one in counts.opened if one.week == week and one.state in ENDED)
    return WeekFlow(
        monday,
        tuple((state, standing[state]) for state in OPEN),
        sum(one.many for one in counts.opened if one.week == week),
        sum(one.many for one in passings if one.was in ENDED and one.became not in ENDED),
        sum(one.many for one in passings if one.became in ENDED and one.was not in ENDED) + born_ended,
        sum(one.many for one in passings if one.became is State.INJECTED),
        sum(one.many for one in passings if one.became is State.SCHEDULED),
    )


def trends(areas: Iterable[InArea]) -> tuple[AreaTrend, ...]:
    """Return the problem reports of each area in each week, most of the last week first."""
    weeks: dict[str | None, list[int]] = {}
    for one in areas:
        weeks.setdefault(one.area, [0] * WEEKS)[one.week] += one.many
    found = [
        AreaTrend(area, counts[-1], tuple(counts), sum(counts[-1 - USUAL : -1]) / USUAL)
        for area, counts in weeks.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.reports, -one.usual, one.area is None, one.area or "")))


def emergencies(counts: WeekCounts) -> Emergencies:
    """Hold what was judged against what the team said; what a person was asked about was neither false nor missed."""
    sure = [one for one in counts.overruled if not one.unsure]
    return Emergencies(
        sum(many for tag, unsure, many in counts.judged if tag is Tag.EMERGENCY and not unsure),
        sum(many for _, unsure, many in counts.judged if unsure),
        tuple(one.ticket for one in sure if one.judged is Tag.EMERGENCY and one.said is not Tag.EMERGENCY),
        tuple(one.ticket for one in sure if one.judged is not Tag.EMERGENCY and one.said is Tag.EMERGENCY),
    )
