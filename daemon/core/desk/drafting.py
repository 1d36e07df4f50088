"""Words of a developer, where the gate is on: a draft for support, which alone sends anything to a customer."""

from daemon.core.commands.grammar import Verb
from daemon.core.commands.plan import UNNUMBERED, Planned
from daemon.core.commands.reading import Command
from daemon.core.commands.states import Hand, move
from daemon.core.desk.case import NOTE_LETTERS
from daemon.core.desk.joining import asker, conversations
from daemon.core.desk.routing import keeper, task
from daemon.core.desk.scene import Deed, Scene, after, no, said, spoken, to_reporter
from daemon.core.desk.telling import outcome_of, to_everybody
from daemon.core.settings import Person
from store.model.changes import Draft, TicketChange
from store.model.facts import Past
from store.model.history import DRAFT, SAID
from store.model.outbox import MailKind
from store.model.ticket import Edit, Event, State, Ticket

DRAFTS = {  # what the history writes before a draft, by the word that brought it about
    Verb.REPLY: f"{DRAFT}an answer",
    Verb.ASK: f"{DRAFT}a question",
    Verb.LIMITATION: f"{DRAFT}what to say of a limitation",
    Verb.CONFIG: f"{DRAFT}what to say of the settings",
    Verb.DONE: f"{DRAFT}what to say of its end",
}
OUTCOMES = frozenset({Verb.LIMITATION, Verb.CONFIG, Verb.DONE})  # they go to everybody who reported it
PASSED = "passed on the draft of message {}"


def to_support(scene: Scene, step: Planned, kind: Verb, text: str) -> Deed:
    """Hand a developer's words to support as a draft: no customer ever reads them unless support sends them."""
    ticket, person = step.ticket, _support(scene, step.ticket)
    if ticket is None or person is None:
        return no("gated", step)
    answered = asker(scene, ticket)
    if answered is None:
        return no("split-elsewhere", step, other=scene.background.conversation or 0)
    conversation, to = answered
    if not to:
        return no("no-reporter", step, words=("note: …", "status"))
    event = _event(scene, f"{_addressed(kind, conversation, to)}{text}")
    card = _card(scene, person, kind, text, conversation, to)
    return Deed(said("drafted", step, who=person.name), (card,), events=(event,), own_move=True)


def outcome_to_support(scene: Scene, step: Planned, text: str) -> Deed:
    """Close it, and hand to support what a developer would tell its reporters: they hear when support sends it."""
    ticket, person, verb = after(step), _support(scene, step.ticket), step.command.verb
    told = to_everybody(scene, ticket, text, outcome_of(ticket, verb))
    if person is None or ticket.number == UNNUMBERED:
        return no("gated", step)
    if not told:
        return no("no-reporter", step, words=("note: …", "status"))
    event = _event(scene, f"{DRAFTS[verb]}: {text}")
    kept = TicketChange(ticket.number, ticket.version, (), (event,))
    card = _card(scene, person, verb, text, ticket, ", ".join(dict.fromkeys(draft.to.address for draft in told)))
    return Deed(said(verb, step, text=str(len(told)), who=person.name), (card,), moves=(kept,))


def drafted(scene: Scene) -> Past | None:
    """Return the developer's draft whose card is answered, None where the mail answers no such card."""
    cause = scene.background.cause
    lines = (past for past in scene.background.history if cause is not None and past.message == cause)
    return next((past for past in lines if past.what.startswith(tuple(DRAFTS.values()))), None)


def pass_on(scene: Scene, step: Planned, draft: Past) -> Deed:
    """Send a developer's draft, once: support has read it, and answers for it."""
    if _sent_already(scene, draft):
        return no("draft-sent", step)
    kind = next(verb for verb, words in DRAFTS.items() if draft.what.startswith(words))
    return _pass_outcome(scene, step, draft, kind) if kind in OUTCOMES else _pass_letter(scene, step, draft, kind)


def _pass_letter(scene: Scene, step: Planned, draft: Past, kind: Verb) -> Deed:
    """It goes to whom it was written for, who need not be the reporter."""
    found = _reader(scene, after(step), draft, kind)
    if found is None:
        return no("no-reader", step)
    conversation, to = found
    text = draft.what.removeprefix(_addressed(kind, conversation, to))
    mail, letter = (MailKind.ASK, "ask") if kind is Verb.ASK else (MailKind.REPLY, "reply")
    drafts = to_reporter(scene, conversation, mail, letter, text, to=to)
    deed = _passed(scene, step, draft, drafts, conversation)
    return _waiting(scene, step, deed) if kind is Verb.ASK else deed


def _pass_outcome(scene: Scene, step: Planned, draft: Past, kind: Verb) -> Deed:
    ticket = after(step)
    holds = ticket.state is State.DONE if kind is Verb.DONE else ticket.resolution == kind
    if not holds:
        return no("draft-over", step)
    text = draft.what.removeprefix(f"{DRAFTS[kind]}: ")
    return _passed(scene, step, draft, to_everybody(scene, ticket, text, outcome_of(ticket, kind)), ticket)


def _passed(scene: Scene, step: Planned, draft: Past, drafts: tuple[Draft, ...], about: Ticket) -> Deed:
    event = _event(scene, PASSED.format(draft.message))
    done = said("passed-on", step, who=scene.name(draft.who), text=f"{scene.settings.desk.hold_seconds:g}")
    return Deed(done, drafts, events=(event,), about=about.number)


def _support(scene: Scene, ticket: Ticket | None) -> Person | None:
    return keeper(ticket, scene.settings, scene.case.roster, scene.case.now) if ticket else None


def _card(scene: Scene, person: Person, kind: Verb, text: str, about: Ticket, to: str) -> Draft:
    return spoken(task(scene.settings, person, f"draft-{kind}", scene.person.name, text, to), about)


def _event(scene: Scene, what: str) -> Event:
    return Event(scene.case.now, scene.person.id, what[:NOTE_LETTERS])


def _addressed(kind: Verb, conversation: Ticket, to: str) -> str:
    return f"{DRAFTS[kind]} to {to} on #{conversation.number}: "


def _reader(scene: Scene, ticket: Ticket, draft: Past, kind: Verb) -> tuple[Ticket, str] | None:
    """Return for whom a draft was written, as long as they may read the conversation."""
    readers = (
        (one, address)
        for one in conversations(scene, ticket)
        for address in (one.reporter, *(reader.address for reader in one.participants))
    )
    return next((pair for pair in readers if draft.what.startswith(_addressed(kind, *pair))), None)


def _sent_already(scene: Scene, draft: Past) -> bool:
    """Say whether somebody passed it on, and did not take that back."""
    history = scene.background.history
    undone = {past.undoes for past in history if past.undoes is not None}
    passing = {past.message for past in history if past.what == PASSED.format(draft.message)}
    return any(
        past.message in passing and past.row not in undone for past in history if past.what == f"{SAID}{Verb.SEND}"
    )


def _waiting(scene: Scene, step: Planned, deed: Deed) -> Deed:
    """The reporter is asked now: the ticket waits, whoever has it."""
    ticket, case = after(step), scene.case
    asked = move(ticket, Command(Verb.ASK), Hand(scene.person.id, case.now, scene.settings.desk.timezone))
    edits: tuple[Edit, ...] = tuple(edit for edit in asked.edits if edit.field != "owner") if asked else ()
    event = Event(case.now, scene.person.id, f"{SAID}{Verb.SEND}", edits)
    waits = TicketChange(ticket.number, ticket.version, edits, (event,))
    return Deed(deed.said, deed.drafts, (waits,), events=deed.events, own_move=True, about=deed.about)
