"""From figures to what a digest shows: every number stays, names replace ids, and a word that is offered fits."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.commands.permit import Level, permitted
from daemon.core.commands.reading import Commands, read_digest_commands
from daemon.core.digest.build import GROUPS, OLD, SUBJECT, WORDS, daily_view, weekly_view
from daemon.core.digest.samples import REPLY, SETTINGS
from daemon.core.digest.view import Daily
from daemon.core.figures.daily import DigestLine, Part
from daemon.core.figures.day import MOST
from daemon.core.figures.samples import quiet_daily, sample_daily, sample_weekly
from store.model.figures import Section
from store.model.ticket import ENDED, Kind, State
from store.model.verdict import Tag
from tests.core.command.tickets import a_ticket
from tests.core.command.words import DESK

DAY, WEEK = sample_daily(), sample_weekly()
LINE = DAY.lines[0]


def of_lines(*lines: DigestLine) -> Daily:
    parts = tuple(
        Part(section, mine := tuple(one for one in lines if one.section is section), len(mine)) for section in Section
    )
    return daily_view(replace(DAY, parts=parts), SETTINGS, REPLY)


def test_lines_are_numbered_through_all_sections_as_an_answer_calls_them() -> None:
    view = daily_view(DAY, SETTINGS, REPLY)
    lines = [line for part in view.parts for line in part.lines]
    assert [line.place for line in lines] == list(range(1, len(lines) + 1))
    assert view.tickets == tuple(line.ticket for line in lines) == tuple(line.ticket for line in DAY.lines)


@given(st.lists(st.sampled_from(list(Section)), max_size=90))
def test_what_has_no_room_is_counted_and_never_numbered(sections: list[Section]) -> None:
    view = of_lines(*(replace(LINE, section=section, ticket=n) for n, section in enumerate(sections)))
    for part in view.parts:
        assert part.total == sections.count(part.section) == len(part.lines) + part.more
        assert len(part.lines) <= MOST
    places = [line.place for part in view.parts for line in part.lines]
    assert places == list(range(1, len(view.tickets) + 1))
    assert view.open == len(sections)


def test_the_example_is_an_answer_that_would_act() -> None:
    for view in (daily_view(DAY, SETTINGS, REPLY), of_lines(LINE)):
        answer = read_digest_commands(view.example, DESK, len(view.tickets))
        assert isinstance(answer, Commands)
    assert daily_view(quiet_daily(), SETTINGS).example == ""


def some_lines() -> list[DigestLine]:
    shapes = [
        (Section.EMERGENCIES, Kind.REPORT, State.PAGED, Tag.EMERGENCY, "ann"),
        (Section.EMERGENCIES, Kind.REPORT, State.PAGED, Tag.PROBLEM, None),
        (Section.EMERGENCIES, Kind.REPORT, State.INVESTIGATING, Tag.EMERGENCY, "ann"),
        (Section.TO_INVESTIGATE, Kind.REPORT, State.TO_INVESTIGATE, Tag.PROBLEM, None),
        (Section.TO_INVESTIGATE, Kind.REPORT, State.NEW, Tag.PROBLEM, None),
        (Section.TO_INVESTIGATE, Kind.REPORT, State.INVESTIGATING, Tag.PROBLEM, "ann"),
        (Section.TO_SCHEDULE, Kind.BUG, State.TO_SCHEDULE, Tag.PROBLEM, None),
        (Section.WAITING, Kind.REPORT, State.WAITING, Tag.PROBLEM, "ann"),
        (Section.WAITING, Kind.QUESTION, State.FORWARDED, Tag.QUESTION, None),
    ]
    return [
        replace(LINE, section=section, kind=kind, state=state, verdict=tag, owner=owner, priority=priority)
        for section, kind, state, tag, owner in shapes
        for priority in (None, "p0", "p1", "p3")
    ]


@pytest.mark.parametrize(
    "line", some_lines(), ids=lambda line: f"{line.section}-{line.kind}-{line.state}-{line.priority}"
)
def test_every_word_that_is_offered_may_be_said_of_its_line(line: DigestLine) -> None:
    unsure = line.state is State.PAGED and line.verdict is not Tag.EMERGENCY
    ticket = replace(
        a_ticket(),
        kind=line.kind,
        state=line.state,
        verdict=line.verdict,
        owner=line.owner,
        priority=line.priority,
        unsure=unsure,
        asked_at=1.0 if unsure else None,
    )
    (words,) = (one.words for part in of_lines(line).parts for one in part.lines)
    assert words
    for word in words:
        answer = read_digest_commands(f"1 {word}", DESK, 1)
        assert isinstance(answer, Commands), word
        assert permitted(answer.commands[0], ticket, Level.UNGATED) is None, word


def test_every_row_of_words_is_some_lines() -> None:
    for fits, words in WORDS[:-1]:
        assert any(fits(line) for line in some_lines()), words


def test_people_and_teams_are_called_by_name_and_who_has_left_by_what_is_known() -> None:
    view = daily_view(replace(DAY, team="core"), SETTINGS)
    assert view.team == "Core"
    assert {line.owner for part in view.parts for line in part.lines} == {"", "Anna Berg", "Bo Lind", "cy"}
    assert weekly_view(WEEK, SETTINGS).load[0].person == "Anna Berg"


def test_a_line_is_old_when_its_section_says_so() -> None:
    for section, seconds in OLD.items():
        lines = [replace(LINE, section=section, age_seconds=age) for age in (seconds, seconds + 1)]
        assert [one.old for part in of_lines(*lines).parts for one in part.lines] == [False, True]


@given(st.text(max_size=600))
def test_a_strangers_words_are_one_line_of_bounded_length(words: str) -> None:
    view = of_lines(replace(LINE, subject=words, reporter=words))
    (line,) = (one for part in view.parts for one in part.lines)
    assert len(line.subject) <= SUBJECT
    assert not set(line.subject + line.reporter) & set("\n\r\u2028\u2029\u202e\x00\x1b")


def test_every_open_state_has_its_place_in_the_backlog() -> None:
    placed = [state for _, states in GROUPS for state in states]
    assert sorted(placed) == sorted(set(State) - ENDED)


def test_the_backlog_of_a_week_is_the_sum_of_its_groups() -> None:
    view = weekly_view(WEEK, SETTINGS)
    for week, column in zip(WEEK.weeks, view.columns, strict=True):
        assert (column.start, column.total, sum(column.parts)) == (week.monday, week.backlog, week.backlog)
    assert tuple(group.number for group in view.groups) == view.columns[-1].parts
    assert (view.open, view.came, view.ended) == (WEEK.this.backlog, WEEK.this.inflow, WEEK.this.outflow)


def test_a_week_without_a_past_is_compared_with_nothing() -> None:
    view = weekly_view(replace(WEEK, weeks=WEEK.weeks[-1:]), SETTINGS)
    assert view.grown is None
    assert all(group.change.by == 0 for group in view.groups)
