"""What programs are told of a ticket: one table, held against how it was and how it is."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from daemon.core.mail.clean import clip, one_line
from store.model.changes import TicketChange
from store.model.ticket import ENDED, Ticket
from store.model.verdict import Tag

SUBJECT = 120  # letters
OPENED = "ticket.opened"

EVENTS: tuple[tuple[str, Callable[[Ticket, Ticket], bool]], ...] = (  # (type, whether that is what happened)
    ("ticket.emergency", lambda was, now: now.verdict == Tag.EMERGENCY and was.verdict != Tag.EMERGENCY),
    ("ticket.taken", lambda was, now: now.owner is not None and now.owner != was.owner),
    ("ticket.reopened", lambda was, now: was.state in ENDED and now.state not in ENDED),
    ("ticket.closed", lambda was, now: was.state not in ENDED and now.state in ENDED),
)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a ticket."""

    type: str
    ticket: Ticket  # as it is then


def events(moves: Iterable[TicketChange], known: Iterable[Ticket]) -> Iterator[Event]:
    """Yield what changes of tickets mean, in their order; `known` are the tickets as they were looked at."""
    tickets = {one.number: one for one in known}
    for move in moves:
        was = tickets.get(move.ticket)
        if was is None:
            continue
        tickets[move.ticket] = now = replace(was, **{edit.field: edit.after for edit in move.edits})
        yield from (Event(name, now) for name, fits in EVENTS if fits(was, now))


def described(ticket: Ticket, *, whole: bool) -> Mapping[str, Any]:
    """Return a ticket as a program is told of it; what its reporter wrote only where it goes `whole`."""
    data: dict[str, Any] = {
        "number": ticket.number,
        "kind": ticket.kind,
        "state": ticket.state,
        "class": ticket.resolution,
        "owner": ticket.owner,
        "team": ticket.team,
        "area": ticket.area,
        "priority": ticket.priority,
        "planned": ticket.planned,
        "links": ticket.links,
        "tag": ticket.verdict,
    }
    return data | ({"subject": clip(one_line(ticket.subject), SUBJECT), "reporter": ticket.reporter} if whole else {})
