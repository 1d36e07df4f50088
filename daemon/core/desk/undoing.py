"""`undo` takes back what a member did last, unless somebody else has changed the ticket since."""

from dataclasses import replace

from daemon.core.commands.grammar import Verb
from daemon.core.commands.plan import Planned
from daemon.core.commands.states import UNANSWERED, Step, take_back
from daemon.core.desk.drafting import DRAFTS
from daemon.core.desk.joining import parted
from daemon.core.desk.scene import Deed, Scene, no, said
from daemon.core.desk.splitting import SPLIT, WITHDRAWN, unsplit, withdrawal
from store.model.changes import Said, TicketChange
from store.model.correction import Correction
from store.model.facts import Background, Past
from store.model.history import SAID
from store.model.outbox import MailKind
from store.model.ticket import Event, Kind, State, Ticket

NOTHING_SPLIT = Deed(Said("undone"))
_TO_CUSTOMER = frozenset({MailKind.REPLY, MailKind.ASK})


def undo(scene: Scene, step: Planned) -> Deed:
    """Take back the last command of this member on this ticket, with what it would have sent."""
    ticket = step.ticket
    last, since = _last(scene)
    if ticket is None or last is None:
        return no("nothing-to-undo", step)
    if since is not None:
        return no("changed-since", step, who=scene.name(since.who))
    if _lapsed(ticket, last):
        return no("lapsed-since", step, words=(str(Verb.REOPEN),))
    back = take_back(ticket, Step(tuple(edit for edit in last.edits if edit.field != "links")))
    opened = _opened(scene, ticket, last)
    if back is None or (opened and opened.state is not State.TO_SCHEDULE):
        return no("changed-since", step, who="")
    child = next((one for one in scene.background.offspring if one.by == last.message), None)
    is_split = SPLIT in last.what.removeprefix(SAID).split("; ")
    whole = unsplit(scene, ticket, child) if is_split else NOTHING_SPLIT
    if whole is None:
        return no("split-on", step, other=child.ticket if child else 0)
    caused = [mail for mail in scene.background.posted if mail.message == last.message and mail.kind in _TO_CUSTOMER]
    edits = (*back.edits, *(edit.inverse for edit in last.edits if edit.field == "links"))
    what = last.what.removeprefix(SAID)
    event = Event(scene.case.now, scene.person.id, f"took back: {what}", edits, last.row)
    apart = parted(scene, ticket) if any(edit.field == "joined" for edit in last.edits) else ()
    moves = (
        TicketChange(ticket.number, ticket.version, edits, (event,)),
        *_withdrawn(scene, opened),
        *apart,
        *whole.moves,
    )
    held = tuple(mail.row for mail in caused if mail.held)
    left = len(held) < len(caused) or (what.startswith(Verb.DONE) and not held and not _only_drafted(scene, last))
    untaught = _untaught(scene, last)
    flags = (("left" if left else "stopped" if held else ""), "apart" if apart else "", "taught" if untaught else "")
    sentence = said("undone", step, text=what, lines=tuple(filter(None, flags)))
    return Deed(sentence, moves=moves, corrections=untaught, stops=held, refiles=whole.refiles, own_move=True)


def _lapsed(ticket: Ticket, last: Past) -> bool:
    """Say whether time has closed since what the member asked about: to take back the question opens nothing."""
    return ticket.resolution == UNANSWERED and any(edit.after == State.WAITING for edit in last.edits)


def _only_drafted(scene: Scene, last: Past) -> bool:
    """Say whether the words of a command went to support, and nowhere else."""
    return any(
        past.message == last.message and past.what.startswith(tuple(DRAFTS.values()))
        for past in scene.background.history
    )


def _untaught(scene: Scene, last: Past) -> tuple[Correction, ...]:
    """Return what takes back the corrections that the command gave: neither they nor these teach from now on."""
    given = [one for one in scene.background.taught if one.message is not None and one.message == last.message]
    return tuple(replace(one.correction, who=scene.person.id, at=scene.case.now, undoes=one.row) for one in given)


def _last(scene: Scene) -> tuple[Past | None, Past | None]:
    """Return the member's last command that still holds, and the latest of somebody else after it."""
    history = scene.background.history
    undone = {past.undoes for past in history if past.undoes is not None}
    held = [past for past in history if past.what.startswith(SAID) and past.row not in undone]
    mine = [place for place, past in enumerate(held) if past.who == scene.person.id]
    if not mine:
        return None, None
    later = held[mine[-1] + 1 :]
    return held[mine[-1]], later[-1] if later else None


def _opened(scene: Scene, ticket: Ticket, last: Past) -> Ticket | None:
    """Return the bug that the command opened."""
    if not any(edit.field == "resolution" and edit.after == "bug" for edit in last.edits):
        return None
    return bug_of(scene.background, ticket)


def bug_of(background: Background, report: Ticket) -> Ticket | None:
    """Return the bug that a report became, the latest where others were withdrawn."""
    linked = [one for one in background.related if one.kind is Kind.BUG and one.number in report.links]
    found = next((one for one in reversed(linked) if one.resolution != WITHDRAWN), None)
    seen: set[int] = set()
    while (
        found and found.joined is not None and found.number not in seen and (whole := background.ticket(found.joined))
    ):
        seen.add(found.number)
        found = whole
    return found


def _withdrawn(scene: Scene, bug: Ticket | None) -> tuple[TicketChange, ...]:
    if bug is None:
        return ()
    edits = withdrawal(bug, scene.case.now)
    event = Event(scene.case.now, scene.person.id, WITHDRAWN, edits)
    return (TicketChange(bug.number, bug.version, edits, (event,)),)
