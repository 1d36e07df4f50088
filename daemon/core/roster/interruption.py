"""Whether a card interrupts somebody who should have been left alone: the rule behind the counter that stays at 0.

It knows nothing of the policy that wants the card, and judges each one as it is written, by the roster of that moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from daemon.core.mail.address import fold
from daemon.core.roster.roster import Roster
from store.model.changes import Changes, Draft, Opening, TicketChange
from store.model.facts import Background, Facts
from store.model.occasion import Occasion
from store.model.outbox import MailKind
from store.model.ticket import State, Ticket
from store.model.verdict import Tag

WORK = frozenset(  # cards of support and of the release manager: their own work, which waits for them
    {"support", "returned", "investigate", "schedule"}
    | {"draft-reply", "draft-ask", "draft-limitation", "draft-config", "draft-done"}
)


@dataclass(frozen=True, slots=True)
class Concern:
    """What a card is about, as it stands once the card is written."""

    emergency: bool  # or asks whether it is one
    team: str | None = None
    owners: frozenset[str] = frozenset()  # ids of those who have it
    called: frozenset[str] = frozenset()  # ids of those whom a step in its history called, this one included


def off_duty(to: str, concern: Concern, roster: Roster, now: float) -> bool:
    """Say whether a card to this address interrupts somebody who is off duty.

    It does if it is for an emergency and they are not on duty, do not learn beside who is, do not have the ticket, and
    were not called by an escalation: a step in its history that names somebody whose turn it is to be asked.
    """
    if not concern.emergency:
        return False
    person = next((id_ for id_, one in roster.people.items() if fold(one.address) == fold(to)), None)
    if person is None:
        return True
    asked = (roster.on_duty(now, concern.team), roster.shadow(now, concern.team), *roster.chain(now, concern.team))
    on_call = (
        {one.id for one in asked[:2] if one} | concern.owners | (concern.called & {one.id for one in asked if one})
    )
    return person not in on_call


def by_message(
    draft: Draft, changes: Changes, facts: Facts, background: Background | None, roster: Roster, now: float
) -> bool:
    """Say it of a mail that a message causes."""
    if draft.kind is not MailKind.CARD or any(said.what in WORK for said in draft.said):
        return False
    number = draft.about or changes.ticket
    if not number:
        return off_duty(draft.to.address, _opened(changes.opens), roster, now)

    def ticket(known: int | None) -> Ticket | None:
        return facts.ticket(known) or (background.ticket(known) if background and known else None)

    part = ticket(number)
    whole = ticket(_after(part, changes.moves).get("joined", part.joined)) if part else None
    return off_duty(draft.to.address, _concern(draft, part, changes.moves, whole), roster, now)


def by_time(draft: Draft, occasion: Occasion, roster: Roster, now: float) -> bool:
    """Say it of a mail that time alone brings about; one that lists several tickets is about the first of them."""
    if draft.kind is not MailKind.CARD:
        return False
    due = occasion.about(draft.about if draft.about is not None else next(iter(draft.lines), None))
    return off_duty(draft.to.address, _concern(draft, due.ticket if due else None, occasion.moves), roster, now)


def _opened(opening: Opening | None) -> Concern:
    judged = opening.verdict if opening else None
    if opening is None or judged is None:
        return Concern(emergency=False)
    return Concern(judged.unsure or judged.tag is Tag.EMERGENCY, opening.team)


def _concern(
    draft: Draft, ticket: Ticket | None, moves: Sequence[TicketChange], whole: Ticket | None = None
) -> Concern:
    """Return what a card about a ticket concerns; who has the whole that it is joined to has it too."""
    if ticket is None:
        return Concern(draft.tag is Tag.EMERGENCY)
    edits = _after(ticket, moves)
    state, called = edits.get("state", ticket.state), edits.get("called", ticket.called)
    owners = (ticket.owner, edits.get("owner"), ticket.support, edits.get("support"), whole.owner if whole else None)
    emergency = (draft.tag or ticket.verdict) is Tag.EMERGENCY or state is State.PAGED
    return Concern(emergency, edits.get("team", ticket.team), frozenset(filter(None, owners)), frozenset(called))


def _after(ticket: Ticket, moves: Sequence[TicketChange]) -> dict[str, Any]:
    return {edit.field: edit.after for move in moves if move.ticket == ticket.number for edit in move.edits}
