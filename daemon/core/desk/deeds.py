"""What each word does beyond moving its ticket: one row a word."""

from collections.abc import Callable
from dataclasses import replace

from daemon.core.commands.arguments import MemberId, TicketNumber
from daemon.core.commands.grammar import Verb
from daemon.core.commands.plan import Planned
from daemon.core.desk.answering import answer_help, answer_list, answer_status, answer_who, answer_why
from daemon.core.desk.gate import barred, down, up
from daemon.core.desk.joining import conversations, join, reopen
from daemon.core.desk.rota.copies import copies
from daemon.core.desk.rota.deeds import away, cover, duty, shadow
from daemon.core.desk.rota.swapping import swap
from daemon.core.desk.scene import (
    Deed,
    Scene,
    after,
    no,
    onward,
    person_at,
    person_named,
    said,
    to_member,
    to_pipeline,
)
from daemon.core.desk.splitting import split
from daemon.core.desk.talking import ask, close_report, duplicate, finish, reply, send
from daemon.core.desk.teaching import correction
from daemon.core.desk.teams import hand_over
from daemon.core.desk.undoing import undo
from store.model.changes import Draft, TicketChange
from store.model.correction import Correction
from store.model.history import SAID
from store.model.ticket import Edit, Event, Kind, Participant, Role, State, Ticket
from store.model.verdict import Tag


def mine(scene: Scene, step: Planned) -> Deed:
    """Whoever is first has it; everybody else is told whose it is, and how to take it over."""
    owner = step.ticket.owner if step.ticket else None
    if owner and owner != scene.person.id:
        return no("taken", step, who=scene.name(owner), words=(f"give {scene.person.id}",))
    if barred(scene, step, scene.person):
        return no("with-support", step)
    return Deed(said("mine", step))


def yes(scene: Scene, step: Planned) -> Deed:
    """The open question is answered: an emergency, and whose it is."""
    return Deed(said("yes", step), corrections=_taught(scene, step, Tag.EMERGENCY))


def can_wait(scene: Scene, step: Planned) -> Deed:
    """No emergency: it goes the way that its tag names."""
    drafts = onward(scene, step, after(step).verdict)
    return Deed(said("can-wait", step), drafts, corrections=_taught(scene, step, None))


def emergency(scene: Scene, step: Planned) -> Deed:
    """The person on duty is called, unless somebody has it already."""
    taught = _taught(scene, step, Tag.EMERGENCY)
    ticket = after(step)
    duty = scene.case.roster.on_duty(scene.case.now, ticket.team)
    if ticket.state is not State.PAGED or step.ticket is None or step.ticket.state is State.PAGED:
        return Deed(said("emergency", step), corrections=taught)
    if duty is None:
        return Deed(said("emergency-nobody", step), to_pipeline(scene, ticket, Tag.EMERGENCY), corrections=taught)
    others = scene.case.roster.chain(scene.case.now, ticket.team)
    minutes = scene.settings.duty.answer_minutes if others else None
    card = replace(to_member(scene, duty, "card", ticket), answer_minutes=minutes)
    copy = copies(card, duty, scene.case.roster, scene.case.now, ticket.team)
    return Deed(said("emergency-called", step, who=duty.name), (card, *copy), (), taught)


def tagged(scene: Scene, step: Planned) -> Deed:
    """The verdict is overruled; the request goes where the right one would have taken it."""
    ticket = after(step)
    drafts = onward(scene, step, ticket.verdict)
    return Deed(
        said("tagged", step, text=str(ticket.verdict)), drafts, corrections=_taught(scene, step, ticket.verdict)
    )


def give(scene: Scene, step: Planned) -> Deed:
    """Somebody else has it and gets a card; whoever had it is told."""
    (new,) = (a.id for a in step.command.arguments if isinstance(a, MemberId))
    person, old = person_named(scene.settings, new), step.ticket.owner if step.ticket else None
    if barred(scene, step, person):
        return no("not-up", step, words=("up",))
    drafts: list[Draft] = []
    if person and person.id != scene.person.id:
        drafts.append(to_member(scene, person, "given", after(step)))
    before = person_named(scene.settings, old)
    if before and before.id not in (new, scene.person.id):
        drafts.append(to_member(scene, before, "taken-over", after(step)))
    what = "mine" if new == scene.person.id else "given"
    return Deed(said(what, step, who=scene.name(new)), tuple(drafts))


def bug(_: Scene, step: Planned) -> Deed:
    """The report is closed, and a bug opened; its reporter hears when that is done."""
    return Deed(said("bug", step, text=(step.step.opens.priority or "") if step.step.opens else ""))


def admit(scene: Scene, step: Planned) -> Deed:
    """Whoever wrote what the member answers takes part from now on: their mail is a follow-up, and may be answered."""
    author = scene.background.author
    ticket = _conversation(scene, step.ticket)
    if ticket is None or not author or ticket.takes_part(author) or person_at(scene.settings, author):
        return no("nobody-to-admit", step)
    everybody = (*ticket.participants, Participant(author, Role.ADMITTED))
    edit = Edit("participants", ticket.participants, tuple(sorted(everybody, key=lambda one: one.address)))
    event = Event(scene.case.now, scene.person.id, f"{SAID}admit {author}", (edit,))
    move = TicketChange(ticket.number, ticket.version, (edit,), (event,))
    return Deed(said("admitted", step, who=author), moves=(move,), own_move=True, about=ticket.number)


def _conversation(scene: Scene, ticket: Ticket | None) -> Ticket | None:
    """Return the ticket whose readers the answered message belongs to: this one, or one that is part of it."""
    apart = conversations(scene, ticket) if ticket else ()
    return next((one for one in apart if one.number == scene.background.conversation), ticket)


def named(what: str) -> Callable[[Scene, Planned], Deed]:
    """Return the deed of a word that only moves its ticket, and says what became of it."""

    def deed(_: Scene, step: Planned) -> Deed:
        return Deed(said(what, step, text=" ".join(map(str, step.command.arguments)) or str(step.command.verb)))

    return deed


def duplicate_of(scene: Scene, step: Planned) -> Deed:
    """The report shares the fate of another, which must exist."""
    (number,) = (a.number for a in step.command.arguments if isinstance(a, TicketNumber))
    other = scene.background.ticket(number)
    if other is None:
        return no("no-such-ticket", step, other=number, words=("list",))
    return duplicate(scene, step, other)


def _taught(scene: Scene, step: Planned, tag: Tag | None) -> tuple[Correction, ...]:
    """Return what is learned from it; only what a customer wrote teaches."""
    first = scene.case.backdrop.first
    if first is None or step.ticket is None or step.ticket.kind is Kind.BUG:
        return ()
    case = scene.case
    return (correction(step.ticket.number, first.message, tag, scene.person.id, case.definition, case.now),)


V = Verb
DEEDS: dict[Verb, Callable[[Scene, Planned], Deed]] = {
    V.MINE: mine,
    V.UP: up,
    V.DOWN: down,
    V.MOVE: hand_over,
    V.YES: yes,
    V.NO: can_wait,
    V.NOT_EMERGENCY: can_wait,
    V.EMERGENCY: emergency,
    V.FEATURE: tagged,
    V.QUESTION: tagged,
    V.PROBLEM: tagged,
    V.BUG: bug,
    V.LIMITATION: close_report,
    V.CONFIG: close_report,
    V.DUP: duplicate_of,
    V.INJECT: named("injected"),
    V.SCHEDULE: named("scheduled"),
    V.DONE: finish,
    V.REOPEN: reopen,
    V.JOIN: join,
    V.REPLY: reply,
    V.ASK: ask,
    V.SEND: send,
    V.P0: named("priority"),
    V.P1: named("priority"),
    V.P2: named("priority"),
    V.P3: named("priority"),
    V.AREA: named("area"),
    V.GIVE: give,
    V.SNOOZE: named("snoozed"),
    V.NOTE: named("noted"),
    V.SPLIT: split,
    V.ADMIT: admit,
    V.UNDO: undo,
    V.WHY: answer_why,
    V.STATUS: answer_status,
    V.WHO: answer_who,
    V.LIST: answer_list,
    V.HELP: answer_help,
    V.DUTY: duty,
    V.SWAP: swap,
    V.COVER: cover,
    V.AWAY: away,
    V.SHADOW: shadow,
}
