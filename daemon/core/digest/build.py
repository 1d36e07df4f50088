"""Figures become the view a digest is written of: names for ids, spans, widths, and words that fit a line."""

from collections.abc import Callable, Sequence, Sized
from datetime import date, timedelta

from daemon.core.digest.measure import age, change, length, percent, stacks, widths
from daemon.core.digest.view import (
    Alone,
    Area,
    Aside,
    Capacity,
    Clock,
    Column,
    Compared,
    Daily,
    Flow,
    Group,
    Line,
    Load,
    Part,
    Shadow,
    Turn,
    Weekly,
)
from daemon.core.figures import daily as of_day
from daemon.core.figures import weekly as of_week
from daemon.core.figures.calendar import local_day
from daemon.core.figures.daily import DailyFigures, DigestLine
from daemon.core.figures.day import MOST
from daemon.core.figures.response import FirstResponse, Spread
from daemon.core.figures.weekly import WeekFlow, WeeklyFigures
from daemon.core.mail.clean import clip, one_line
from daemon.core.settings import Settings
from store.model.figures import Section
from store.model.mailbox import Comparison
from store.model.ticket import Kind, State
from store.model.verdict import Tag

SUBJECT = 110  # characters of what a stranger wrote that a line shows
REPORTER = 60
TALLEST = 84  # pixels of the highest column of the backlog
SPARK = 16  # pixels of the highest week of an area
ROWS = 8  # of each list that the weekly report shows, the most first
ASIDES = 5  # that the daily digest shows
WEEKS_BACK = 4  # that the backlog of now is compared with

_HOUR, _DAY = 3_600.0, 86_400.0
OLD = {  # seconds after which a line of a section is marked
    Section.EMERGENCIES: _HOUR,
    Section.TO_INVESTIGATE: 7 * _DAY,
    Section.TO_SCHEDULE: 14 * _DAY,
    Section.WAITING: 7 * _DAY,
}
GROUPS = (  # what the backlog's columns are made of, from the bottom
    ("emergency", (State.PAGED,)),
    ("investigate", (State.NEW, State.TO_INVESTIGATE, State.INVESTIGATING)),
    ("waiting", (State.WAITING,)),
    ("schedule", (State.TO_SCHEDULE,)),
    ("planned", (State.INJECTED, State.SCHEDULED)),
    ("forwarded", (State.FORWARDED,)),
)
_URGENT = frozenset({"p0", "p1"})
_Fits = Callable[[DigestLine], bool]
WORDS: tuple[
    tuple[_Fits, tuple[str, ...]], ...
] = (  # what a line is likely to be answered with: the first row that fits
    (lambda line: line.state is State.PAGED and line.verdict is Tag.EMERGENCY, ("mine", "not emergency")),
    (lambda line: line.state is State.PAGED, ("yes", "no")),
    (lambda line: line.section is Section.EMERGENCIES, ("bug p0", "config")),
    (lambda line: line.section is Section.WAITING and line.kind is Kind.REPORT, ("ask", "mine")),
    (lambda line: line.section is Section.TO_SCHEDULE and line.priority in _URGENT, ("schedule", "inject")),
    (lambda line: line.section is Section.TO_SCHEDULE, ("p1", "schedule")),
    (lambda line: line.kind is Kind.REPORT and line.owner is None, ("mine", "bug p2")),
    (lambda line: line.kind is Kind.REPORT, ("config", "limitation", "bug p2")),
    (lambda _: True, ("done",)),
)


def daily_view(figures: DailyFigures, settings: Settings, reply: str = "") -> Daily:
    """Return what the daily digest says; `reply` is where answers to its lines go, "" in a copy that is news."""
    names = _Names(settings)
    parts = _parts(figures.parts, names)
    return Daily(
        settings.desk.name,
        settings.desk.address,
        figures.day,
        reply,
        parts,
        tuple(_turn(turn, names) for turn in figures.on_duty),
        _clocks(figures.first_response),
        figures.first_response.unanswered,
        figures.accounting,
        tuple(_aside(one) for one in figures.set_aside[:ASIDES]),
        figures.set_aside_total,
        _shadows(figures.shadow_requests, names)[:ROWS],
        tuple(_capacity(week) for week in figures.capacity),
        sum(part.total for part in parts),
        _example(parts),
        names.team(figures.team),
        tuple(_compared(one, figures.day, settings.desk.timezone) for one in figures.compared),
    )


def weekly_view(figures: WeeklyFigures, settings: Settings) -> Weekly:
    """Return what the weekly report says."""
    names, this, before = _Names(settings), figures.this, figures.before
    injected, scheduled = this.injected, this.scheduled
    lists: tuple[Sized, ...] = (figures.areas, figures.lone_areas, figures.shadow_requests, figures.duty)
    return Weekly(
        settings.desk.name,
        settings.desk.address,
        figures.monday,
        figures.monday + timedelta(days=6),
        this.inflow,
        this.outflow,
        this.backlog,
        change(this.backlog, before.backlog) if before else None,
        _groups(figures.weeks),
        _columns(figures.weeks),
        _flow(figures.weeks),
        _clocks_of_week(figures),
        figures.first_response.unanswered,
        _areas(figures.areas),
        figures.emergencies.paged,
        figures.emergencies.asked,
        figures.emergencies.false,
        figures.emergencies.missed,
        figures.interruptions.total,
        figures.interruptions.off_duty,
        _shadows(figures.shadow_requests, names)[:ROWS],
        tuple(Alone(one.area, names.person(one.person), one.solved) for one in figures.lone_areas[:ROWS]),
        _loads(figures.duty, names)[:ROWS],
        tuple(_capacity(week) for week in figures.capacity),
        injected,
        scheduled,
        percent(injected, injected + scheduled),
        figures.accounting,
        sum(max(0, len(rows) - ROWS) for rows in lists),
        names.team(figures.team),
    )


class _Names:
    """What people and teams are called; who has left is called by what is left of them."""

    def __init__(self, settings: Settings) -> None:
        self._people = {person.id: person.name for person in settings.people}
        self._teams = {team.id: team.name for team in settings.teams}

    def person(self, who: str | None) -> str:
        return self._people.get(who, who) if who else ""

    def team(self, which: str | None) -> str:
        return self._teams.get(which, which) if which else ""


# --- the day ---------------------------------------------------------------------------------------------------------


def _parts(parts: Sequence[of_day.Part], names: _Names) -> tuple[Part, ...]:
    """Return the sections with the lines that there is room for, numbered through."""
    shown = [line for part in parts for line in part.lines[:MOST]]
    numbered = [(line.section, _line(line, place, names)) for place, line in enumerate(shown, 1)]
    return tuple(
        Part(part.section, part.total, tuple(line for section, line in numbered if section is part.section))
        for part in parts
    )


def _example(parts: Sequence[Part]) -> str:
    """Return an answer to the first line that can become a bug, which shows the most; else to the first of all."""
    answers = [f"{line.place} {word}" for part in parts for line in part.lines for word in line.words]
    return next((answer for answer in answers if " bug " in answer), answers[0] if answers else "")


def _line(line: DigestLine, place: int, names: _Names) -> Line:
    return Line(
        place,
        line.ticket,
        _shown(line.subject, SUBJECT),
        _shown(line.reporter, REPORTER),
        names.person(line.owner),
        names.team(line.team),
        line.area or "",
        line.priority or "",
        age(line.age_seconds),
        line.age_seconds > OLD[line.section],
        next(words for fits, words in WORDS if fits(line)),
        line.unreached,
    )


def _shown(words: str, limit: int) -> str:
    return clip(one_line(words), limit)


def _turn(turn: of_day.OnDuty, names: _Names) -> Turn:
    people = (names.person(who) for who in (turn.person, turn.shadow, turn.manager))
    return Turn(names.team(turn.team), *people)


def _compared(one: Comparison, day: date, zone: str) -> Compared:
    on = local_day(one.at, zone)
    differences = tuple((what.value, many) for what, many in one.differences)
    return Compared(one.account, one.messages, one.total, differences, on if on < day else None)


def _aside(one: of_day.Aside) -> Aside:
    return Aside(one.id, _shown(one.subject, SUBJECT), _shown(one.why, SUBJECT), age(one.age_seconds))


# --- the week --------------------------------------------------------------------------------------------------------


def _grouped(week: WeekFlow) -> tuple[int, ...]:
    counts = dict(week.open)
    return tuple(sum(counts.get(state, 0) for state in states) for _, states in GROUPS)


def _groups(weeks: Sequence[WeekFlow]) -> tuple[Group, ...]:
    now, then = _grouped(weeks[-1]), _grouped(weeks[max(0, len(weeks) - 1 - WEEKS_BACK)])
    return tuple(Group(name, n, change(n, past)) for (name, _), n, past in zip(GROUPS, now, then, strict=True))


def _columns(weeks: Sequence[WeekFlow]) -> tuple[Column, ...]:
    parts = [_grouped(week) for week in weeks]
    totals = [sum(part) for part in parts]
    rows = zip(weeks, totals, widths(totals), parts, stacks(parts, TALLEST), strict=True)
    return tuple(Column(week.monday, total, width, part, high) for week, total, width, part, high in rows)


def _flow(weeks: Sequence[WeekFlow]) -> tuple[Flow, ...]:
    wide = widths([number for week in weeks for number in (week.inflow, week.outflow)])
    rows = [Flow(week.monday, week.inflow, week.outflow, wide[2 * n], wide[2 * n + 1]) for n, week in enumerate(weeks)]
    return tuple(reversed(rows))


def _areas(areas: Sequence[of_week.AreaTrend]) -> tuple[Area, ...]:
    wide = widths([area.reports for area in areas])
    tall = stacks([[week] for area in areas for week in area.weeks], SPARK)
    return tuple(
        Area(
            area.area or "",
            area.reports,
            width,
            change(area.reports, round(area.usual)),
            tuple(height for (height,) in tall[n * len(area.weeks) : (n + 1) * len(area.weeks)]),
        )
        for n, (area, width) in enumerate(zip(areas, wide, strict=True))
    )[:ROWS]


def _loads(duty: Sequence[of_week.DutyLoad], names: _Names) -> tuple[Load, ...]:
    wide = widths([load.interruptions for load in duty])
    rows = sorted(zip(duty, wide, strict=True), key=lambda row: (-row[0].interruptions, -row[0].days))
    return tuple(
        Load(names.person(load.person), round(load.days, 1), load.interruptions, load.solved, width)
        for load, width in rows
    )


# --- both ------------------------------------------------------------------------------------------------------------


def _clocks(response: FirstResponse) -> tuple[Clock, ...]:
    return (
        _clock("automatic", response.automatic),
        _clock("human", response.human),
        _clock("human-working", response.human_working),
    )


def _clocks_of_week(figures: WeeklyFigures) -> tuple[Clock, ...]:
    return (
        *_clocks(figures.first_response),
        _clock("classify", figures.classify),
        _clock("classify-working", figures.classify_working),
    )


def _clock(name: str, spread: Spread) -> Clock:
    median, ninety = (None if value is None else length(value) for value in (spread.p50, spread.p90))
    return Clock(name, spread.count, median, ninety)


def _shadows(requests: Sequence[of_week.ShadowRequest], names: _Names) -> tuple[Shadow, ...]:
    return tuple(Shadow(names.person(one.person), one.count) for one in requests)


def _capacity(week: of_week.Capacity) -> Capacity:
    return Capacity(week.monday, round(week.left, 1), round(week.person_days, 1), percent(week.left, week.person_days))
