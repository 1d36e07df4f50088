"""Working hours: laws over any two moments and zone, and known stretches across nights, holidays and clock changes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.figures.calendar import bounds, local_day, monday_of, week_bounds, week_named
from daemon.core.figures.hours import WorkingHours, hours_of, worked
from daemon.core.settings import Settings

ZONES = ("UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Casablanca")
START = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
HOUR, DAY = 3600.0, 86400.0
moments = st.integers(0, int(400 * DAY)).map(lambda n: START + n)
zones = st.sampled_from(ZONES)


def settings(**sections: object) -> Settings:
    base = {"desk": {"address": "a@b.test", "timezone": "Europe/Berlin"}, "pipeline": {"address": "p@q.test"}}
    return Settings.model_validate(base | sections)


@st.composite
def workings(draw: st.DrawFn) -> WorkingHours:
    opens, closes = sorted(draw(st.lists(st.integers(0, 23), min_size=2, max_size=2, unique=True)))
    desk = {"address": "a@b.test", "timezone": draw(zones), "hours": f"{opens:02}:00-{closes:02}:30"}
    days = draw(st.sampled_from(("mon-fri", "sat-mon", "mon-sun", "wed")))
    holidays = draw(st.lists(st.dates(date(2026, 1, 1), date(2027, 2, 1)), max_size=5))
    return hours_of(settings(desk=desk, duty={"days": days, "holidays": holidays}))


@given(hours=workings(), ends=st.lists(moments, min_size=3, max_size=3).map(sorted))
def test_working_time_adds_up_and_is_never_longer_than_time(hours: WorkingHours, ends: list[float]) -> None:
    first, middle, last = ends
    known = worked(hours, first, last)
    whole = known.between(first, last)
    assert 0 <= whole <= last - first
    assert whole == pytest.approx(known.between(first, middle) + known.between(middle, last), abs=1e-3)
    assert known.between(last, first) == 0
    assert worked(hours, first, last).between(first, middle) == pytest.approx(
        worked(hours, first, middle).between(first, middle), abs=1e-3
    )


@given(hours=workings(), at=moments)
def test_nothing_is_worked_outside_the_hours(hours: WorkingHours, at: float) -> None:
    since, until = bounds(local_day(at, hours.zone), hours.zone)
    known = worked(hours, since, until)
    if not hours.works_on(local_day(at, hours.zone)):
        assert known.between(since, until) == 0
        return
    ((opens, closes),) = hours.spans(since, since)
    assert since <= opens <= closes <= until
    assert known.between(since, opens) == known.between(closes, until) == 0
    assert known.between(since, until) == pytest.approx(closes - opens)


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("2026-11-20 16:00", "2026-11-23 10:00", 2 * HOUR),  # over a weekend
        ("2026-11-18 12:00", "2026-11-18 12:30", 0.5 * HOUR),
        ("2026-11-18 18:00", "2026-11-19 08:00", 0),  # by night
        ("2026-12-24 09:00", "2026-12-28 17:00", 16 * HOUR),  # Christmas is a holiday, then a weekend
        ("2026-03-27 16:00", "2026-03-30 10:00", 2 * HOUR),  # the clock goes forward on the Sunday between
        ("2026-10-23 16:00", "2026-10-26 10:00", 2 * HOUR),  # and back
    ],
)
def test_known_stretches_in_berlin(since: str, until: str, expected: float) -> None:
    hours = hours_of(settings(duty={"holidays": [date(2026, 12, 25)]}))
    starts, ends = (_berlin(written) for written in (since, until))
    assert worked(hours, starts, ends).between(starts, ends) == expected


def _berlin(written: str) -> float:
    return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo("Europe/Berlin")).timestamp()


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-01", 24)])
def test_a_night_and_day_of_work_is_as_long_as_the_day(day: str, hours: int) -> None:
    all_day = hours_of(
        settings(
            desk={"address": "a@b.test", "timezone": "Europe/Berlin", "hours": "00:00-24:00"}, duty={"days": "mon-sun"}
        )
    )
    since, until = bounds(date.fromisoformat(day), "Europe/Berlin")
    assert worked(all_day, since, until).between(since, until) == until - since == hours * HOUR


def test_a_team_has_hours_and_a_zone_of_its_own() -> None:
    teams = [
        {"id": "core", "name": "Core"},
        {"id": "far", "name": "Far", "hours": "08:00-16:00", "timezone": "Asia/Tokyo"},
    ]
    both = settings(teams=teams)
    assert hours_of(both, "core") == hours_of(both) == hours_of(both, "gone")
    far = hours_of(both, "far")
    morning = datetime(2026, 11, 18, 23, tzinfo=UTC).timestamp()  # eight in Tokyo
    assert worked(far, morning - DAY, morning + DAY).between(morning - HOUR, morning + HOUR) == HOUR


@given(at=moments, zone=zones)
def test_days_and_weeks_lie_end_to_end(at: float, zone: str) -> None:
    day = local_day(at, zone)
    since, until = bounds(day, zone)
    assert since <= at < until
    assert bounds(day + timedelta(1), zone)[0] == until
    edges = week_bounds(monday_of(day), 12, zone)
    assert len(edges) == 13
    assert list(edges) == sorted(set(edges))
    assert edges[-2] <= at < edges[-1]


@pytest.mark.parametrize(
    ("written", "monday"),
    [("2026-W47", "2026-11-16"), ("2026-w47", "2026-11-16"), ("2026-11-22", "2026-11-16"), ("soon", None), ("", None)],
)
def test_a_week_is_named_by_its_number_or_a_day(written: str, monday: str | None) -> None:
    assert week_named(written) == (date.fromisoformat(monday) if monday else None)
