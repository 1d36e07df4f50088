"""All commands of one mail, one after the other: every step is taken, or none."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from daemon.core.commands.grammar import Verb
from daemon.core.commands.permit import Level, Why
from daemon.core.commands.plan import UNNUMBERED, Planned, Refused, plan
from daemon.core.commands.reading import Command
from store.model.ticket import Kind, State, Ticket
from tests.core.command.test_states import LINES
from tests.core.command.tickets import ANNA, TICKETS, a_ticket, command
from tests.core.command.words import understood

REPORT = a_ticket()
BECAME_A_BUG = replace(a_ticket(state=State.CLOSED), resolution="bug")
ITS_BUG = replace(a_ticket(Kind.BUG, State.TO_SCHEDULE, priority="p1"), number=8)


def planned(text: str, ticket: Ticket | None = REPORT, bug: Ticket | None = None) -> tuple[Planned, ...] | Refused:
    return plan(understood(text).commands, ticket, bug, Level.UNGATED, ANNA)


def steps(text: str, ticket: Ticket | None = REPORT, bug: Ticket | None = None) -> list[tuple[str, int | None, State]]:
    """Return (verb, number, state after) of each."""
    found = planned(text, ticket, bug)
    assert not isinstance(found, Refused), found
    return [(p.command.verb.value, p.ticket.number, p.step.apply(p.ticket).state) for p in found if p.ticket]


def test_each_command_finds_the_ticket_as_the_one_before_left_it() -> None:
    assert steps("mine\narea export\nbug p1") == [
        ("mine", 7, State.INVESTIGATING),
        ("area", 7, State.INVESTIGATING),
        ("bug", 7, State.CLOSED),
    ]
    assert steps("problem\nbug", a_ticket(Kind.FEATURE, State.FORWARDED))[-1] == ("bug", 7, State.CLOSED)


def test_one_refusal_refuses_them_all() -> None:
    found = planned("mine\np1\ndone")
    assert isinstance(found, Refused)
    assert (found.command.verb, found.refusal.why) == (Verb.DONE, Why.GOLDEN)


def test_a_bug_may_be_injected_by_the_mail_that_opens_it() -> None:
    assert steps("bug p0\ninject") == [("bug", 7, State.CLOSED), ("inject", UNNUMBERED, State.INJECTED)]
    assert steps("bug p3\nschedule S42")[-1] == ("schedule", UNNUMBERED, State.SCHEDULED)
    assert isinstance(planned("bug p2\ninject"), Refused)


def test_in_answer_to_a_report_the_bug_it_became_is_meant() -> None:
    assert steps("inject", BECAME_A_BUG, ITS_BUG) == [("inject", 8, State.INJECTED)]
    assert steps("schedule fri", BECAME_A_BUG, ITS_BUG) == [("schedule", 8, State.SCHEDULED)]
    assert steps("done", BECAME_A_BUG, ITS_BUG) == [("done", 8, State.DONE)]
    assert steps("p0\ninject", BECAME_A_BUG, replace(ITS_BUG, priority=None))[-1] == ("inject", 8, State.INJECTED)


def test_a_report_is_reopened_itself_while_its_bug_is_open() -> None:
    assert steps("reopen", BECAME_A_BUG, ITS_BUG) == [("reopen", 7, State.TO_INVESTIGATE)]
    done = replace(ITS_BUG, state=State.DONE, ended_at=1.0)
    assert steps("reopen", BECAME_A_BUG, done) == [("reopen", 8, State.TO_SCHEDULE)]


def test_without_a_ticket_only_the_rotas_words_work() -> None:
    found = planned("duty\nwho", None)
    assert not isinstance(found, Refused)
    assert [(p.command.verb, p.ticket) for p in found] == [(Verb.DUTY, None), (Verb.WHO, None)]
    assert isinstance(planned("mine", None), Refused)


def test_nothing_said_changes_nothing() -> None:
    assert plan((), REPORT, None, Level.UNGATED, ANNA) == ()
    (note,) = plan((Command(Verb.NOTE, note="x"),), REPORT, None, Level.UNGATED, ANNA)  # type: ignore[misc]
    assert isinstance(note, Planned)
    assert note.step.edits == ()


@given(TICKETS, st.lists(LINES, max_size=5), st.sampled_from(Level))
def test_every_step_of_a_plan_is_taken_or_none(ticket: Ticket, said: list[str], level: Level) -> None:
    commands = tuple(map(command, said))
    found = plan(commands, ticket, None, level, ANNA)
    if isinstance(found, Refused):
        assert found.command in commands
        return
    assert tuple(one.command for one in found) == commands
    for one in found:
        if one.ticket and one.step.edits:
            assert one.step.apply(one.ticket) != one.ticket
