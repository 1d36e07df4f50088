"""Tickets in every kind and state that the desk knows, for the specification of what moves them."""

from hypothesis import strategies as st

from daemon.core.commands.reading import Command, Commands, read_command
from daemon.core.commands.states import Hand
from store.model.ticket import ENDED, Kind, State, Ticket
from store.model.verdict import Tag
from tests.core.command.words import DESK
from tests.core.given import NOW

ANNA = Hand("anna", NOW)
BO = Hand("bo", NOW + 60)
S, K = State, Kind
_REQUEST = (S.NEW, S.PAGED, S.FORWARDED, S.WAITING, S.DONE, S.CLOSED)
LIVES: dict[Kind, tuple[State, ...]] = {  # the states that a ticket of a kind can be in
    K.REPORT: (S.NEW, S.PAGED, S.TO_INVESTIGATE, S.INVESTIGATING, S.WAITING, S.CLOSED),
    K.BUG: (S.TO_SCHEDULE, S.INJECTED, S.SCHEDULED, S.DONE, S.CLOSED),
    K.FEATURE: _REQUEST,
    K.QUESTION: _REQUEST,
    K.OTHER: _REQUEST,
}
PLACES = [(kind, state) for kind, states in LIVES.items() for state in states]
TAGS = {K.REPORT: Tag.PROBLEM, K.BUG: None, K.FEATURE: Tag.FEATURE, K.QUESTION: Tag.QUESTION, K.OTHER: Tag.OTHER}


def a_ticket(
    kind: Kind = K.REPORT,
    state: State = S.TO_INVESTIGATE,
    verdict: Tag | None = None,
    priority: str | None = None,
    *,
    unsure: bool = False,
    owner: str | None = None,
) -> Ticket:
    """Return ticket 7 as it would be in this kind and state."""
    injected = "p1" if state is S.INJECTED else None
    return Ticket(
        number=7,
        kind=kind,
        state=state,
        verdict=verdict or TAGS[kind],
        unsure=unsure,
        resolution="config" if state is S.CLOSED else None,
        subject="Printer on fire",
        reporter="cust@customer.test",
        owner=owner or ("anna" if state is S.INVESTIGATING else None),
        team=None,
        area=None,
        priority=priority or injected,
        language="en",
        opened_at=NOW - 3600,
        ended_at=NOW - 60 if state in ENDED else None,
        asked_at=NOW - 30 if unsure and state is S.PAGED else None,
    )


def command(line: str) -> Command:
    """Return the one command of a line."""
    answer = read_command(line, DESK)
    assert isinstance(answer, Commands), line
    (found,) = answer.commands
    return found


TICKETS = st.builds(
    lambda place, verdict, priority, unsure, owner: a_ticket(*place, verdict, priority, unsure=unsure, owner=owner),
    st.sampled_from(PLACES),
    st.sampled_from([None, *Tag]),
    st.sampled_from([None, "p0", "p1"]),
    st.booleans(),
    st.sampled_from([None, "anna", "bo"]),
)
