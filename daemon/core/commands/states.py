"""The states of a ticket as one table: which command moves which kind from which state to which, and how back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, time
from functools import partial
from zoneinfo import ZoneInfo

from daemon.core.commands.arguments import AreaName, MemberId, Priority, Span, Sprint, TeamId, TicketNumber
from daemon.core.commands.dates import Days
from daemon.core.commands.grammar import Verb
from daemon.core.commands.reading import Command
from store.model.ticket import Edit, Kind, State, Ticket
from store.model.verdict import Tag

UNANSWERED = "unanswered"  # how a report is closed whose reporter never answered


@dataclass(frozen=True, slots=True)
class Hand:
    """Who moves a ticket, when, and where."""

    who: str  # a member's id
    at: float  # epoch seconds
    timezone: str = "UTC"  # of the desk
    gate: bool = False  # the L1 gate is on: what is new is L1's first
    duties: Mapping[str | None, str] = field(default_factory=dict)  # who is called for an emergency, by team; ids


@dataclass(frozen=True, slots=True)
class NewBug:
    """The bug that a report turns out to be; its number is given by the store."""

    report: int
    priority: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """All that one command changes of a ticket; no edits where it only says or sends something."""

    edits: tuple[Edit, ...] = ()
    opens: NewBug | None = None
    withdraws: NewBug | None = None

    @property
    def inverse(self) -> "Step":
        """The step that takes this one back."""
        return Step(tuple(edit.inverse for edit in self.edits), self.withdraws, self.opens)

    def apply(self, ticket: Ticket) -> Ticket:
        """Return the ticket after this step."""
        return replace(ticket, **{edit.field: edit.after for edit in self.edits})


Effect = Callable[[Ticket, Command, Hand], Ticket]


@dataclass(frozen=True, slots=True)
class Move:
    """A row of the table: these words, said of a ticket of these kinds in these states."""

    verbs: tuple[Verb, ...]
    kinds: frozenset[Kind]
    states: frozenset[State]
    to: State | None = None  # None: it stays where it is
    into: Kind | None = None
    effects: tuple[Effect, ...] = ()


def move(ticket: Ticket, command: Command, hand: Hand) -> Step | None:
    """Return what a command changes of a ticket, None where the table has no such move.

    Whether the member may say it now is asked of `permitted` first.
    """
    row = row_for(command.verb, ticket)
    if row is None:
        return None
    after = replace(ticket, kind=row.into or ticket.kind, state=row.to or ticket.state)
    for effect in row.effects:
        after = effect(after, command, hand)
    after = _running(after, hand)
    return Step(differences(ticket, after), _new_bug(ticket, command))


def take_back(ticket: Ticket, step: Step) -> Step | None:
    """Return the step that undoes an earlier one, None where somebody has changed since what it would change."""
    if any(getattr(ticket, edit.field) != edit.after for edit in step.edits):
        return None
    return step.inverse


def row_for(verb: Verb, ticket: Ticket) -> Move | None:
    """Return the first row of the table for this word and ticket."""
    return next((m for m in MOVES if verb in m.verbs and ticket.kind in m.kinds and ticket.state in m.states), None)


def differences(before: Ticket, after: Ticket) -> tuple[Edit, ...]:
    """Return the edits that make the one ticket of the other."""
    pairs = ((one.name, getattr(before, one.name), getattr(after, one.name)) for one in fields(Ticket))
    return tuple(Edit(name, old, new) for name, old, new in pairs if old != new)


def _new_bug(ticket: Ticket, command: Command) -> NewBug | None:
    if command.verb is not Verb.BUG:
        return None
    given = next((a.level for a in command.arguments if isinstance(a, Priority)), None)
    return NewBug(ticket.number, given or ticket.priority)


def _running(ticket: Ticket, hand: Hand) -> Ticket:
    """Stop the clocks that its state does not keep."""
    over, waits = ticket.state in _OVER, ticket.state is State.WAITING
    called = ticket.state is State.PAGED and ticket.owner is None
    return replace(
        ticket,
        ended_at=(ticket.ended_at or hand.at) if over else None,
        asked_at=ticket.asked_at if ticket.unsure and ticket.state is State.PAGED else None,
        called_at=ticket.called_at if called else None,
        gathered_until=ticket.gathered_until if called else None,
        snoozed_until=None if over or ticket.state is State.PAGED else ticket.snoozed_until,
        waiting_since=ticket.waiting_since if waits else None,
        reminded_at=ticket.reminded_at if waits else None,
    )


# --- effects ---------------------------------------------------------------------------------------------------------


def _owned(ticket: Ticket, _: Command, hand: Hand) -> Ticket:
    return replace(ticket, owner=hand.who)


def _owned_if_nobodys(ticket: Ticket, _: Command, hand: Hand) -> Ticket:
    return replace(ticket, owner=ticket.owner or hand.who)


def _freed(ticket: Ticket, _: Command, __: Hand) -> Ticket:
    return replace(ticket, owner=None)


def _called(ticket: Ticket, _: Command, hand: Hand) -> Ticket:
    """Its card goes to the person on duty and waits to be taken from now on."""
    duty = hand.duties.get(ticket.team)
    return replace(ticket, called=(duty,), called_at=hand.at, gathered_until=None) if duty else ticket


def _called_anew(ticket: Ticket, _: Command, hand: Hand) -> Ticket:
    """The new team has the whole time to answer: its card goes to its person on duty."""
    asked_at, called_at = (hand.at, None) if ticket.unsure else (None, hand.at)
    duty = hand.duties.get(ticket.team)
    called = (duty,) if duty else ticket.called
    return replace(ticket, called=called, called_at=called_at, asked_at=asked_at, gathered_until=None)


def _called_for(ticket: Ticket, _: Command, hand: Hand) -> Ticket:
    """Whoever was asked whether it is an emergency has it to take from now on."""
    return replace(ticket, called_at=hand.at) if ticket.unsure and ticket.called else ticket


def _waits(ticket: Ticket, _: Command, hand: Hand) -> Ticket:
    return replace(ticket, waiting_since=hand.at, reminded_at=None)


def _answered(ticket: Ticket, _: Command, __: Hand) -> Ticket:
    """The open clause is answered: nobody is stopped."""
    return replace(ticket, unsure=False, asked_at=None)


def _judged(tag: Tag, ticket: Ticket, _: Command, __: Hand) -> Ticket:
    return replace(ticket, verdict=tag, unsure=False, asked_at=None)


def _usual_way(ticket: Ticket, _: Command, hand: Hand) -> Ticket:
    """Where a problem or a question waits: with L1 where the gate is on."""
    later = State.TO_INVESTIGATE if ticket.kind is Kind.REPORT else State.FORWARDED
    return replace(ticket, state=State.NEW if hand.gate and ticket.kind in _L1_KINDS else later)


def _classified(resolution: str, ticket: Ticket, command: Command, _: Hand) -> Ticket:
    others = tuple(a.number for a in command.arguments if isinstance(a, TicketNumber) and a.number not in ticket.links)
    return replace(ticket, resolution=resolution, links=(*ticket.links, *others))


def _joined(ticket: Ticket, command: Command, hand: Hand) -> Ticket:
    whole = next((a.number for a in command.arguments if isinstance(a, TicketNumber)), None)
    return replace(_classified("joined", ticket, command, hand), joined=whole, planned=None)


def _reopened(ticket: Ticket, _: Command, __: Hand) -> Ticket:
    return replace(ticket, resolution=None, planned=None, joined=None)


def _unplanned(ticket: Ticket, _: Command, __: Hand) -> Ticket:
    return replace(ticket, planned=None)


def _planned(ticket: Ticket, command: Command, _: Hand) -> Ticket:
    return replace(ticket, planned=next((str(a) for a in command.arguments if isinstance(a, Sprint | Days)), None))


def _supported(ticket: Ticket, _: Command, hand: Hand) -> Ticket:
    return replace(ticket, support=hand.who, owner=None)


def _returned(ticket: Ticket, _: Command, __: Hand) -> Ticket:
    return replace(ticket, owner=ticket.support)


def _set(ticket: Ticket, command: Command, hand: Hand) -> Ticket:
    """Write what the command names into the field that is its own."""
    match command.arguments:
        case (MemberId(who),):
            return replace(ticket, owner=who)
        case (TeamId(team),):
            return replace(ticket, team=team, owner=None)
        case (AreaName(area),):
            return replace(ticket, area=area)
        case (Span(seconds),):
            return replace(ticket, snoozed_until=hand.at + seconds)
        case (Days(day),):
            morning = datetime.combine(day, time(), ZoneInfo(hand.timezone))
            return replace(ticket, snoozed_until=morning.timestamp())
    return replace(ticket, priority=command.verb.value) if command.verb in PRIORITIES else ticket


# --- the table -------------------------------------------------------------------------------------------------------

V, S = Verb, State
PRIORITIES = (V.P0, V.P1, V.P2, V.P3)
CLASSES = (V.BUG, V.LIMITATION, V.CONFIG, V.DUP)
REPORT, BUG = frozenset({Kind.REPORT}), frozenset({Kind.BUG})
PLANNED = frozenset({Kind.FEATURE, Kind.QUESTION, Kind.OTHER})
REQUEST = REPORT | PLANNED
ANY_KIND = REQUEST | BUG
_QUESTION = frozenset({Kind.QUESTION})
_L1_KINDS = REPORT | _QUESTION
_OVER = frozenset({S.DONE, S.CLOSED})
_OPEN = frozenset(S) - _OVER
_TRIED = frozenset({S.INVESTIGATING, S.PAGED})  # somebody was called
_WAITS = frozenset({S.NEW, S.TO_INVESTIGATE, S.WAITING})
_EMERGENCY, _PROBLEM = partial(_judged, Tag.EMERGENCY), partial(_judged, Tag.PROBLEM)

MOVES: tuple[Move, ...] = (
    # who has it
    Move((V.MINE,), REPORT, _OPEN, S.INVESTIGATING, effects=(_owned,)),
    Move((V.MINE,), PLANNED, frozenset({S.PAGED}), S.INVESTIGATING, Kind.REPORT, (_owned,)),
    Move((V.MINE,), PLANNED | BUG, _OPEN, effects=(_owned,)),
    Move((V.GIVE,), ANY_KIND, _OPEN, effects=(_set,)),
    Move((V.MOVE,), REPORT, frozenset({S.INVESTIGATING}), S.TO_INVESTIGATE, effects=(_set,)),
    Move((V.MOVE,), REQUEST, frozenset({S.PAGED}), effects=(_set, _called_anew)),
    Move((V.MOVE,), ANY_KIND, _OPEN, effects=(_set,)),
    # what it is
    Move((V.YES,), REQUEST, _OPEN, S.INVESTIGATING, Kind.REPORT, (_EMERGENCY, _owned)),
    Move((V.EMERGENCY,), REPORT, _TRIED, effects=(_called_for, _EMERGENCY)),
    Move((V.EMERGENCY,), REQUEST, _OPEN, S.PAGED, Kind.REPORT, (_EMERGENCY, _freed, _called)),
    Move((V.NO, V.NOT_EMERGENCY), PLANNED, _OPEN, effects=(_answered, _usual_way)),
    Move((V.NO, V.NOT_EMERGENCY, V.PROBLEM), REPORT, _WAITS, effects=(_PROBLEM,)),
    Move((V.NO,), REPORT, frozenset({S.INVESTIGATING}), effects=(_PROBLEM,)),
    Move((V.NO, V.NOT_EMERGENCY, V.PROBLEM), REPORT, _TRIED, effects=(_PROBLEM, _usual_way, _freed)),
    Move((V.PROBLEM,), PLANNED, _OPEN, into=Kind.REPORT, effects=(_PROBLEM, _usual_way, _freed)),
    Move((V.FEATURE,), REQUEST, _OPEN, S.FORWARDED, Kind.FEATURE, (partial(_judged, Tag.FEATURE), _freed)),
    Move((V.QUESTION,), REQUEST, _OPEN, None, Kind.QUESTION, (partial(_judged, Tag.QUESTION), _usual_way, _freed)),
    # what becomes of a report
    Move((V.BUG,), REPORT, _OPEN, S.CLOSED, effects=(partial(_classified, "bug"),)),
    Move((V.LIMITATION,), REPORT, _OPEN, S.CLOSED, effects=(partial(_classified, "limitation"),)),
    Move((V.CONFIG,), REPORT, _OPEN, S.CLOSED, effects=(partial(_classified, "config"),)),
    Move((V.DUP,), REPORT, _OPEN, S.CLOSED, effects=(partial(_classified, "duplicate"),)),
    Move((V.JOIN,), ANY_KIND, _OPEN, S.CLOSED, effects=(_joined,)),
    # what becomes of a bug, and of a wish
    Move((V.INJECT,), BUG, frozenset({S.TO_SCHEDULE, S.SCHEDULED}), S.INJECTED, effects=(_unplanned,)),
    Move((V.SCHEDULE,), BUG, _OPEN, S.SCHEDULED, effects=(_planned,)),
    Move((V.DONE,), PLANNED | BUG, _OPEN, S.DONE),
    Move((V.REOPEN,), REPORT, _OVER, S.TO_INVESTIGATE, effects=(_reopened,)),
    Move((V.REOPEN,), BUG, _OVER, S.TO_SCHEDULE, effects=(_reopened,)),
    Move((V.REOPEN,), PLANNED, _OVER, S.FORWARDED, effects=(_reopened,)),
    # the gate
    Move((V.UP,), REPORT, frozenset({S.NEW, S.WAITING, S.INVESTIGATING}), S.TO_INVESTIGATE, effects=(_supported,)),
    Move((V.UP,), _QUESTION, frozenset({S.NEW, S.WAITING}), S.FORWARDED, effects=(_supported,)),
    Move((V.DOWN,), REPORT, frozenset({S.TO_INVESTIGATE, S.INVESTIGATING, S.WAITING}), S.NEW, effects=(_returned,)),
    Move((V.DOWN,), _QUESTION, frozenset({S.FORWARDED, S.WAITING}), S.NEW, effects=(_returned,)),
    # with the reporter
    Move((V.ASK,), PLANNED, frozenset({S.PAGED}), S.WAITING, Kind.REPORT, (_owned_if_nobodys, _waits)),
    Move((V.ASK,), REQUEST, _OPEN, S.WAITING, effects=(_owned_if_nobodys, _waits)),
    # and the rest, which moves nothing
    Move(PRIORITIES, ANY_KIND, _OPEN, effects=(_set,)),
    Move((V.SNOOZE,), ANY_KIND, _OPEN - {S.PAGED}, effects=(_set,)),
    Move((V.AREA,), ANY_KIND, frozenset(S), effects=(_set,)),
    Move((V.REPLY, V.SEND, V.SPLIT, V.ADMIT, V.NOTE, V.UNDO, V.WHY), ANY_KIND, frozenset(S)),
)
