"""Lengths of time, bars and trends: what people read is true, and the same whoever measured it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.digest.measure import SMALLEST, Change, Span, Trend, Unit, age, change, length, percent, stacks, widths

SECONDS = {Unit.SECOND: 1, Unit.MINUTE: 60, Unit.HOUR: 3_600, Unit.DAY: 86_400, Unit.WEEK: 604_800}
S, M, H, D, W = SECONDS
NUMBERS = st.lists(st.integers(0, 10_000), max_size=20)


def seconds(span: Span) -> int:
    return span.number * SECONDS[span.unit] + (span.rest * SECONDS[span.rest_unit] if span.rest_unit else 0)


@pytest.mark.parametrize(
    ("given_seconds", "span"),
    [
        (-3, Span(0, S)),
        (59.9, Span(59, S)),
        (60, Span(1, M)),
        (47.9 * 3600, Span(47, H)),
        (48 * 3600, Span(2, D)),
        (20.9 * 86_400, Span(20, D)),
        (21 * 86_400, Span(3, W)),
        (400 * 86_400, Span(57, W)),
    ],
)
def test_an_age_is_what_has_passed_in_one_unit(given_seconds: float, span: Span) -> None:
    assert age(given_seconds) == span


@pytest.mark.parametrize(
    ("given_seconds", "span"),
    [
        (0.4, Span(0, S)),
        (0.5, Span(1, S)),
        (59.6, Span(1, M)),
        (89, Span(1, M)),
        (3_599, Span(1, H)),
        (4_800, Span(1, H, 20, M)),
        (7_200, Span(2, H)),
        (53 * 3600, Span(2, D, 5, H)),
        (40 * 86_400, Span(40, D)),
    ],
)
def test_a_length_is_rounded_to_two_units_at_most(given_seconds: float, span: Span) -> None:
    assert length(given_seconds) == span


@given(st.floats(0, 1e9))
def test_a_length_is_never_far_from_what_was_measured(measured: float) -> None:
    span = length(measured)
    finest = SECONDS[{Unit.DAY: Unit.HOUR, Unit.HOUR: Unit.MINUTE}.get(span.unit, span.unit)]
    assert abs(seconds(span) - measured) <= finest / 2 + 1e-6
    assert seconds(age(measured)) <= measured


@given(st.floats(0, 1e9), st.floats(0, 1e9))
def test_what_took_longer_never_reads_shorter(one: float, other: float) -> None:
    first, second = sorted((one, other))
    assert seconds(length(first)) <= seconds(length(second))
    assert seconds(age(first)) <= seconds(age(second))


@given(NUMBERS)
def test_the_most_fills_its_bar_and_something_is_never_nothing(numbers: list[int]) -> None:
    wide = widths(numbers)
    assert [bool(width) for width in wide] == [bool(number) for number in numbers]
    assert all(SMALLEST <= width <= 100 for width in wide if width)
    assert not any(numbers) or max(wide) == 100
    assert sorted(wide) == [width for _, width in sorted(zip(numbers, wide, strict=True))]


@given(st.lists(st.lists(st.integers(0, 500), min_size=6, max_size=6), max_size=12))
def test_a_column_is_as_high_as_its_number_within_what_makes_its_parts_visible(columns: list[list[int]]) -> None:
    for column, heights in zip(columns, stacks(columns, 84), strict=True):
        assert [bool(part) for part in column] == [bool(height) for height in heights]
        most = max(map(sum, columns))
        assert not most or abs(sum(heights) - 84 * sum(column) / most) <= len(column) * SMALLEST


def test_a_change_has_a_way_and_a_size() -> None:
    assert [change(5, 3), change(3, 5), change(3, 3)] == [
        Change(Trend.UP, 2),
        Change(Trend.DOWN, 2),
        Change(Trend.SAME, 0),
    ]


def test_a_share_is_all_only_when_it_is() -> None:
    assert [percent(*pair) for pair in ((0, 9), (1, 1000), (1, 3), (999, 1000), (9, 9), (3, 0))] == [
        0,
        1,
        33,
        99,
        100,
        0,
    ]
