"""Words that leave the house: answers, questions and outcomes, each held for a while before it leaves."""

from collections.abc import Iterable

from daemon.core.desk.gate import drafted, pass_on, to_support
from daemon.core.desk.grammar import Verb
from daemon.core.desk.joining import asker, conversations
from daemon.core.desk.permit import Level
from daemon.core.desk.plan import Planned
from daemon.core.desk.scene import Deed, Scene, after, no, said, to_pipeline, to_reporter
from store.model.changes import Draft
from store.model.outbox import MailKind
from store.model.ticket import Kind, Ticket
from store.model.verdict import Tag

NOTE = "note: "  # how a note begins in the history
SENT = "said: send"


def reply(scene: Scene, step: Planned) -> Deed:
    """Send a member's words to the reporter."""
    if scene.level is Level.L2:
        return to_support(scene, step, Verb.REPLY, step.command.letter)
    return _leaving(scene, step, "replied", MailKind.REPLY, "reply", step.command.letter)


def ask(scene: Scene, step: Planned) -> Deed:
    """Ask the reporter: a member's question, or for the facts that the definition misses."""
    if scene.level is Level.L2:
        return to_support(scene, step, Verb.ASK, step.command.letter)
    return _leaving(scene, step, "asked", MailKind.ASK, "ask", step.command.letter)


def send(scene: Scene, step: Planned) -> Deed:
    """Send the member's last note to the reporter, once; in answer to a developer's draft, that draft."""
    draft = drafted(scene)
    if draft is not None and scene.level is not Level.L2:
        return pass_on(scene, step, draft)
    mine = [past for past in scene.background.history if past.who == scene.person.id]
    noted = [place for place, past in enumerate(mine) if past.what.startswith(NOTE)]
    sent = [place for place, past in enumerate(mine) if past.what.startswith(SENT)]
    if not noted or (sent and sent[-1] > noted[-1]):
        return no("no-note", step)
    text = mine[noted[-1]].what.removeprefix(NOTE)
    if scene.level is Level.L2:
        return to_support(scene, step, Verb.REPLY, text)
    return _leaving(scene, step, "replied", MailKind.REPLY, "reply", text)


def close_report(scene: Scene, step: Planned) -> Deed:
    """Close a report as a limitation or a matter of settings: the reporter hears why, product of what is missing."""
    if scene.level is Level.L2 and step.command.letter:
        return no("gated", step)
    kind = "limitation" if step.command.verb is Verb.LIMITATION else "config"
    drafts = _to_everybody(scene, (after(step),), step.command.letter, kind)
    product = to_pipeline(scene, after(step), Tag.FEATURE) if kind == "limitation" else ()
    return Deed(said(kind, step), (*drafts, *product))


def duplicate(scene: Scene, step: Planned, other: Ticket) -> Deed:
    """Close a report as the same as another: its reporter hears that it is known, and later what that one hears."""
    drafts = _to_everybody(scene, (after(step),), "", "duplicate")
    return Deed(said("dup", step, other=other.number), drafts)


def finish(scene: Scene, step: Planned) -> Deed:
    """Finish a bug or a wish: everybody who reported it is told, once each."""
    if scene.level is Level.L2 and step.command.letter:
        return no("gated", step)
    ticket = after(step)
    outcome = "fixed" if ticket.kind is Kind.BUG else "done"
    drafts = _to_everybody(scene, (*_reports(scene, ticket), ticket), step.command.letter, outcome)
    return Deed(said("done", step, text=str(len(drafts))), drafts)


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


def _to_everybody(scene: Scene, tickets: Iterable[Ticket], text: str, outcome: str) -> tuple[Draft, ...]:
    """Tell the reporters of these tickets, and of all that are part of them, the outcome: each once."""
    told: dict[str, Ticket] = {}
    for one in (part for ticket in tickets for part in conversations(scene, ticket)):
        told.setdefault(one.reporter, one)
    return tuple(
        draft for one in told.values() for draft in to_reporter(scene, one, MailKind.REPLY, "outcome", text, outcome)
    )


def _leaving(scene: Scene, step: Planned, what: str, kind: MailKind, letter: str, text: str) -> Deed:
    answered = asker(scene, after(step))
    if answered is None:
        return no("split-elsewhere", step, other=scene.background.conversation or 0)
    conversation, to = answered
    drafts = to_reporter(scene, conversation, kind, letter, text, to=to)
    if not drafts:
        return no("no-reporter", step)
    return Deed(said(what, step, text=f"{scene.settings.desk.hold_seconds:g}"), drafts, about=conversation.number)
