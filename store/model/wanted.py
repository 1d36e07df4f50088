"""Which tickets are asked for: what an operator says to `triaged list`."""

from dataclasses import dataclass
from enum import StrEnum

from store.model.ticket import Kind, State
from store.model.verdict import Tag


class Event(StrEnum):
    """What must have happened to a ticket within the period that is asked about."""

    OPENED = "opened"
    ASKED = "asked"  # ... and a person was asked what it is
    UNANSWERED = "unanswered"  # ... and no person has answered it yet
    SOLVED = "solved"  # ended, and still is
    ENDED = "ended"  # as often as it did, like the two below
    REOPENED = "reopened"
    CALLED = "called"  # somebody got a card for it while nobody had it
    FALSE = "false"  # the team said that it is no emergency, though it was judged one
    MISSED = "missed"  # the team said that it is one, though it was judged none


@dataclass(frozen=True, slots=True)
class Wanted:
    """Every word narrows the list; what is empty or None asks for nothing."""

    ended: bool = False  # ended ones too
    states: tuple[State, ...] = ()
    kinds: tuple[Kind, ...] = ()
    tags: tuple[Tag, ...] = ()  # what it is held to be now
    judged: tuple[Tag, ...] = ()  # what it was judged when it came, unless a person was asked
    classes: tuple[str, ...] = ()
    area: str | None = None  # "" for those without one
    team: str | None = None
    owner: str | None = None  # a person's id, "" for nobody's
    reporter: str | None = None
    priority: str | None = None
    shadow: bool = False  # passed on by a member
    event: Event | None = None
    entered: State | None = None  # it went into this state within the period
    since: float | None = None  # epoch seconds
    until: float | None = None  # not included
    at: float | None = None  # states as they were at this moment
    subject: str | None = None  # these words stand in it, in any case
