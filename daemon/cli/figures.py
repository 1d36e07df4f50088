"""The figures of a week as tables and bars for the terminal."""

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from daemon.cli.paper import Column, blank_grid, cell, flat, say, screen, show_table, span
from daemon.core.figures.response import FirstResponse, Spread
from daemon.core.figures.weekly import Capacity, ShadowRequest, WeekFlow, WeeklyFigures
from store.model.figures import Accounting

WEEKS = (
    Column("week"),
    Column("backlog", right=True),
    Column("", gives=True),
    Column("opened", right=True),
    Column("reopened", right=True),
    Column("ended", right=True),
    Column("injected", right=True, spare=True),
    Column("scheduled", right=True, spare=True),
)
AREAS = (Column("area", gives=True), Column("reports", right=True), Column("usual", right=True), Column("twelve weeks"))
PEOPLE = (
    Column("person", gives=True),
    Column("days on duty", right=True),
    Column("called", right=True),
    Column("solved", right=True),
)
BAR = 20  # cells of the longest
STEPS = " ▁▂▃▄▅▆▇█"


def show_weekly(figures: WeeklyFigures) -> None:
    """Print the figures of a week."""
    say(Text(f"Week {figures.week}, from {figures.monday:%d %B %Y}", "bold"), "")
    longest = max(1, *(one.backlog for one in figures.weeks))
    show_table(WEEKS, [_week(one, longest) for one in figures.weeks])
    say(Text("\nThis week", "bold"))
    screen().print(_facts(figures))
    if figures.areas:
        say(Text("\nProblem reports by area", "bold"))
        rows: list[tuple[Text, ...]] = [
            (cell(a.area), cell(a.reports), cell(f"{a.usual:.1f}"), Text(trend(a.weeks))) for a in figures.areas
        ]
        show_table(AREAS, rows)
    if figures.duty:
        say(Text("\nThe duty", "bold"))
        show_table(
            PEOPLE,
            [(cell(o.person), cell(f"{o.days:.1f}"), cell(o.interruptions), cell(o.solved)) for o in figures.duty],
        )


def trend(counts: Iterable[int]) -> str:
    """Draw counts as a row of bars, the highest full."""
    values = list(counts)
    most = max(values, default=0) or 1
    return "".join(STEPS[-(-count * (len(STEPS) - 1) // most)] for count in values)


def _week(one: WeekFlow, longest: int) -> tuple[Text, ...]:
    year, number, _ = one.monday.isocalendar()
    bar = "█" * -(-one.backlog * BAR // longest)
    counts = (one.opened, one.reopened, one.ended, one.injected, one.scheduled)
    return (cell(f"{year}-W{number:02}"), cell(one.backlog), Text(bar, "blue"), *map(cell, counts))


def _facts(figures: WeeklyFigures) -> Table:
    grid, emergencies, calls = blank_grid(), figures.emergencies, figures.interruptions
    grid.add_row("received", _accounting(figures.accounting))
    grid.add_row("answered in", _answers(figures.first_response))
    grid.add_row(
        "classified", Text(f"{_spread(figures.classify)}; in working hours {_spread(figures.classify_working)}")
    )
    false, missed = _numbers(emergencies.false), _numbers(emergencies.missed)
    grid.add_row(
        "emergencies", Text(f"{emergencies.paged} judged, {emergencies.asked} asked; {false} false, {missed} missed")
    )
    grid.add_row("called", Text(f"{calls.total}, {calls.escalated} escalated, {calls.off_duty} off duty"))
    grid.add_row("sprint", Text(f"{figures.this.injected} injected, {figures.this.scheduled} scheduled"))
    grid.add_row("shadow", Text(_shadow(figures.shadow_requests)))
    lone = ", ".join(f"{one.area} ({one.person}, {one.solved})" for one in figures.lone_areas)
    grid.add_row("one knows", Text(flat(lone) or "no area is solved by one person alone"))
    grid.add_row("capacity", Text("; ".join(map(_capacity, figures.capacity)) or "-"))
    return grid


def _accounting(one: Accounting) -> Text:
    reasons = ", ".join(f"{count} {flat(reason)}" for reason, count in one.silenced)
    words = (
        f"{one.received} = {one.tickets} tickets + {one.follow_ups} follow-ups + {one.commands} commands"
        f" + {one.silenced_total} silenced{f' ({reasons})' if reasons else ''} + {one.set_aside} set aside"
    )
    waiting = f"; {one.waiting} still wait to be worked" if one.waiting else ""
    return Text(words + waiting, "" if one.balances else "bold red")


def _answers(one: FirstResponse) -> Text:
    words = (
        f"automatically {_spread(one.automatic)}; by a person {_spread(one.human)}"
        f"; in working hours {_spread(one.human_working)}; {one.unanswered} unanswered"
    )
    return Text(words)


def _spread(one: Spread) -> str:
    return f"{span(one.p50)} (90 %: {span(one.p90)})" if one.count else "-"


def _numbers(tickets: tuple[int, ...]) -> str:
    return f"{len(tickets)} ({', '.join(f'#{n}' for n in tickets)})" if tickets else "0"


def _shadow(requests: tuple[ShadowRequest, ...]) -> str:
    return flat(", ".join(f"{one.count} by {one.person}" for one in requests)) or "none"


def _capacity(one: Capacity) -> str:
    return f"{one.left:g} of {one.person_days:g} person-days in the week of {one.monday:%d %b}"
