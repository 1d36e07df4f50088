"""Who hears what became of a request: everybody who reported it, or what was found to be the same, each once."""

from collections.abc import Iterable

from daemon.core.desk.joining import conversations
from daemon.core.desk.scene import Scene, to_reporter
from store.model.changes import Draft
from store.model.outbox import MailKind
from store.model.ticket import Kind, Ticket


def outcome_of(ticket: Ticket, verb: str) -> str:
    """Return how the letter of an outcome is called, by the word that brought it about."""
    return verb if verb != "done" else "fixed" if ticket.kind is Kind.BUG else "done"


def to_everybody(scene: Scene, ticket: Ticket, text: str, outcome: str) -> tuple[Draft, ...]:
    """Tell the reporters of a ticket, of the reports that became it, and of all that are part of them."""
    told: dict[str, Ticket] = {}
    for one in (part for whole in (*_reports(scene, ticket), ticket) for part in conversations(scene, whole)):
        told.setdefault(one.reporter, one)
    return tuple(
        draft for one in told.values() for draft in to_reporter(scene, one, MailKind.REPLY, "outcome", text, outcome)
    )


def _reports(scene: Scene, bug: Ticket) -> Iterable[Ticket]:
    """Return the reports that became this bug, and what was found to be the same as one of them."""
    if bug.kind is not Kind.BUG:
        return ()
    case = scene.case
    around = {one.number: one for one in (*scene.background.related, *((case.ticket,) if case.ticket else ()))}
    found: dict[int, Ticket] = {}
    waiting = [*bug.links]
    while waiting:
        one = around.get(waiting.pop(0))
        if one and one.number not in found and _shares(one, bug, found):
            found[one.number] = one
            waiting += one.links
    return tuple(one for one in found.values() if one.kind is not Kind.BUG)


def _shares(one: Ticket, bug: Ticket, found: dict[int, Ticket]) -> bool:
    """A report that became it or is the same as one that did, and what is part of it or of one of them."""
    if one.joined is not None:
        return one.joined == bug.number or one.joined in found
    return one.kind is Kind.REPORT and one.resolution in ("bug", "duplicate")
