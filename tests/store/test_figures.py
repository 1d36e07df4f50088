"""The figures of half a year: what the store counts is what the plain lists say, and what `list` finds."""

from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from sqlalchemy import text

from daemon.core.figures import day, week
from daemon.core.figures.calendar import bounds
from daemon.core.figures.weekly import WeeklyFigures
from daemon.core.roster.roster import build
from daemon.core.settings import Settings
from store.database import writing
from store.migrate import migrate
from store.model.changes import Changes, Filed, Outcome
from store.model.facts import Signal, Threading
from store.model.figures import Accounting, Section
from store.model.ticket import ENDED, Kind, State
from store.model.verdict import Tag
from store.model.wanted import Event, Wanted
from store.reader import Reader
from store.received import WAITING
from store.store import Store
from tests.benchmarks.past import fill_past
from tests.store import half_year
from tests.store.half_year import DAY, END, HOUR, PASTS, Past
from tests.store.specimens import raw

SETTINGS = Settings.model_validate(
    {
        "desk": {"address": "help@desk.test", "timezone": "Europe/Berlin"},
        "pipeline": {"address": "pipeline@team.test"},
        "people": [{"id": n, "name": n.title(), "address": f"{n}@team.test"} for n in half_year.PEOPLE],
        "duty": {"people": ["anna"]},
    }
)
TAKEN = (State.TO_INVESTIGATE, State.INVESTIGATING)
LAST, BEFORE = date(2026, 11, 9), date(2026, 10, 19)  # the second one's twelve weeks hold the end of summer time


async def figures(store: Store, monday: date) -> WeeklyFigures:
    return week.weekly(await store.week(week.asked_for(monday, SETTINGS)), SETTINGS, build(SETTINGS, END), monday)


@pytest.fixture
async def lived(store: Store) -> Store:
    await half_year.write(store)
    return store


async def test_half_a_year_is_counted_as_it_was(lived: Store, url: str) -> None:
    for monday in (LAST, BEFORE, date(2026, 6, 1)):
        found = await figures(lived, monday)
        edges = week.asked_for(monday, SETTINGS)
        for flow, since, until in zip(found.weeks, edges, edges[1:], strict=False):
            standing = Counter(one.state_at(until) for one in PASTS)
            assert dict(flow.open) == {state: standing[state] for state in State if state not in ENDED}
            assert flow.opened == sum(since <= one.opened < until for one in PASTS)
            assert flow.ended == sum(since <= at < until and state in ENDED for one in PASTS for at, state in one.moves)
        _this_week(found, *edges[-2:])
    with Reader(url) as reader:
        for monday in (LAST, BEFORE):
            _listed(await figures(lived, monday), reader, *week.asked_for(monday, SETTINGS)[-2:])
            _backlog_listed(await figures(lived, monday), reader, week.asked_for(monday, SETTINGS))


def _this_week(found: WeeklyFigures, since: float, until: float) -> None:
    def within(at: float | None) -> bool:
        return at is not None and since <= at < until

    opened = [one for one in PASTS if within(one.opened)]
    assert found.accounting.balances
    assert found.accounting.tickets == len(opened) == found.first_response.tickets
    human = sorted(one.human - one.opened for one in opened if one.human)
    assert found.first_response.human.count == len(human)
    assert found.first_response.human.p50 == (pytest.approx(human[-(-len(human) // 2) - 1]) if human else None)
    assert found.first_response.automatic.p99 == (pytest.approx(0.5) if opened else None)
    working, everything = found.first_response.human_working.p90, found.first_response.human.p90
    assert working is None or (everything is not None and 0 <= working <= everything)
    assert found.classify.count == sum(within(one.ended) and one.resolution is not None for one in PASTS)
    reports = Counter(one.area for one in opened if one.kind is Kind.REPORT)
    assert {one.area: one.reports for one in found.areas if one.reports} == dict(reports)
    spoken = [one for one in PASTS if one.said and within(one.said[0]) and not one.unsure]
    assert found.emergencies.false == tuple(one.number for one in spoken if one.tag is Tag.EMERGENCY)
    assert found.emergencies.missed == tuple(one.number for one in spoken if one.tag is not Tag.EMERGENCY)
    assert found.interruptions.total == sum(one.started is State.PAGED for one in opened)
    assert found.interruptions.off_duty == 0
    assert sum(one.count for one in found.shadow_requests) == sum(one.shadow for one in opened)
    assert all(one.person == "bo" for one in found.shadow_requests)
    solved = Counter(one.owner for one in PASTS if within(one.ended))
    assert {one.person: one.solved for one in found.duty if one.solved} == dict(solved)
    assert {one.area: one.person for one in found.lone_areas} == _lone(PASTS)


def _lone(pasts: tuple[Past, ...]) -> dict[str, str]:
    owners: dict[str, set[str]] = {}
    for one in pasts:
        if one.ended and one.area and one.owner:
            owners.setdefault(one.area, set()).add(one.owner)
    return {area: next(iter(who)) for area, who in owners.items() if len(who) == 1}


def _listed(found: WeeklyFigures, reader: Reader, since: float, until: float) -> None:
    """Every number of the report is that of a list."""

    def count(**words: object) -> int:
        return len(reader.wanted(Wanted(ended=True, since=since, until=until, **words)))  # type: ignore[arg-type]

    def numbers(event: Event) -> tuple[int, ...]:
        return tuple(one.number for one in reader.wanted(Wanted(ended=True, since=since, until=until, event=event)))

    this = found.this
    assert count() == this.opened == found.accounting.tickets
    assert sum(count(entered=state) for state in ENDED) == count(event=Event.ENDED) == this.ended
    assert count(event=Event.REOPENED) == this.reopened
    assert count(entered=State.INJECTED) == this.injected
    assert count(entered=State.SCHEDULED) == this.scheduled
    assert count(event=Event.UNANSWERED) == found.first_response.unanswered
    assert count(event=Event.SOLVED, classes=("config", "limitation")) == found.classify.count
    for area in found.areas:
        assert count(kinds=(Kind.REPORT,), area=area.area or "") == area.reports
    assert count(judged=(Tag.EMERGENCY,)) == found.emergencies.paged
    assert count(event=Event.ASKED) == found.emergencies.asked
    assert numbers(Event.FALSE) == found.emergencies.false
    assert numbers(Event.MISSED) == found.emergencies.missed
    assert count(event=Event.CALLED) == found.interruptions.total
    assert count(shadow=True) == sum(one.count for one in found.shadow_requests)
    for person in found.duty:
        assert count(event=Event.SOLVED, owner=person.person) == person.solved
    for lone in found.lone_areas:
        ended = reader.wanted(Wanted(ended=True, states=tuple(ENDED), area=lone.area))
        assert ({one.owner for one in ended}, len(ended)) == ({lone.person}, lone.solved)


def _received(found: Accounting, reader: Reader, since: float, until: float) -> None:
    """Every number of the accounting line is that of a list of messages."""

    def count(became: str) -> int:
        return len(reader.received(since, until, became))

    everything = reader.received(since, until)
    assert sum(one.became != WAITING for one in everything) == found.received
    assert sum(one.became == WAITING for one in everything) == found.waiting
    assert sum(one.copies - 1 for one in everything) == found.duplicates
    assert count(Outcome.TICKET) == found.tickets
    assert count(Outcome.FOLLOW_UP) == found.follow_ups
    assert count(Outcome.COMMAND) == found.commands
    assert count(Outcome.SILENCED) == found.silenced_total
    assert count(Outcome.SET_ASIDE) == found.set_aside
    for reason, many in found.silenced:
        assert count(reason) == many


def _backlog_listed(found: WeeklyFigures, reader: Reader, edges: tuple[float, ...]) -> None:
    for flow, until in zip(found.weeks, edges[1:], strict=True):
        for state, many in flow.open:
            assert len(reader.wanted(Wanted(states=(state,), at=until))) == many


async def test_what_is_open_is_listed_oldest_first_in_its_section(lived: Store) -> None:
    today = date(2026, 11, 16)
    counts = await lived.day(*day.asked_for(today, SETTINGS), END, 3)
    found = day.daily(counts, SETTINGS, build(SETTINGS, END), today, END)
    expected: dict[Section, list[Past]] = {section: [] for section in Section}
    for one in PASTS:
        if one.state is State.PAGED or (one.tag is Tag.EMERGENCY and one.state in TAKEN):
            expected[Section.EMERGENCIES].append(one)
        elif one.state in TAKEN:
            expected[Section.TO_INVESTIGATE].append(one)
        elif one.state is State.WAITING:
            expected[Section.WAITING].append(one)
    for part in found.parts:
        wanted = sorted(expected[part.section], key=lambda one: one.opened)
        assert part.total == len(wanted)
        assert [line.ticket for line in part.lines] == [one.number for one in wanted][:3]
        assert part.left_out == max(0, len(wanted) - 3)
    assert [line.line for line in found.lines] == list(range(1, len(found.lines) + 1))
    assert found.accounting.balances
    assert found.on_duty[0].person == "anna"


async def test_what_happened_twice_in_a_week_is_listed_twice_as_it_is_counted(store: Store, url: str) -> None:
    since = week.asked_for(LAST, SETTINGS)[-2]
    states = (State.CLOSED, State.TO_INVESTIGATE, State.WAITING, State.CLOSED, State.WAITING, State.CLOSED)
    moves = tuple((since + HOUR * n, state) for n, state in enumerate(states, 2))
    first = replace(PASTS[0], number=1, opened=since + HOUR, started=State.PAGED, moves=moves, human=None, said=None)
    await half_year.write(store, (first,))
    found = await figures(store, LAST)
    assert (found.this.ended, found.this.reopened, found.this.backlog) == (3, 2, 0)
    edges = week.asked_for(LAST, SETTINGS)[-2:]
    with Reader(url) as reader:
        _listed(found, reader, *edges)
        waited = reader.wanted(Wanted(ended=True, since=edges[0], until=edges[1], entered=State.WAITING))
    assert [one.number for one in waited] == [1, 1]


@pytest.mark.usefixtures("lived")
async def test_the_lines_of_a_day_that_is_over_are_what_was_open_then(url: str) -> None:
    with Reader(url) as reader:
        assert reader.day(END - DAY, END, END, 100, past=True) == reader.day(END - DAY, END, END, 100)
        for then in (END, END - 9 * DAY, END - 40 * DAY):
            counts = reader.day(then - DAY, then, then, 100, past=True)
            for section, states in OF_STATES.items():
                found = {one.number for part, one in counts.lines if part is section}
                assert found == {one.number for one in PASTS if one.state_at(then) in states and _is_in(section, one)}
                assert dict(counts.totals)[section] == len(found)
            assert all(one.state is PASTS[one.number - 1].state_at(then) for _, one in counts.lines)


OF_STATES = {
    Section.EMERGENCIES: (State.PAGED, *TAKEN),
    Section.TO_INVESTIGATE: TAKEN,
    Section.WAITING: (State.WAITING,),
    Section.TO_SCHEDULE: (State.TO_SCHEDULE,),
}


def _is_in(section: Section, one: Past) -> bool:
    """What is no emergency today, because somebody said so, is none in the past either."""
    urgent = (one.tag if one.said is None else one.said[1] or Tag.EMERGENCY) is Tag.EMERGENCY
    return section is Section.WAITING or urgent == (section is Section.EMERGENCIES)


async def test_messages_are_listed_by_what_became_of_them(lived: Store, url: str) -> None:
    at = END + HOUR
    for n, (outcome, reason) in enumerate(
        (
            (Outcome.SILENCED, "list"),
            (Outcome.SILENCED, "list"),
            (Outcome.SILENCED, "bounce"),
            (Outcome.FOLLOW_UP, ""),
        )
    ):
        for _ in range(1 + n):  # the same message again is a duplicate
            await lived.keep(raw(f"m{n}"), half_year.ENVELOPE, at)
        (work,) = await lived.lease_messages(at, 1, 60)
        filed = Filed(f"m{n}@x", "c1@customer.example", "s", f"m{n}")
        ticket = 1 if outcome is Outcome.FOLLOW_UP else None
        threading = Threading(Signal.ADDRESS if ticket else Signal.NONE, ticket)
        assert await lived.commit(work, Changes(outcome, reason, threading, filed, ticket=ticket), (), None, at)
    await lived.keep_and_lease(raw("unreadable"), half_year.ENVELOPE, at, 0, "it is too deep")
    await lived.keep(raw("waits"), half_year.ENVELOPE, at)
    with Reader(url) as reader:
        for since, until in (week.asked_for(BEFORE, SETTINGS)[-2:], (END, END + DAY), (END - 30 * DAY, END + DAY)):
            found = reader.day(since, until, until, 50).accounting
            assert found.balances
            _received(found, reader, since, until)
        assert (found.silenced, found.waiting, found.set_aside) == ((("bounce", 1), ("list", 2)), 1, 1)
        assert found.duplicates == 6


async def test_an_empty_desk_is_all_noughts_and_divides_by_none(store: Store) -> None:
    found = await figures(store, LAST)
    assert (found.this.backlog, found.this.inflow, found.this.outflow) == (0, 0, 0)
    assert found.first_response.human.p50 is None
    assert (found.areas, found.lone_areas, found.emergencies.false) == ((), (), ())
    assert found.accounting.balances
    today = date(2026, 11, 16)
    quiet = day.daily(
        await store.day(*day.asked_for(today, SETTINGS), END, 50), SETTINGS, build(SETTINGS, END), today, END
    )
    assert quiet.quiet
    assert quiet.lines == ()


async def test_a_day_holds_what_came_between_its_local_midnights(store: Store, url: str) -> None:
    since, until = bounds(date(2026, 10, 25), "Europe/Berlin")  # 25 hours
    for n, at in enumerate((since - 1, since, until - 1, until)):
        await store.keep(f"Subject: {n}\r\n\r\n{n}".encode(), half_year.ENVELOPE, at)
    with Reader(url) as reader:
        assert reader.day(since, until, until, 50).accounting.waiting == 2


async def test_many_tickets_are_counted_in_no_other_way(empty_url: str) -> None:
    migrate(empty_url)
    engine = writing(empty_url)
    with engine.begin() as connection:
        fill_past(connection, 2000, 600, END)
        opened = connection.execute(text("SELECT count(*) FROM ticket")).scalar_one()
    engine.dispose()
    with Reader(empty_url) as reader:
        counts = reader.week(week.asked_for(LAST, SETTINGS))
        found = week.weekly(counts, SETTINGS, build(SETTINGS, END), LAST)
        assert opened == 600
        assert found.accounting.balances
        for before, after in pairwise(found.weeks):
            assert after.backlog == before.backlog + after.inflow - after.outflow
