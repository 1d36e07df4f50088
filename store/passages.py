"""How tickets went from state to state: what the backlog of any past moment is worked out from."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Double, bindparam, func, insert, select

from store.columns import Word
from store.model.ticket import State
from store.schema import passage, ticket

_became = bindparam("entered", type_=Word(State))
_NOTE = insert(passage).from_select(
    ["ticket", "at", "was", "became"],
    select(ticket.c.number, bindparam("moved_at", type_=Double()), ticket.c.state, _became).where(
        ticket.c.number == bindparam("row"), ticket.c.state != _became
    ),
)


def state_at(at: float) -> ColumnElement[State]:
    """Return the state in which a ticket was at a moment; what was not yet open then has to be left out beside it."""
    latest = (
        select(passage.c.became)
        .where(passage.c.ticket == ticket.c.number, passage.c.at < at)
        .order_by(passage.c.id.desc())
        .limit(1)
        .correlate(ticket)
        .scalar_subquery()
    )
    return func.coalesce(latest, ticket.c.started)


def note(connection: Connection, moves: Sequence[tuple[int, State, float]]) -> None:
    """Note, before they go, that tickets (by number) go into a state at a moment; nothing where they are in it."""
    for number, entered, at in moves:
        connection.execute(_NOTE, {"row": number, "entered": entered, "moved_at": at})
