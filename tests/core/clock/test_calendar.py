"""A time of day comes once each day, whatever the clocks do, and late rather than never; but not days late."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.desk.clock.calendar import DAY, EVERY_DAY, Appointment, at_local

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo")
CLOCK = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
NOW = st.floats(1_704_067_200, 1_893_456_000)  # 2024 to 2029


def minutes(zone: str, day: str, until: str) -> Iterator[float]:
    """The moments of a stretch of local days, five minutes apart."""
    at = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone)).timestamp()
    end = datetime.fromisoformat(until).replace(tzinfo=ZoneInfo(zone)).timestamp()
    while at < end:
        yield at
        at += 300


@pytest.mark.parametrize("at", ["00:00", "01:30", "02:30", "03:00", "09:00", "23:59"])
@pytest.mark.parametrize(("day", "until"), [("2026-03-28", "2026-03-31"), ("2026-10-24", "2026-10-27")])
@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe"])
def test_each_day_has_it_once_also_in_nights_that_change_the_clock(zone: str, day: str, until: str, at: str) -> None:
    came: dict[str, float] = {}
    for now in minutes(zone, day, until):
        for one in at_local("daily", at, EVERY_DAY, zone, now):
            assert came.setdefault(one.key, one.at) == one.at
            assert now - DAY < one.at <= now
    first = date.fromisoformat(day)
    assert {f"daily/{first + timedelta(days=n)}" for n in range(2)} <= came.keys()
    assert len(came) in (3, 4)


@given(now=NOW, at=CLOCK, days=st.frozensets(st.integers(0, 6)), zone=st.sampled_from(ZONES))
def test_it_is_of_a_day_that_was_asked_for_and_at_most_one_is_due(
    now: float, at: str, days: frozenset[int], zone: str
) -> None:
    found = at_local("weekly", at, days, zone, now)
    assert len(found) <= 1
    for one in found:
        assert date.fromisoformat(one.key.partition("/")[2]).weekday() in days
    if days == EVERY_DAY and not found:  # a day of 25 hours has an hour that is a day after the one and before the next
        assert zone != "UTC"


def test_it_comes_late_but_not_a_day_late() -> None:
    monday = datetime(2026, 11, 16, 9, tzinfo=UTC).timestamp()
    expected = (Appointment("weekly/2026-11-16", monday),)
    assert at_local("weekly", "09:00", {0}, "UTC", monday - 1) == ()
    assert at_local("weekly", "09:00", {0}, "UTC", monday) == expected
    assert at_local("weekly", "09:00", {0}, "UTC", monday + DAY - 1) == expected
    assert at_local("weekly", "09:00", {0}, "UTC", monday + DAY) == ()
