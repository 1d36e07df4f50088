"""Figures of an invented desk, so that every template can be tried with all it may have to show."""

from datetime import UTC, date, datetime, timedelta

from daemon.core.figures.daily import Aside, DailyFigures, DigestLine, OnDuty, Part
from daemon.core.figures.response import FirstResponse, Spread
from daemon.core.figures.weekly import (
    AreaTrend,
    Capacity,
    DutyLoad,
    Emergencies,
    Interruptions,
    LoneArea,
    ShadowRequest,
    WeekFlow,
    WeeklyFigures,
)
from store.model.figures import Accounting, Section
from store.model.mailbox import Comparison, Difference
from store.model.ticket import ENDED, Kind, State
from store.model.verdict import Tag

MONDAY = date(2026, 11, 16)
HOUR, DAY = 3600.0, 86400.0
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()
_OPEN = tuple(state for state in State if state not in ENDED)
_ACCOUNTING = Accounting(41, 0, 2, 18, 9, 7, (("auto-reply", 4), ("bounce", 1), ("list", 1)), 1)
_RESPONSE = FirstResponse(
    18, Spread(17, 0.4, 0.9, 2.1), Spread(14, 2.6 * HOUR, 19 * HOUR, 40 * HOUR), Spread(14, 1900.0, 4 * HOUR, 9 * HOUR)
)
_CAPACITY = (Capacity(MONDAY + timedelta(7), 25, 5, 2), Capacity(MONDAY + timedelta(14), 20, 4))
_COMPARED = (
    Comparison("desk@imap.example.org:993", NOON, 212, 210, ((Difference.WAITING, 1), (Difference.LOST, 1))),
    Comparison("sales@imap.example.org:993", NOON - 2 * DAY, 40, 40, ()),
)
_SHADOW = (ShadowRequest("bo", 3), ShadowRequest("cy", 1))


def sample_daily() -> DailyFigures:
    """Return the figures of a busy morning."""
    lines = (
        _line(1, 41, Section.EMERGENCIES, State.PAGED, Tag.EMERGENCY, "Nobody can log in since the update", 0.2 * HOUR),
        _line(2, 38, Section.EMERGENCIES, State.INVESTIGATING, Tag.EMERGENCY, "Invoices are lost", 5 * HOUR, "anna"),
        _line(3, 12, Section.TO_INVESTIGATE, State.TO_INVESTIGATE, Tag.PROBLEM, "Export & <import> differ", 9 * DAY),
        _line(4, 30, Section.TO_INVESTIGATE, State.INVESTIGATING, Tag.PROBLEM, "Slow search", 2 * DAY, "bo"),
        _line(5, 25, Section.TO_SCHEDULE, State.TO_SCHEDULE, None, "Umlauts are lost in Übersicht", 4 * DAY),
        _line(6, 29, Section.WAITING, State.WAITING, Tag.PROBLEM, "Printing " + "very " * 30 + "slowly", DAY, "cy"),
    )
    parts = tuple(
        Part(section, mine := tuple(one for one in lines if one.section is section), len(mine) + 3 * (number == 1))
        for number, section in enumerate(Section)
    )
    day = MONDAY + timedelta(4)
    return DailyFigures(
        day,
        day - timedelta(1),
        parts,
        _ACCOUNTING,
        _RESPONSE,
        (OnDuty(None, "anna", "dee", "bo"),),
        (Aside(7, "Invitation", "MIME parts nested too deeply", 3 * HOUR),),
        1,
        _SHADOW,
        _CAPACITY,
        None,
        _COMPARED,
    )


def sample_weekly() -> WeeklyFigures:
    """Return the figures of a week with a past."""
    return WeeklyFigures(
        MONDAY,
        tuple(_flow(number) for number in range(12)),
        _ACCOUNTING,
        _RESPONSE,
        Spread(11, 9 * HOUR, 3 * DAY, 6 * DAY),
        Spread(11, 3 * HOUR, 8 * HOUR, 20 * HOUR),
        (
            AreaTrend("billing", 9, (2, 1, 3, 2, 2, 4, 3, 2, 4, 3, 5, 9), 3.5),
            AreaTrend("login", 4, (6, 5, 7, 6, 5, 6, 4, 6, 5, 7, 6, 4), 6.0),
            AreaTrend(None, 2, (0,) * 11 + (2,), 0.0),
        ),
        Emergencies(5, 2, (31,), (28,)),
        Interruptions(8, 1, 1),
        _SHADOW,
        (LoneArea("billing", "anna", 14), LoneArea("printing", "cy", 3)),
        (DutyLoad("anna", 5.0, 6, 4), DutyLoad("bo", 2.0, 2, 3), DutyLoad("cy", 0.0, 0, 2)),
        _CAPACITY,
    )


def quiet_daily(day: date = MONDAY) -> DailyFigures:
    """Return the figures of a desk to which nobody has ever written."""
    nothing = Accounting(0, 0, 0, 0, 0, 0, (), 0)
    parts = tuple(Part(section, (), 0) for section in Section)
    return DailyFigures(day, day - timedelta(1), parts, nothing, FirstResponse(), (OnDuty(None, None),), (), 0, ())


def _line(
    number: int,
    ticket: int,
    section: Section,
    state: State,
    verdict: Tag | None,
    subject: str,
    age: float,
    owner: str | None = None,
) -> DigestLine:
    kind = Kind.BUG if state is State.TO_SCHEDULE else Kind.REPORT
    priority = "p1" if kind is Kind.BUG else None
    reporter = f"customer{ticket}@example.org"
    return DigestLine(number, ticket, section, kind, state, verdict, subject, priority, age, owner, reporter)


def _flow(number: int) -> WeekFlow:
    opened = (14, 12, 16, 11, 13, 19, 15, 12, 17, 14, 20, 18)[number]
    counts = {State.PAGED: number % 3, State.TO_INVESTIGATE: 3 + number, State.INVESTIGATING: 2, State.FORWARDED: 9}
    standing = tuple((state, counts.get(state, 0)) for state in _OPEN)
    return WeekFlow(MONDAY - timedelta(7 * (11 - number)), standing, opened, 1, opened - 1, number % 2, 2 + number % 3)
