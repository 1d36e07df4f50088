"""What may be said now, what would work instead, and the help that fits the moment: all from the two tables."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from daemon.core.commands.arguments import Anyway, TicketNumber
from daemon.core.commands.grammar import GRAMMAR, ROWS, For, Row, Verb
from daemon.core.commands.reading import Command
from daemon.core.commands.states import BUG, CLASSES, PLANNED, PRIORITIES, row_for
from store.model.ticket import ENDED, Kind, State, Ticket
from store.model.verdict import Tag

MOST_HELP = 8


class Level(StrEnum):
    """What a member is at this desk: the two levels exist only where the L1 gate is on."""

    UNGATED = "ungated"
    L1 = "L1"
    L2 = "L2"


class Why(StrEnum):
    """Why a command is refused, for the letter that says so."""

    NO_TICKET = "no-ticket"
    UNGATED = "ungated"
    NOT_THEIRS = "not-theirs"
    ENDED = "ended"
    OPEN = "open"
    GOLDEN = "golden"
    UNCLASSIFIED = "unclassified"
    NOT_A_REPORT = "not-a-report"
    IS_A_BUG = "is-a-bug"
    BUG_ASKS = "bug-asks"
    NOTHING_ASKED = "nothing-asked"
    ALREADY = "already"
    NO_EMERGENCY = "no-emergency"
    LOW_PRIORITY = "low-priority"
    INJECTED = "injected"
    PAGED = "paged"
    ITSELF = "itself"
    NOT_TECHNICAL = "not-technical"
    UNFIT = "unfit"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a command may not be said now, in one sentence, and what would work."""

    why: Why
    words: str
    instead: tuple[str, ...]  # as the help writes it; never empty


@dataclass(frozen=True, slots=True)
class HelpLine:
    """One word that may be said now."""

    verb: Verb
    form: str
    help: str


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A row of the table of refusals: when it stands in the way, and what it names instead."""

    verbs: frozenset[Verb]
    stands: Callable[[Command, Ticket, Level], bool]
    why: Why
    words: str  # may name {verb}, {kind} and {state}
    instead: tuple[Command, ...]


def permitted(command: Command, ticket: Ticket | None, level: Level) -> Refusal | None:
    """Return None where a member of this level may say this of this ticket now, else why not and what would work."""
    obstacle = _obstacle(command, ticket, level)
    if obstacle is None:
        return None
    named = (ROWS[c.verb].form for c in obstacle.instead if _obstacle(c, ticket, level) is None)
    words = obstacle.words.format(verb=command.verb, **_names(ticket))
    fallback = (line.form for line in help_for(ticket, level)[:3])
    return Refusal(obstacle.why, words, tuple(dict.fromkeys(named)) or tuple(fallback))


def help_for(ticket: Ticket | None, level: Level) -> tuple[HelpLine, ...]:
    """Return at most eight words that fit the ticket's state, the likeliest first; without a ticket, the rota's."""
    rows = (row for row in GRAMMAR if row.listed and row.about_ticket is (ticket is not None))
    fit = (HelpLine(r.verb, r.form, r.help) for r in rows if _obstacle(Command(r.verb), ticket, level) is None)
    return tuple(fit)[:MOST_HELP]


def _names(ticket: Ticket | None) -> dict[str, str]:
    return {"kind": ticket.kind, "state": ticket.state} if ticket else {"kind": "", "state": ""}


def _obstacle(command: Command, ticket: Ticket | None, level: Level) -> Obstacle | None:
    row = ROWS[command.verb]
    if not row.about_ticket:
        return None
    if ticket is None:
        return NO_TICKET
    if (barred := _barred(row, level)) is not None:
        return barred
    found = (o for o in OBSTACLES if command.verb in o.verbs and o.stands(command, ticket, level))
    return next(found, None if row_for(command.verb, ticket) else UNFIT)


def _barred(row: Row, level: Level) -> Obstacle | None:
    if row.allowed is For.ALL:
        return None
    if level is Level.UNGATED:
        return NO_GATE
    return None if row.allowed.name == level.value else WRONG_SIDE


def _say(*verbs: Verb) -> tuple[Command, ...]:
    return tuple(Command(verb) for verb in verbs)


def _ended(_: Command, ticket: Ticket, __: Level) -> bool:
    return ticket.state in ENDED


def _of(*kinds: Kind) -> Callable[[Command, Ticket, Level], bool]:
    return lambda _, ticket, __: ticket.kind in kinds


def _already(command: Command, ticket: Ticket, _: Level) -> bool:
    return not ticket.unsure and ticket.verdict is not None and ticket.verdict.value == command.verb.value


def _not_technical(command: Command, ticket: Ticket, _: Level) -> bool:
    """The definition's word on it: what is wished or asked is no technical issue, unless a member says why."""
    technical = ticket.verdict in (None, Tag.EMERGENCY, Tag.PROBLEM)
    return not technical and Anyway() not in command.arguments


def _unhurried(_: Command, ticket: Ticket, __: Level) -> bool:
    return ticket.state in (State.TO_SCHEDULE, State.SCHEDULED) and ticket.priority not in ("p0", "p1")


def _itself(command: Command, ticket: Ticket, _: Level) -> bool:
    return TicketNumber(ticket.number) in command.arguments


V, W = Verb, Why
ANYWAY = Command(V.UP, (Anyway(),))
NO_TICKET = Obstacle(
    frozenset(V), lambda *_: True, W.NO_TICKET, "`{verb}` is said in answer to a card, or behind a digest's number",
    _say(V.LIST, V.STATUS, V.HELP),
)  # fmt: skip
NO_GATE = Obstacle(frozenset(V), lambda *_: True, W.UNGATED, "this desk has no levels", _say(V.GIVE, V.MINE, V.REOPEN))
WRONG_SIDE = Obstacle(
    frozenset(V), lambda *_: True, W.NOT_THEIRS, "`{verb}` is the other level's word",
    (*_say(V.DOWN, V.UP), ANYWAY, *_say(V.GIVE, V.REOPEN)),
)  # fmt: skip
UNFIT = Obstacle(frozenset(V), lambda *_: True, W.UNFIT, "`{verb}` does nothing here: the {kind} is {state}", ())
_VERDICTS = frozenset({V.EMERGENCY, V.NOT_EMERGENCY, V.FEATURE, V.QUESTION, V.PROBLEM})
_ALIVE = (
    frozenset(CLASSES) | _VERDICTS | frozenset(PRIORITIES)
    | {V.YES, V.NO, V.MINE, V.GIVE, V.MOVE, V.JOIN, V.SNOOZE, V.ASK, V.UP, V.DOWN, V.DONE, V.INJECT, V.SCHEDULE}
)  # fmt: skip

OBSTACLES: tuple[Obstacle, ...] = (
    # The first that stands in the way is named.
    Obstacle(
        frozenset({V.DONE}), lambda _, t, __: t.kind is Kind.REPORT and t.state not in ENDED, W.GOLDEN,
        "nobody works on a report: say first what it is", _say(*CLASSES),
    ),
    Obstacle(_ALIVE, _ended, W.ENDED, "it is {state} already", _say(V.REOPEN, V.REPLY)),
    Obstacle(
        frozenset({V.REOPEN}), lambda _, t, __: t.state not in ENDED, W.OPEN,
        "it is open: {state}", _say(V.MINE, V.GIVE),
    ),
    Obstacle(
        frozenset({V.INJECT, V.SCHEDULE}), _of(Kind.REPORT), W.UNCLASSIFIED,
        "only a bug is planned, and this report is not classified yet", _say(*CLASSES),
    ),
    Obstacle(
        frozenset({V.INJECT, V.SCHEDULE, *CLASSES}), _of(*PLANNED), W.NOT_A_REPORT,
        "it is filed as {kind}: say first that it is a problem", _say(V.PROBLEM, V.EMERGENCY, V.DONE),
    ),
    Obstacle(
        frozenset(CLASSES), _of(*BUG), W.IS_A_BUG,
        "it is a bug already", _say(V.P0, V.INJECT, V.SCHEDULE, V.DONE),
    ),
    Obstacle(
        frozenset({V.ASK}), _of(*BUG), W.BUG_ASKS,
        "a bug waits for nobody's answer: `reply` asks its reporter, and its plan stays", _say(V.REPLY),
    ),
    Obstacle(
        _VERDICTS | {V.YES, V.NO}, _of(*BUG), W.IS_A_BUG,
        "it is a confirmed bug: its priority says how much it hurts", _say(V.P0, V.INJECT, V.SCHEDULE),
    ),
    Obstacle(
        frozenset({V.YES, V.NO}), lambda _, t, __: not t.unsure, W.NOTHING_ASKED,
        "nothing was asked about it", _say(V.MINE, V.EMERGENCY, V.NOT_EMERGENCY),
    ),
    Obstacle(
        frozenset({V.NOT_EMERGENCY}), lambda _, t, __: not t.unsure and t.verdict is not Tag.EMERGENCY, W.NO_EMERGENCY,
        "nobody takes it for an emergency", _say(V.EMERGENCY, V.MINE, V.GIVE),
    ),
    Obstacle(_VERDICTS, _already, W.ALREADY, "it is filed as that already", _say(V.MINE, V.GIVE, V.REPLY)),
    Obstacle(
        frozenset({V.INJECT}), _unhurried, W.LOW_PRIORITY,
        "only p0 and p1 go into the current sprint", _say(V.P0, V.P1, V.SCHEDULE),
    ),
    Obstacle(
        frozenset({V.P2, V.P3}), lambda _, t, __: t.state is State.INJECTED, W.INJECTED,
        "it is in the current sprint, which is for p0 and p1", _say(V.SCHEDULE, V.DONE),
    ),
    Obstacle(
        frozenset({V.SNOOZE}), lambda _, t, __: t.state is State.PAGED, W.PAGED,
        "somebody has been called for it", _say(V.MINE, V.NOT_EMERGENCY, V.NO),
    ),
    Obstacle(frozenset({V.DUP, V.JOIN}), _itself, W.ITSELF, "that is its own number", _say(V.DUP, V.JOIN)),
    Obstacle(
        frozenset({V.UP}), lambda c, t, _: t.state is State.NEW and _not_technical(c, t, Level.L1), W.NOT_TECHNICAL,
        "it is no technical issue by our definition; if it is one, say why", (ANYWAY,),
    ),
)  # fmt: skip
