"""All commands of one mail held against the ticket, one after the other: every step, or the first refusal."""

from dataclasses import dataclass, replace

from daemon.core.commands.grammar import Verb
from daemon.core.commands.permit import Level, Refusal, permitted
from daemon.core.commands.reading import Command
from daemon.core.commands.states import Hand, NewBug, Step, move
from store.model.ticket import ENDED, Kind, State, Ticket

UNNUMBERED = 0  # the bug that a command of the same mail opens
OF_THE_BUG = frozenset(
    {Verb.INJECT, Verb.SCHEDULE, Verb.DONE, Verb.REOPEN, Verb.P0, Verb.P1, Verb.P2, Verb.P3}
)  # said of a report that became a bug, they are about the bug


@dataclass(frozen=True, slots=True)
class Planned:
    """One command with what it changes, and of which ticket."""

    command: Command
    ticket: Ticket | None  # before the step; its number is UNNUMBERED for a bug that this mail opens
    step: Step


@dataclass(frozen=True, slots=True)
class Refused:
    """The command because of which none of the mail is applied."""

    command: Command
    refusal: Refusal


def plan(
    commands: tuple[Command, ...], ticket: Ticket | None, bug: Ticket | None, level: Level, hand: Hand
) -> tuple[Planned, ...] | Refused:
    """Return what all these commands change, in order, or the first that may not be said.

    `bug` is the bug that the ticket became, where it is a report that did.
    """
    planned: list[Planned] = []
    for command in commands:
        about = bug if bug and ticket and _is_of_the_bug(command, ticket, bug) else ticket
        if refusal := permitted(command, about, level):
            return Refused(command, refusal)
        step = (move(about, command, hand) if about else None) or Step()
        planned.append(Planned(command, about, step))
        if about is ticket:
            ticket = step.apply(about) if about else None
            bug = open_bug(ticket, step.opens) if ticket and step.opens else bug
        elif about:
            bug = step.apply(about)
    return tuple(planned)


def open_bug(report: Ticket, opens: NewBug) -> Ticket:
    """Return the bug that a report becomes, before the store gives it a number."""
    return replace(
        report,
        number=UNNUMBERED,
        kind=Kind.BUG,
        state=State.TO_SCHEDULE,
        resolution=None,
        priority=opens.priority,
        unsure=False,
        asked_at=None,
        owner=None,
        ended_at=None,
        links=(opens.report,),
        participants=(),
        snoozed_until=None,
        planned=None,
    )


def _is_of_the_bug(command: Command, ticket: Ticket, bug: Ticket) -> bool:
    if command.verb not in OF_THE_BUG or ticket.kind is not Kind.REPORT or ticket.resolution != "bug":
        return False
    return command.verb is not Verb.REOPEN or bug.state in ENDED
