"""The figures of weeks: laws that hold for any counts, and the shape of percentiles and trends."""

from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from daemon.core.figures.measure import spread
from daemon.core.figures.samples import sample_daily, sample_weekly
from daemon.core.figures.week import WEEKS, flows, trends
from store.model.figures import Accounting, InArea, Opened, Passing, WeekCounts
from store.model.ticket import ENDED, State

MONDAY = date(2026, 11, 16)
states = st.sampled_from(tuple(State))
lives = st.lists(  # of each ticket: the week it was opened in, its first state, and its later ones with their weeks
    st.tuples(st.integers(-3, WEEKS), states, st.lists(st.tuples(st.integers(0, 5), states), max_size=4)), max_size=12
)
NOTHING = Accounting(0, 0, 0, 0, 0, 0, (), 0)


def counts_of(tickets: list[tuple[int, State, list[tuple[int, State]]]]) -> tuple[WeekCounts, list[dict[State, int]]]:
    """What the store would count of these tickets, and the backlog at the end of each week as it was."""
    opened, passings = [], []
    standing: dict[State, int] = {}
    truth: list[dict[State, int]] = [{} for _ in range(WEEKS)]
    for week, started, moves in tickets:
        if week >= 0:
            opened.append(Opened(week, started, 1))
        path, at, state = [(week, started)], week, started
        for later, became in moves:
            at = min(at + later, WEEKS)
            if became is not state and at >= 0:
                passings.append(Passing(at, state, became, 1))
            if at >= 0:
                state = became
                path.append((at, state))
        standing[state] = standing.get(state, 0) + 1
        for n in range(WEEKS):
            here = [one for when, one in path if when <= n]
            if here:
                truth[n][here[-1]] = truth[n].get(here[-1], 0) + 1
    empty: tuple[()] = ()
    merged = {(o.week, o.state): 0 for o in opened}
    for one in opened:
        merged[one.week, one.state] += 1
    return (
        WeekCounts(
            NOTHING, empty, tuple(standing.items()), tuple(Opened(w, s, n) for (w, s), n in merged.items()),
            tuple(passings), empty, empty, empty, empty, empty, empty, empty, empty,
        ),
        truth,
    )  # fmt: skip


@given(lives)
def test_the_backlog_of_every_week_is_found_by_walking_back(
    tickets: list[tuple[int, State, list[tuple[int, State]]]],
) -> None:
    counts, truth = counts_of(tickets)
    found = flows(counts, MONDAY)
    assert len(found) == WEEKS
    for flow, was in zip(found, truth, strict=True):
        assert {state: many for state, many in flow.open if many} == {
            state: many for state, many in was.items() if state not in ENDED
        }
    for before, after in pairwise(found):
        assert after.backlog == before.backlog + after.inflow - after.outflow


@given(st.lists(st.floats(0, 1e9), max_size=300))
def test_percentiles_are_values_that_were_measured_and_in_their_order(values: list[float]) -> None:
    found = spread(values)
    assert found.count == len(values)
    if not values:
        assert (found.p50, found.p90, found.p99) == (None, None, None)
        return
    assert found.p50 is not None
    assert found.p90 is not None
    assert found.p99 is not None
    assert {found.p50, found.p90, found.p99} <= set(values)
    assert min(values) <= found.p50 <= found.p90 <= found.p99 <= max(values)
    for share, one in ((0.5, found.p50), (0.9, found.p90)):
        assert sum(value <= one for value in values) >= share * len(values)


def test_a_trend_tells_what_is_usual_by_the_four_weeks_before() -> None:
    found = trends(
        [InArea("a", WEEKS - 1, 5), InArea("a", WEEKS - 2, 4), InArea(None, 0, 9), InArea("b", WEEKS - 1, 5)]
    )
    assert [(one.area, one.reports, one.usual, one.change) for one in found] == [
        ("a", 5, 1.0, 4.0),
        ("b", 5, 0.0, 5.0),
        (None, 0, 0.0, 0.0),
    ]
    assert found[2].weeks == (9,) + (0,) * 11


def test_the_samples_keep_the_laws_that_figures_keep() -> None:
    daily, weekly = sample_daily(), sample_weekly()
    assert daily.accounting.balances
    assert weekly.accounting.balances
    assert [line.line for line in daily.lines] == list(range(1, len(daily.lines) + 1))
    assert weekly.week == "2026-W47"
    assert len(weekly.weeks) == WEEKS
