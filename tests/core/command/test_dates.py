"""Days as members write them, counted from a given day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.commands.dates import LONGEST, Days, read_date, read_days
from tests.core.command.words import TODAY

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-12-01", "2026-12-01"),
        ("2026-12-1", "2026-12-01"),
        ("today", "2026-11-21"),
        ("tomorrow", "2026-11-22"),
        ("fri", "2026-11-27"),
        ("friday", "2026-11-27"),
        ("sat", "2026-11-21"),
        ("12-01", "2026-12-01"),
        ("11-21", "2026-11-21"),
        ("11-20", "2027-11-20"),
        ("02-29", "2028-02-29"),
    ],
)
def test_a_day_is_the_next_that_is_meant(written: str, meant: str) -> None:
    assert read_date(written, TODAY) == date.fromisoformat(meant)


@pytest.mark.parametrize(
    "written", ["2026-11-20", "2026-02-30", "2026-13-01", "13-01", "00-00", "yesterday", "fr", "", "١٢-٠١"]
)
def test_a_day_that_is_over_or_does_not_exist_is_none(written: str) -> None:
    assert read_date(written, TODAY) is None


def test_a_weekday_may_be_asked_to_lie_ahead() -> None:
    assert read_date("sat", TODAY, after=True) == date(2026, 11, 28)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("fri", "2026-11-27"),
        ("mon..fri", "2026-11-23..2026-11-27"),
        ("fri..mon", "2026-11-27..2026-11-30"),
        ("12-24..01-02", "2026-12-24..2027-01-02"),
        ("2026-12-24...2026-12-31", "2026-12-24..2026-12-31"),
        ("today .. tomorrow", "2026-11-21..2026-11-22"),
        ("fri..fri", "2026-11-27"),
    ],
)
def test_a_range_ends_after_it_begins(written: str, meant: str) -> None:
    assert str(read_days(written, TODAY)) == meant


@pytest.mark.parametrize(
    "written", ["12-24..", "..12-24", "..", "2026-12-24..2026-12-23", "2026-12-01..2028-01-01", "a..b"]
)
def test_what_is_no_range_is_none(written: str) -> None:
    assert read_days(written, TODAY) is None


@given(st.dates(), st.sampled_from(WEEK), st.booleans())
def test_a_weekday_is_within_the_week(today: date, name: str, after: bool) -> None:
    found = read_date(name, today, after=after)
    if found is None:
        assert date.max - today < timedelta(days=8)
    else:
        assert found.weekday() == WEEK.index(name)
        assert after <= (found - today).days <= 7


@given(st.dates(), st.dates())
def test_a_written_day_is_read_as_itself_unless_it_is_over(today: date, day: date) -> None:
    assert read_date(str(day), today) == (day if day >= today else None)
    short = read_date(str(day)[5:], today)
    assert short is None or (short >= today and (short.month, short.day) == (day.month, day.day))


@given(st.dates(max_value=date(9990, 1, 1)), st.integers(0, LONGEST - 1))
def test_a_range_is_each_of_its_days_and_is_written_as_it_is_read(first: date, length: int) -> None:
    days = Days(first, first + timedelta(days=length))
    assert read_days(str(days), first) == days
    assert len(list(days)) == length + 1
    assert list(days)[-1] == days.last


@given(st.text(max_size=30), st.dates())
def test_no_text_is_too_odd_for_a_day(text: str, today: date) -> None:
    days = read_days(text, today)
    assert days is None or today <= days.first <= days.last
