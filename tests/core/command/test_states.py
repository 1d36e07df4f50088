"""The two tracks: what each word makes of a ticket, and that every way can be gone back."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from daemon.core.commands.grammar import GRAMMAR
from daemon.core.commands.permit import Level, permitted
from daemon.core.commands.states import MOVES, PRIORITIES, Hand, NewBug, Step, move, take_back
from store.model.ticket import ENDED, Kind, State, Ticket
from store.model.verdict import Tag
from tests.core.command.test_words import WORDS
from tests.core.command.tickets import ANNA, BO, LIVES, PLACES, TICKETS, a_ticket, command
from tests.core.given import NOW

GATED = replace(ANNA, gate=True)
JOURNEYS = """
    # ticket                     what is said            where it is then
    report paged                 mine                    report investigating, owner anna
    report new                   mine                    report investigating, owner anna
    report waiting               mine                    report investigating, owner anna
    question paged unsure        mine                    report investigating, owner anna, unsure
    question forwarded           mine                    question forwarded, owner anna
    bug to-schedule              mine                    bug to-schedule, owner anna
    report paged                 give bo                 report paged, owner bo
    report paged unsure          yes                     report investigating, owner anna, emergency
    question paged unsure        yes                     report investigating, owner anna, emergency
    report paged unsure          no                      report to-investigate, problem
    question paged unsure        no                      question forwarded
    report paged emergency       not emergency           report to-investigate, problem
    report investigating emergency   not emergency       report to-investigate, problem
    report waiting emergency     not emergency           report waiting, problem
    feature forwarded of bo      emergency               report paged, emergency, owner None
    report to-investigate        emergency               report paged, emergency
    report investigating         emergency               report investigating, emergency
    report investigating of bo   emergency               report investigating, emergency, owner bo
    report investigating emergency of bo   not emergency   report to-investigate, problem, owner None
    report investigating of bo   feature                 feature forwarded, feature, owner None
    report investigating of bo   move billing            report to-investigate, team billing, owner None
    report investigating of bo   ask                     report waiting, owner bo
    report to-investigate        feature                 feature forwarded, feature
    report paged                 question                question forwarded, question
    question forwarded           problem                 report to-investigate, problem
    report investigating         bug p1                  report closed, class bug
    report to-investigate        limitation              report closed, class limitation
    report paged                 config                  report closed, class config
    report waiting               dup 12                  report closed, class duplicate, link 12
    question forwarded           join 12                 question closed, class joined, link 12
    bug to-schedule p1           inject                  bug injected
    bug scheduled p0             inject                  bug injected
    bug to-schedule              schedule S42            bug scheduled, planned S42
    bug injected p1              schedule fri            bug scheduled, planned 2026-11-27
    bug to-schedule              schedule                bug scheduled
    bug injected p1              done                    bug done
    bug to-schedule              done                    bug done
    feature forwarded            done                    feature done
    report closed                reopen                  report to-investigate
    bug done                     reopen                  bug to-schedule
    question done                reopen                  question forwarded
    report investigating         ask                     report waiting, owner anna
    report paged                 ask: since when?        report waiting, owner anna
    question forwarded           ask                     question waiting, owner anna
    feature forwarded            ask: what for?          feature waiting, owner anna
    question paged               ask                     report waiting, owner anna
    report investigating         move billing            report to-investigate, team billing
    report paged                 move billing            report paged, team billing
    report to-investigate        area export             report to-investigate, area export
    report to-investigate        p2                      report to-investigate, priority p2
    report new                   up                      report to-investigate, support anna
    question new                 up anyway: it is        question forwarded, support anna
    report investigating         down                    report new
    report to-investigate        reply: Hello            report to-investigate
    report closed                note: he called         report closed
"""  # fmt: skip


def journeys() -> list[tuple[str, ...]]:
    rows = (row.strip() for row in JOURNEYS.strip().splitlines()[1:])
    return [tuple(part.strip() for part in row.split("   ") if part.strip()) for row in rows]


def given_ticket(words: str) -> Ticket:
    kind, state, *more = words.split()
    verdict = next((Tag(word) for word in more if word in list(Tag)), None)
    priority = next((word for word in more if word in PRIORITIES), None)
    owner = "bo" if "bo" in more else None
    return a_ticket(Kind(kind), State(state), verdict, priority, unsure="unsure" in more, owner=owner)


@pytest.mark.parametrize(("before", "said", "after"), journeys())
def test_a_word_moves_a_ticket(before: str, said: str, after: str) -> None:
    ticket = given_ticket(before)
    step = move(ticket, command(said), ANNA)
    assert step is not None
    moved = step.apply(ticket)
    place, *fields = after.split(", ")
    assert f"{moved.kind} {moved.state}" == place
    names = {"owner": "owner", "team": "team", "area": "area", "priority": "priority", "support": "support"}
    for field in fields:
        name, _, value = field.partition(" ")
        if name in names:
            assert str(getattr(moved, names[name])) == value
        elif name == "class":
            assert moved.resolution == value
        elif name == "link":
            assert moved.links == (int(value),)
        elif name == "planned":
            assert moved.planned == value
        elif name == "unsure":
            assert moved.unsure
        else:
            assert (moved.verdict, moved.unsure) == (Tag(name), False)


@pytest.mark.parametrize("later", [("p1", "inject"), ("done", "reopen"), ("join 12", "reopen")])
def test_a_plan_that_no_longer_holds_is_forgotten(later: tuple[str, ...]) -> None:
    ticket = a_ticket(Kind.BUG, State.TO_SCHEDULE)
    for said in ("schedule S42", *later):
        step = move(ticket, command(said), ANNA)
        assert step is not None
        ticket = step.apply(ticket)
    assert ticket.planned is None


def test_a_link_that_is_there_is_not_made_twice() -> None:
    ticket = replace(a_ticket(), links=(12, 3))
    step = move(ticket, command("dup 12"), ANNA)
    assert step is not None
    assert step.apply(ticket).links == (12, 3)


def test_a_bug_is_opened_with_the_priority_said_or_the_reports() -> None:
    for said, own, expected in (
        ("bug p1", None, "p1"),
        ("bug", "p2", "p2"),
        ("bug p0", "p2", "p0"),
        ("bug", None, None),
    ):
        step = move(a_ticket(priority=own), command(said), ANNA)
        assert step is not None
        assert step.opens == NewBug(7, expected)
        assert step.inverse.withdraws == step.opens
        assert step.inverse.inverse == step


def test_where_the_gate_is_on_a_problem_and_a_question_wait_with_l1() -> None:
    for before, said in (
        ("report paged emergency", "not emergency"),
        ("question paged unsure", "no"),
        ("other forwarded", "problem"),
    ):
        ticket = given_ticket(before)
        step = move(ticket, command(said), GATED)
        assert step is not None
        assert step.apply(ticket).state is State.NEW


def test_what_came_down_is_again_with_the_one_who_sent_it_up() -> None:
    ticket = a_ticket(state=State.NEW, owner="anna")
    for hand, said in ((ANNA, "up"), (BO, "mine"), (BO, "down")):
        step = move(ticket, command(said), hand)
        assert step is not None
        ticket = step.apply(ticket)
    assert (ticket.state, ticket.owner, ticket.support) == (State.NEW, "anna", "anna")


def test_a_ticket_sleeps_for_a_span_or_until_the_morning_of_a_day_at_the_desk() -> None:
    berlin = replace(ANNA, timezone="Europe/Berlin")
    for said, until in (("snooze 3d", NOW + 3 * 86400), ("snooze 2026-11-27", 1795734000.0)):
        step = move(a_ticket(), command(said), berlin)
        assert step is not None
        assert step.apply(a_ticket()).snoozed_until == until


def test_what_somebody_else_has_changed_since_is_not_taken_back() -> None:
    ticket = a_ticket()
    mine = move(ticket, command("mine"), ANNA)
    assert mine is not None
    hers = mine.apply(ticket)
    his = move(hers, command("mine"), BO)
    assert his is not None
    assert take_back(his.apply(hers), mine) is None
    assert take_back(hers, mine) == mine.inverse


def test_what_somebody_else_changed_beside_it_stays() -> None:
    ticket = a_ticket()
    mine, area = move(ticket, command("mine"), ANNA), None
    assert mine is not None
    area = move(mine.apply(ticket), command("area export"), BO)
    assert area is not None
    now = area.apply(mine.apply(ticket))
    back = take_back(now, mine)
    assert back is not None
    assert back.apply(now) == replace(ticket, area="export")


def test_every_word_about_a_ticket_stands_in_the_table_and_every_row_is_reached() -> None:
    moving = {verb for row in MOVES for verb in row.verbs}
    assert moving == {row.verb for row in GRAMMAR if row.about_ticket}
    for place, row in enumerate(MOVES):
        reached = (
            any(verb in row.verbs and kind in row.kinds and state in row.states for kind, state in PLACES)
            and not any(
                set(row.verbs) <= set(o.verbs) and row.kinds <= o.kinds and row.states <= o.states
                for o in MOVES[:place]
            )
            for verb in row.verbs
        )
        assert any(reached), row


# --- laws ------------------------------------------------------------------------------------------------------------

LINES = st.sampled_from(sorted(WORDS))
HANDS = st.builds(Hand, st.sampled_from(["anna", "bo"]), st.floats(NOW, NOW + 1e6), st.just("UTC"), st.booleans())


@given(TICKETS, LINES, HANDS)
def test_every_step_can_be_gone_back(ticket: Ticket, line: str, hand: Hand) -> None:
    step = move(ticket, command(line), hand)
    if step:
        after = step.apply(ticket)
        assert step.inverse.apply(after) == ticket
        assert take_back(after, step) == step.inverse
        assert all(edit.before != edit.after for edit in step.edits)


@given(TICKETS, LINES, HANDS, st.sampled_from(Level))
def test_what_is_permitted_has_a_move(ticket: Ticket, line: str, hand: Hand, level: Level) -> None:
    said = command(line)
    if permitted(said, ticket, level) is None and said.verb in {row.verb for row in GRAMMAR if row.about_ticket}:
        assert move(ticket, said, hand) is not None


@given(TICKETS, HANDS)
def test_nobody_codes_on_a_report(ticket: Ticket, hand: Hand) -> None:
    for line in WORDS:
        step = move(ticket, command(line), hand)
        after = step.apply(ticket) if step else ticket
        assert (after.kind, after.state) != (Kind.REPORT, State.DONE)


def sound(ticket: Ticket) -> None:
    """Hold what is true of every ticket that members have moved."""
    assert ticket.state in LIVES[ticket.kind], (ticket.kind, ticket.state)
    assert (ticket.ended_at is not None) is (ticket.state in ENDED)
    assert (ticket.resolution is not None) is (ticket.state is State.CLOSED)
    assert ticket.state is not State.INJECTED or ticket.priority in ("p0", "p1")
    assert ticket.asked_at is None or (ticket.unsure and ticket.state is State.PAGED)
    assert ticket.planned is None or ticket.state in (State.SCHEDULED, State.DONE)
    assert ticket.number not in ticket.links
    assert ticket.state is not State.INVESTIGATING or ticket.owner


class Desk(RuleBasedStateMachine):
    """Two members say what they may of one ticket and take back what they can."""

    ticket: Ticket
    history: list[tuple[str, Step, Ticket]]
    now: float

    @initialize(ticket=TICKETS)
    def begin(self, ticket: Ticket) -> None:
        """A ticket as it comes in, or as a report has become it."""
        self.ticket = replace(ticket, unsure=ticket.unsure and ticket.state not in ENDED)
        self.history = []
        self.now = NOW

    def say(self, who: str, line: str, level: Level) -> Step | None:
        self.now += 1
        said = command(line)
        if permitted(said, self.ticket, level) is not None:
            return None
        return move(self.ticket, said, Hand(who, self.now, gate=level is not Level.UNGATED))

    @rule(who=st.sampled_from(["anna", "bo"]), line=LINES, level=st.sampled_from(Level))
    def speak(self, who: str, line: str, level: Level) -> None:
        before = self.ticket
        step = self.say(who, line, level)
        if step:
            self.ticket = step.apply(before)
            self.history.append((who, step, before))

    @precondition(lambda self: self.history)
    @rule()
    def undo_the_last(self) -> None:
        _, step, before = self.history.pop()
        back = take_back(self.ticket, step)
        assert back is not None
        self.ticket = back.apply(self.ticket)
        assert self.ticket == before

    @rule(who=st.sampled_from(["anna", "bo"]))
    def undo_ones_own(self, who: str) -> None:
        """Taken back unless somebody changed the same since; then nothing changes."""
        place = max((n for n, (member, _, _) in enumerate(self.history) if member == who), default=None)
        if place is None:
            return
        _, step, _ = self.history[place]
        touched = {edit.field for _, later, _ in self.history[place + 1 :] for edit in later.edits}
        back = take_back(self.ticket, step)
        assert back is not None or touched & {edit.field for edit in step.edits}

    @invariant()
    def the_ticket_is_sound(self) -> None:
        sound(self.ticket)

    @invariant()
    def all_can_be_taken_back(self) -> None:
        ticket = self.ticket
        for _, step, before in reversed(self.history):
            ticket = step.inverse.apply(ticket)
            assert ticket == before


TestDesk = Desk.TestCase
