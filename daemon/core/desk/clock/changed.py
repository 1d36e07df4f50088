"""What the rules of the clock change of a ticket, as one line of its history with its edits."""

from dataclasses import replace
from typing import Any

from daemon.core.commands.states import differences
from store.model.changes import TicketChange
from store.model.ticket import Event, Ticket

TRIAGED = "triaged"  # who does what time brings about


def changed(ticket: Ticket, now: float, what: str, **fields: Any) -> TicketChange:
    """Return the change that gives these fields of a ticket new values, told in the history as `what`."""
    edits = differences(ticket, replace(ticket, **fields))
    return TicketChange(ticket.number, ticket.version, edits, (Event(now, TRIAGED, what, edits),))


def key(what: str, ticket: Ticket) -> str:
    """Return the key of an occasion of a ticket: each of its versions has every occasion once."""
    return f"{what}/{ticket.number}/{ticket.version}"
