"""What time alone brings about: the clocks of a ticket, and all that follows when one of them has run out."""

from dataclasses import dataclass
from enum import StrEnum

from store.model.alarm import Raised
from store.model.changes import Draft, TicketChange
from store.model.invitation import Invitation
from store.model.shift import Shift
from store.model.ticket import Ticket
from store.model.verdict import Verdict


class Clock(StrEnum):
    """A moment that a ticket keeps, by its field, because something is due so long after it."""

    ASKED = "asked_at"
    CALLED = "called_at"
    GATHERED = "gathered_until"
    HEARD = "heard_until"
    SNOOZED = "snoozed_until"
    WAITING = "waiting_since"  # only while the reporter was not reminded
    REMINDED = "reminded_at"


@dataclass(frozen=True, slots=True)
class Due:
    """A ticket one of whose clocks has run out, with its latest verdict."""

    ticket: Ticket
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class Occasion:
    """All that time brings about at once; it happens whole, and once for ever by its key, or not at all."""

    key: str  # unique for ever
    moves: tuple[TicketChange, ...] = ()  # each only if its ticket is still the version that was looked at
    drafts: tuple[Draft, ...] = ()  # each says what it is about; None is a mail about no ticket
    verdict: Verdict | None = None  # what the first of the tickets moved is held to be from now on
    calls: str | None = None  # the member whom a card of it interrupts, by id
    tickets: tuple[Due, ...] = ()  # that its drafts speak of, as they were looked at
    raised: tuple[Raised, ...] = ()  # troubles of the desk itself of which the operator is told
    passed: tuple[Raised, ...] = ()  # and those that are over
    shifts: tuple[Shift, ...] = ()  # turns that are over
    invitations: tuple[Invitation, ...] = ()  # that its mails bring to people's calendars

    def about(self, number: int | None) -> Due | None:
        """Return the ticket of that number, if a draft may speak of it."""
        return next((one for one in self.tickets if one.ticket.number == number), None)


@dataclass(frozen=True, slots=True)
class Calls:
    """How often a member was called since the present stretch of time began."""

    since: float  # epoch seconds
    many: int  # this one included
