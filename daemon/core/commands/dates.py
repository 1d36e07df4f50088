"""The ways in which a member writes a day: `2026-12-01`, `12-01`, `fri`, `today`, `tomorrow`, and a range `A..B`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

LONGEST = 366  # days in one range
_YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_MONTH_FIRST = re.compile(r"([0-9]{1,2})-([0-9]{1,2})")
_BETWEEN = re.compile(r"\.{2,3}")  # phones turn two dots into an ellipsis, which NFKC turns into three
_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORT = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NEAR = {"today": 0, "tomorrow": 1}


@dataclass(frozen=True, slots=True)
class Days:
    """A run of whole days, both ends included."""

    first: date
    last: date

    def __str__(self) -> str:
        """Write it as `2026-12-01`, or `2026-12-01..2026-12-04`."""
        return str(self.first) if self.first == self.last else f"{self.first}..{self.last}"

    def __iter__(self) -> Iterator[date]:
        """Yield each day."""
        return (self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))


def looks_like_date(word: str) -> bool:
    """Say whether somebody meant a date, whether or not there is such a day."""
    return any(form.fullmatch(word) for form in (_YEAR_FIRST, _MONTH_FIRST))


def read_date(word: str, today: date, *, after: bool = False) -> date | None:
    """Return the day that a word in lower case names, None where it names none or one that is over.

    A weekday is the next one, today included, or, with `after`, beginning tomorrow. A month and day without a year are
    the next such day.
    """
    if word in _NEAR:
        return _ahead(today, _NEAR[word])
    if word in _SHORT or word in _WEEK:
        weekday = _SHORT.index(word[:3])
        return _ahead(today, (weekday - today.weekday()) % 7 or (7 if after else 0))
    if found := _YEAR_FIRST.fullmatch(word):
        day = _day(*(int(number) for number in found.groups()))
        return day if day and day >= today else None
    if found := _MONTH_FIRST.fullmatch(word):
        month, number = (int(group) for group in found.groups())
        years = (_day(year, month, number) for year in range(today.year, today.year + 9))  # 29 February may skip 1900s
        return next((day for day in years if day and day >= today), None)
    return None


def read_days(words: str, today: date) -> Days | None:
    """Return the days of a date or of a range, whose end is counted from its beginning; None where there are none."""
    start, *end = (piece.strip() for piece in _BETWEEN.split(words, maxsplit=1))
    first = read_date(start, today)
    if first is None or not end:
        return Days(first, first) if first else None
    last = read_date(end[0], first)
    return Days(first, last) if last and (last - first).days < LONGEST else None


def _ahead(today: date, days: int) -> date | None:
    return today + timedelta(days=days) if (date.max - today).days >= days else None


def _day(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None
