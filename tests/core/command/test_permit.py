"""What may be said when, what is said of the rest, and the help that fits the moment."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.commands.grammar import GRAMMAR, ROWS, Verb
from daemon.core.commands.permit import MOST_HELP, OBSTACLES, Level, Why, help_for, permitted
from daemon.core.commands.reading import Command
from daemon.core.commands.states import CLASSES
from store.model.ticket import Kind, State, Ticket
from store.model.verdict import Tag
from tests.core.command.test_states import LINES, given_ticket
from tests.core.command.tickets import PLACES, TICKETS, a_ticket, command

REFUSALS = """
    # ticket                     what is said      level     why               among what is offered
    report to-investigate        done              ungated   golden            bug [p0-p3]
    report investigating         fixed             ungated   golden            dup N
    report paged                 done: it works    ungated   golden            limitation
    report new                   close             L1        golden            config
    report closed                done              ungated   ended             reopen
    report closed                mine              ungated   ended             reopen
    bug done                     p1                ungated   ended             reopen
    feature done                 emergency         ungated   ended             reopen
    report paged                 reopen            ungated   open              mine
    report to-investigate        inject            ungated   unclassified      bug [p0-p3]
    report to-investigate        schedule          ungated   unclassified      bug [p0-p3]
    feature forwarded            bug p1            ungated   not-a-report      problem
    question forwarded           inject            ungated   not-a-report      problem
    other forwarded              dup 12            ungated   not-a-report      problem
    bug to-schedule p1           bug               ungated   is-a-bug          inject
    bug to-schedule              bug               ungated   is-a-bug          done [: …]
    bug injected                 ask: since when?  ungated   bug-asks          reply: …
    bug to-schedule              not emergency     ungated   is-a-bug          p0 … p3
    bug injected                 emergency         ungated   is-a-bug          p0 … p3
    report to-investigate        yes               ungated   nothing-asked     emergency
    report paged emergency       no                ungated   nothing-asked     not emergency
    report to-investigate        not emergency     ungated   no-emergency      emergency
    report to-investigate        problem           ungated   already           mine
    feature forwarded            feature           ungated   already           mine
    report paged emergency       emergency         ungated   already           mine
    bug to-schedule              inject            ungated   low-priority      p0 … p3
    bug to-schedule p2           inject            ungated   low-priority      schedule [SPRINT or DATE]
    bug scheduled p3             inject            ungated   low-priority      p0 … p3
    bug injected                 inject            ungated   unfit             schedule [SPRINT or DATE]
    bug injected                 p3                ungated   injected          schedule [SPRINT or DATE]
    report paged                 snooze 3d         ungated   paged             mine
    report to-investigate        dup 7             ungated   itself            dup N
    bug to-schedule              join 7            ungated   itself            join N
    report new                   up                ungated   ungated           give NAME
    report investigating         down              ungated   ungated           mine
    report to-investigate        up                L2        not-theirs        down [: reason]
    report new                   down              L1        not-theirs        up [anyway] [: reason]
    question new                 up                L1        not-technical     up [anyway] [: reason]
    report to-investigate        up                L1        unfit             mine
"""  # fmt: skip


@pytest.mark.parametrize("row", [row.strip() for row in REFUSALS.strip().splitlines()[1:]])
def test_a_refusal_says_why_and_what_would_work(row: str) -> None:
    before, said, level, why, offered = (part.strip() for part in row.split("  ") if part.strip())
    refusal = permitted(command(said), given_ticket(before), Level(level))
    assert refusal is not None
    assert refusal.why is Why(why)
    assert offered in refusal.instead
    assert "{" not in refusal.words


def test_every_reason_is_in_the_specification() -> None:
    assert {why for why in Why if f"  {why}  " in REFUSALS} | {Why.NO_TICKET} == set(Why)


def test_done_on_a_report_names_the_four_classes() -> None:
    refusal = permitted(command("done"), a_ticket(), Level.UNGATED)
    assert refusal is not None
    assert refusal.instead == tuple(ROWS[verb].form for verb in CLASSES)


@pytest.mark.parametrize("priority", ["p0", "p1"])
def test_only_what_cannot_wait_goes_into_the_current_sprint(priority: str) -> None:
    assert permitted(command("inject"), a_ticket(Kind.BUG, State.TO_SCHEDULE, priority=priority), Level.UNGATED) is None


def test_a_member_may_pass_the_gate_with_a_reason_although_it_is_no_technical_issue() -> None:
    ticket = a_ticket(Kind.QUESTION, State.NEW)
    assert permitted(command("up anyway: the export is meant"), ticket, Level.L1) is None
    assert permitted(command("up"), a_ticket(state=State.NEW), Level.L1) is None


def test_the_answer_to_the_open_question_may_be_given_while_it_is_open() -> None:
    for place in ("report paged unsure", "question paged unsure", "report to-investigate unsure"):
        for said in ("yes", "no", "not emergency", "mine"):
            assert permitted(command(said), given_ticket(place), Level.UNGATED) is None


def test_a_word_about_a_ticket_needs_one_and_the_rotas_words_do_not() -> None:
    for row in GRAMMAR:
        refusal = permitted(Command(row.verb), None, Level.UNGATED)
        assert (refusal is None) is not row.about_ticket
        if refusal:
            assert refusal.why is Why.NO_TICKET
            assert refusal.instead


HELP = {
    "report paged emergency": "mine | not emergency | bug [p0-p3] | limitation | config | dup N | reply: … | ask [: …]",
    "report paged unsure": "yes | no | mine | not emergency | bug [p0-p3] | limitation | config | dup N",
    "bug to-schedule p1": "mine | inject | schedule [SPRINT or DATE] | done [: …] | reply: … | p0 … p3 | give NAME"
    " | snooze 3d",
    "bug done": "reopen | reply: … | area AREA | send | split | admit | note: … | undo",
    "feature forwarded": "mine | done [: …] | reply: … | ask [: …] | emergency | question | problem | p0 … p3",
}


@pytest.mark.parametrize("place", HELP)
def test_the_help_names_what_fits_the_moment(place: str) -> None:
    assert " | ".join(line.form for line in help_for(given_ticket(place), Level.UNGATED)) == HELP[place]


def test_the_help_without_a_ticket_is_the_rotas() -> None:
    assert [line.verb.value for line in help_for(None, Level.L2)] == [
        *("duty", "swap", "cover", "away", "shadow", "status", "who", "list"),
    ]


@given(TICKETS, st.sampled_from(Level))
def test_the_help_is_short_and_all_of_it_works(ticket: Ticket, level: Level) -> None:
    lines = help_for(ticket, level)
    assert 1 <= len(lines) <= MOST_HELP
    for line in lines:
        assert permitted(Command(line.verb), ticket, level) is None
        assert ROWS[line.verb].form == line.form


@given(TICKETS, LINES, st.sampled_from(Level))
def test_every_refusal_names_something_that_works(ticket: Ticket, line: str, level: Level) -> None:
    refusal = permitted(command(line), ticket, level)
    if refusal is None:
        return
    assert refusal.instead
    for form in refusal.instead:
        (row,) = (row for row in GRAMMAR if row.form == form)
        ways = [command("up anyway: x")] if row.verb is Verb.UP else [Command(row.verb)]
        assert any(permitted(way, ticket, level) is None for way in ways), form


def test_every_row_of_refusals_is_met_somewhere() -> None:
    met = {
        (refusal.why, refusal.words)
        for kind, state in PLACES
        for verdict in (None, Tag.EMERGENCY)
        for verb in Verb
        for level in Level
        if (refusal := permitted(bare(verb), a_ticket(kind, state, verdict), level))
    }
    for obstacle in OBSTACLES:
        assert any(why is obstacle.why and said(words, obstacle.words) for why, words in met), obstacle.why


def bare(verb: Verb) -> Command:
    return command(f"{verb} 7") if verb in (Verb.DUP, Verb.JOIN) else Command(verb)


def said(words: str, pattern: str) -> bool:
    return words.startswith(pattern.partition("{")[0])
