"""Words that leave the house: answers, questions and outcomes, each held for a while before it leaves."""

from dataclasses import replace

from daemon.core.commands.grammar import Verb
from daemon.core.commands.permit import Level
from daemon.core.commands.plan import Planned
from daemon.core.desk.drafting import drafted, outcome_to_support, pass_on, to_support
from daemon.core.desk.joining import asker
from daemon.core.desk.scene import Deed, Scene, after, no, said, to_pipeline, to_reporter
from daemon.core.desk.telling import outcome_of, to_everybody
from store.model.history import NOTE, UNHEARD
from store.model.outbox import MailKind
from store.model.ticket import Ticket
from store.model.verdict import Tag

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
    note = _last_note(scene)
    if note is None:
        return no("no-note", step)
    if note.startswith(UNHEARD):  # a slip must never be a letter, nor make one of what was written before it
        return no("no-command", step, words=("reply: …", "note: …"))
    text = note.removeprefix(NOTE)
    if scene.level is Level.L2:
        return to_support(scene, step, Verb.REPLY, text)
    return _leaving(scene, step, "replied", MailKind.REPLY, "reply", text)


def _last_note(scene: Scene) -> str | None:
    """Return what the member wrote last that was kept, with how it was; None where it was sent since."""
    history = scene.background.history
    undone = {past.undoes for past in history if past.undoes is not None}
    mine = [past for past in history if past.who == scene.person.id and past.row not in undone]
    noted = [place for place, past in enumerate(mine) if past.what.startswith((NOTE, UNHEARD))]
    sent = [place for place, past in enumerate(mine) if past.what.startswith(SENT)]
    return mine[noted[-1]].what if noted and not (sent and sent[-1] > noted[-1]) else None


def close_report(scene: Scene, step: Planned) -> Deed:
    """Close a report as a limitation or a matter of settings: the reporter hears why, product of what is missing."""
    kind, ticket = step.command.verb, after(step)
    product = to_pipeline(scene, ticket, Tag.FEATURE) if kind is Verb.LIMITATION else ()
    deed = _tell(scene, step)
    return deed if deed.refused else replace(deed, drafts=(*deed.drafts, *product))


def duplicate(scene: Scene, step: Planned, other: Ticket) -> Deed:
    """Close a report as the same as another: its reporter hears that it is known, and later what that one hears."""
    drafts = to_everybody(scene, after(step), "", "duplicate")
    return Deed(said("dup", step, other=other.number), drafts)


def finish(scene: Scene, step: Planned) -> Deed:
    """Finish a bug or a wish: everybody who reported it is told, once each."""
    return _tell(scene, step)


def _tell(scene: Scene, step: Planned) -> Deed:
    """Tell the reporters what became of it: in the desk's own words, or in a member's who may write to them."""
    ticket, verb, text = after(step), step.command.verb, step.command.letter
    if scene.level is Level.L2 and text:
        return outcome_to_support(scene, step, text)
    drafts = to_everybody(scene, ticket, text, outcome_of(ticket, verb))
    return Deed(said(verb, step, text=str(len(drafts))), drafts)


def _leaving(scene: Scene, step: Planned, what: str, kind: MailKind, letter: str, text: str) -> Deed:
    answered = asker(scene, after(step))
    if answered is None:
        return no("split-elsewhere", step, other=scene.background.conversation or 0)
    conversation, to = answered
    drafts = to_reporter(scene, conversation, kind, letter, text, to=to)
    if not drafts:
        return no("no-reporter", step, words=("note: …", "status"))
    return Deed(said(what, step, text=f"{scene.settings.desk.hold_seconds:g}"), drafts, about=conversation.number)
