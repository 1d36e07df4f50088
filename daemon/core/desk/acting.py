"""A member's word on a ticket: read, held against what may be said now, and applied whole or not at all."""

from dataclasses import dataclass, replace

from daemon.core.commands.arguments import Known, TicketNumber
from daemon.core.commands.grammar import Verb
from daemon.core.commands.known import day_at, known_to
from daemon.core.commands.line import NotUnderstood
from daemon.core.commands.permit import Level
from daemon.core.commands.plan import UNNUMBERED, Planned, Refused, open_bug, plan
from daemon.core.commands.reading import Command, Commands, read_command
from daemon.core.commands.states import Hand
from daemon.core.desk.authority import CONFIRM_SECONDS, Authority, authority
from daemon.core.desk.authority import Level as Degree
from daemon.core.desk.case import NOTE_LETTERS, Case
from daemon.core.desk.clock.hearing import heard_anew
from daemon.core.desk.deeds import DEEDS
from daemon.core.desk.disowning import disowned, disowns
from daemon.core.desk.joining import OF_ITSELF
from daemon.core.desk.scene import Deed, Scene, offered, to_manager
from daemon.core.desk.undoing import bug_of
from daemon.core.mail.reading import Reading
from daemon.core.settings import Person, Settings
from daemon.core.triage.definition import Definition
from store.model.changes import Changes, Draft, Opening, Outcome, Said, TicketChange
from store.model.facts import Facts, Inquiry, Signal
from store.model.history import NOTE, SAID, UNHEARD, UNPROVEN
from store.model.message import Address
from store.model.outbox import MailKind
from store.model.ticket import Edit, Event, Kind, Participant, Role, State, Ticket

SHOWN = 200  # lines of what waits for a yes: whoever says it must have seen what leaves
CONFIRMS_AN_HOUR = 3  # to one member about one ticket, or none: who stole an address must not flood the member
QUIET = frozenset({Verb.WHY, Verb.STATUS, Verb.WHO, Verb.LIST, Verb.HELP, Verb.NOTE})  # they change nothing
_NO_EDITS = frozenset({"number", "version", "participants"})


def inquiry(
    reading: Reading, commanding: Reading, facts: Facts, settings: Settings, definition: Definition, now: float
) -> Inquiry | None:
    """Return what has to be asked of the store for a member's word; None where the message is none.

    `commanding` is the mail that holds the commands: the message itself, or the one that it says yes to.
    """
    word = authority(reading, facts, settings, now)
    number = _about(word, reading, facts)
    if word.level is Degree.NONE or number is None:
        return None
    read = read_command(commanding.message.new_text, known_to(settings, definition, day_at(now, settings)))
    commands = read.commands if isinstance(read, Commands) else ()
    named = tuple(a.number for c in commands for a in c.arguments if isinstance(a, TicketNumber))
    mark = word.sent.mark if word.sent and commanding is reading else _answered_by(commanding)
    meant = _meant(facts.ticket(number), commands, facts)
    said = {command.verb for command in commands}
    return Inquiry(meant.number if meant else number, named, mark, splits=Verb.SPLIT in said, undoes=Verb.UNDO in said)


def confirmation(reading: Reading, facts: Facts, settings: Settings, now: float) -> str | None:
    """Return the mark of the confirmation that a member answers, None where the message answers none."""
    word = authority(reading, facts, settings, now)
    return word.sent.mark if confirms(word) and word.sent else None


def kept_since(now: float) -> float:
    """Return the moment (epoch seconds) from which on a confirmation still waits for its yes."""
    return now - CONFIRM_SECONDS


def members_word(case: Case) -> Changes | None:
    """A member answered a mail of ours with the authority to command, or with half of it."""
    word, ticket = case.authority, case.ticket
    if ticket is None or case.background is None or word.person is None or word.level is Degree.NONE:
        return None
    if case.threading.signal not in (Signal.ADDRESS, Signal.OWN_ID):
        return None
    read = read_command(case.reading.message.new_text, known_of(case))
    waiting = _waiting(case) if confirms(word) else None
    spoken = case.facts.ticket(case.threading.conversation) or ticket
    ticket = _meant(spoken, _commands(waiting or read), case.facts) or ticket
    if confirms(word):
        return _confirmed(case, word.person, ticket, read, waiting)
    return (_half if word.level is Degree.HALF else _full)(case, word.person, ticket, read)


def _full(case: Case, person: Person, ticket: Ticket, read: Commands | NotUnderstood | None) -> Changes:
    text = case.reading.message.new_text.strip()
    if read is None and text and level_of(person, case.settings) is Level.L1:  # support talks to the reporter
        return _act(case, person, ticket, Commands((Command(Verb.REPLY, letter=text),), text))
    if read is None:
        what = "kept-behind-gate" if level_of(person, case.settings) is Level.L2 else "kept"
        return _noted(case, person, ticket, Said(what, ticket.number))
    if isinstance(read, NotUnderstood):
        return _noted(case, person, ticket, _unknown(read, case, person), UNHEARD)
    return _act(case, person, ticket, read)


def known_of(case: Case) -> Known:
    """Return what commands can be about at this desk today."""
    return known_to(case.settings, case.definition, day_at(case.now, case.settings))


def _commands(read: Commands | NotUnderstood | None) -> tuple[Command, ...]:
    return read.commands if isinstance(read, Commands) else ()


def _meant(ticket: Ticket | None, commands: tuple[Command, ...], facts: Facts) -> Ticket | None:
    """Return the ticket that is meant: what is said of one that is part of another is about that other."""
    if ticket is None or (commands and all(command.verb in OF_ITSELF for command in commands)):
        return ticket
    return facts.survivor(ticket)


def _answered_by(commanding: Reading) -> str | None:
    """Return the mark of the mail that was answered with commands which wait for a yes."""
    clues = commanding.clues
    return next(iter((*clues.command_marks, *clues.reply_marks, *clues.own_marks)), None)


def _about(word: Authority, reading: Reading, facts: Facts) -> int | None:
    if word.sent:
        return word.sent.ticket
    answered = (*reading.clues.reply_marks, *reading.clues.own_marks)
    return next((mail.ticket for mark in answered for mail in facts.sent if mail.mark == mark), None)


def confirms(word: Authority) -> bool:
    """Say whether a mail answers a confirmation, by the member that it went to."""
    return word.level is Degree.FULL and word.sent is not None and word.sent.kind is MailKind.CONFIRM


def level_of(person: Person, settings: Settings) -> Level:
    """Return the side of the gate that a member is on."""
    return Level(person.level) if settings.gate.l1 else Level.UNGATED


# --- words that change nothing ---------------------------------------------------------------------------------------


def _noted(case: Case, person: Person, ticket: Ticket, said: Said, how: str = NOTE) -> Changes:
    """The text is kept for the team, and the answer says why nothing else came of it."""
    return _filed(case, ticket, Outcome.FOLLOW_UP, (_note(case, person, how),), (_answer(case, person, (said,)),))


def _half(case: Case, person: Person, ticket: Ticket, read: Commands | NotUnderstood | None) -> Changes | None:
    """Address or proof alone: the member is asked in the member's own mailbox, and until then it is only text."""
    background = case.background
    if not isinstance(read, Commands) or background is None:
        return None
    asked = [
        mail
        for mail in background.posted
        if mail.kind is MailKind.CONFIRM and mail.to == person.address and case.now - mail.created_at < 3600
    ]
    written = case.reading.message.new_text.strip()[:NOTE_LETTERS]
    said = Said("confirm", ticket.number, lines=tuple(written.splitlines()[:SHOWN]))
    draft = Draft(
        MailKind.CONFIRM, "confirm", Address(person.name, person.address), case.settings.desk.language, said=(said,)
    )
    note = case.event(UNPROVEN + written)
    drafts = (draft,) if len(asked) < CONFIRMS_AN_HOUR else ()
    return _filed(case, ticket, Outcome.FOLLOW_UP, (note,), drafts)


def _waiting(case: Case) -> Commands | NotUnderstood | None:
    return read_command(case.backdrop.kept.message.new_text, known_of(case)) if case.backdrop.kept else None


def _confirmed(
    case: Case,
    person: Person,
    ticket: Ticket,
    read: Commands | NotUnderstood | None,
    waiting: Commands | NotUnderstood | None,
) -> Changes:
    if disowns(case, read):
        return disowned(case, person, ticket)
    said_yes = isinstance(read, Commands) and read.commands[0].verb is Verb.YES
    if not said_yes:
        meant = Said("kept" if read is None else "no-yes", ticket.number)
        return _noted(case, person, ticket, meant, NOTE if read is None else UNHEARD)
    if not isinstance(waiting, Commands) or case.authority.sent is None:
        return _filed(
            case, ticket, Outcome.COMMAND, (), (_answer(case, person, (Said("nothing-waits", ticket.number),)),)
        )
    return replace(_act(case, person, ticket, waiting), confirms=case.authority.sent.mark)


def _unknown(read: NotUnderstood, case: Case, person: Person) -> Said:
    fit = offered(case.ticket, level_of(person, case.settings))
    return Said(
        "unknown",
        case.ticket.number if case.ticket else None,
        text=read.line[:200],
        lines=read.nearest[:3],
        words=tuple(line.form for line in fit),
        rows=(read.wrong.row,) if read.wrong else (),
    )


def _note(case: Case, person: Person, how: str) -> Event:
    return Event(case.now, person.id, f"{how}{case.reading.message.new_text.strip()[:NOTE_LETTERS]}")


def _answer(case: Case, person: Person, said: tuple[Said, ...]) -> Draft:
    return Draft(
        MailKind.RESULT,
        "result",
        Address(person.name, person.address),
        case.settings.desk.language,
        answers_message=True,
        said=said,
    )


def _filed(
    case: Case, ticket: Ticket | None, outcome: Outcome, events: tuple[Event, ...], drafts: tuple[Draft, ...]
) -> Changes:
    number = ticket.number if ticket else None
    return Changes(outcome, "", case.threading, case.filed, ticket=number, events=events, drafts=drafts)


# --- words that act --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Weighed:
    """Commands that may be said now, with what each of them comes to."""

    scene: Scene
    steps: tuple[Planned, ...]
    deeds: tuple[Deed, ...]


def weigh(case: Case, person: Person, ticket: Ticket | None, read: Commands) -> Weighed | tuple[Said, ...]:
    """Hold commands against what may be said now: what they come to, or why nothing of them is applied."""
    background = case.background
    if background is None:
        raise ValueError("a command without its background")
    bug = bug_of(background, ticket) if ticket else None
    hand = _hand(case, person)
    level = level_of(person, case.settings)
    steps = plan(read.commands, ticket, bug, level, hand)
    if isinstance(steps, Refused):
        refusal = steps.refusal
        said = Said(
            f"refused-{refusal.why}",
            ticket.number if ticket else None,
            text=steps.command.line[:200],
            who=steps.command.verb,
            lines=(refusal.words,),
            words=refusal.instead,
        )
        return (said,)
    scene = Scene(case, person, level, background)
    deeds = tuple(DEEDS[step.command.verb](scene, step) for step in steps)
    return tuple(deed.said for deed in deeds if deed.refused) or Weighed(scene, steps, deeds)


def _act(case: Case, person: Person, ticket: Ticket, read: Commands) -> Changes:
    weighed = weigh(case, person, ticket, read)
    if isinstance(weighed, Weighed):
        return applied(ticket, weighed)
    return _refused(case, person, ticket, weighed, read)


def _hand(case: Case, person: Person) -> Hand:
    settings = case.settings
    duties = {team: case.roster.on_duty(case.now, team) for team in (None, *(one.id for one in settings.teams))}
    called = {team: duty.id for team, duty in duties.items() if duty}
    return Hand(person.id, case.now, settings.desk.timezone, settings.gate.l1, called)


def _refused(case: Case, person: Person, ticket: Ticket, said: tuple[Said, ...], read: Commands) -> Changes:
    """Nothing changes, and nothing that the member wrote is lost."""
    events = (_note(case, person, UNHEARD),) if read.text else ()
    return _filed(case, ticket, Outcome.COMMAND, events, (_answer(case, person, said[:1]),))


def applied(ticket: Ticket | None, weighed: Weighed) -> Changes:
    """Gather the effects of all commands of one mail: one change of each ticket, one line in its history."""
    scene, steps, deeds = weighed.scene, weighed.steps, weighed.deeds
    case, person = scene.case, scene.person
    notes = _notes(case, person, steps)
    moves = [*_moves(person, case.now, steps, deeds), *(move for deed in deeds for move in deed.moves)]
    said = tuple(deed.said for deed in deeds)
    return replace(
        _filed(case, ticket, Outcome.COMMAND, (*notes, *(event for deed in deeds for event in deed.events)), ()),
        drafts=(
            replace(_answer(case, person, said), about=_spoken_of(ticket, steps, deeds)),
            *(draft for deed in deeds for draft in deed.drafts),
            *_to_be_scheduled(scene, steps),
        ),
        opens=next((deed.opens for deed in deeds if deed.opens), None)
        or (_opened(case, person, ticket, steps) if ticket else None),
        corrections=tuple(one for deed in deeds for one in deed.corrections),
        moves=tuple(moves),
        refiles=tuple(one for deed in deeds for one in deed.refiles),
        stops=tuple(row for deed in deeds for row in deed.stops),
        overrides=tuple(one for deed in deeds for one in deed.overrides),
    )


def _spoken_of(ticket: Ticket | None, steps: tuple[Planned, ...], deeds: tuple[Deed, ...]) -> int | None:
    """Return the ticket that the answer, and what is said to the answer, is about: the bug, if all was said of it."""
    numbers = {deed.about or step.ticket.number for step, deed in zip(steps, deeds, strict=True) if step.ticket}
    numbers -= {UNNUMBERED}
    return numbers.pop() if len(numbers) == 1 else ticket.number if ticket else None


def _notes(case: Case, person: Person, steps: tuple[Planned, ...]) -> tuple[Event, ...]:
    notes = (step.command.note.strip() for step in steps)
    return tuple(Event(case.now, person.id, f"{NOTE}{note[:NOTE_LETTERS]}") for note in notes if note)


def _moves(person: Person, now: float, steps: tuple[Planned, ...], deeds: tuple[Deed, ...]) -> list[TicketChange]:
    moved: list[TicketChange] = []
    pairs = [(step, deed) for step, deed in zip(steps, deeds, strict=True) if not deed.own_move and step.ticket]
    numbers = dict.fromkeys(step.ticket.number for step, _ in pairs if step.ticket)
    for number in (one for one in numbers if one != UNNUMBERED):
        mine = [step for step, _ in pairs if step.ticket and step.ticket.number == number]
        first, last = mine[0].ticket, mine[-1].ticket
        if first is None or last is None or all(step.command.verb in QUIET for step in mine):
            continue
        what = SAID + "; ".join(_line(step.command) for step in mine if step.command.verb not in QUIET)
        edits = _difference(first, mine[-1].step.apply(last))
        event = Event(now, person.id, what, edits)
        moved.append(TicketChange(number, first.version, (*edits, *heard_anew(first, now)), (event,)))
    return moved


def _difference(before: Ticket, after: Ticket) -> tuple[Edit, ...]:
    names = [name for name in Ticket.__dataclass_fields__ if name not in _NO_EDITS]
    return tuple(
        Edit(name, getattr(before, name), getattr(after, name))
        for name in names
        if getattr(before, name) != getattr(after, name)
    )


def _line(command: Command) -> str:
    return " ".join((command.verb, *map(str, command.arguments)))


def _new_bug(steps: tuple[Planned, ...]) -> tuple[list[Planned], Ticket | None]:
    """Return all that is said of the bug that this mail opens, and the bug after it."""
    later = [step for step in steps if step.ticket and step.ticket.number == UNNUMBERED]
    last = later[-1] if later else None
    return later, last.step.apply(last.ticket) if last and last.ticket else None


def _to_be_scheduled(scene: Scene, steps: tuple[Planned, ...]) -> tuple[Draft, ...]:
    """Return the release manager's card for the bug that this mail opens, unless the mail itself plans it."""
    opening = next((step for step in steps if step.step.opens and step.ticket), None)
    if opening is None or opening.ticket is None or opening.step.opens is None:
        return ()
    bug = _new_bug(steps)[1] or open_bug(opening.ticket, opening.step.opens)
    return to_manager(scene, bug, opening.command.note) if bug.state is State.TO_SCHEDULE else ()


def _opened(case: Case, person: Person, report: Ticket, steps: tuple[Planned, ...]) -> Opening | None:
    """Return the bug that the report becomes, with all that was said of it in the same mail."""
    opens = next((step.step.opens for step in steps if step.step.opens), None)
    if opens is None:
        return None
    later, bug = _new_bug(steps)
    said = "; ".join(_line(step.command) for step in later)
    events = [Event(case.now, person.id, f"found to be a bug: #{report.number}")]
    return Opening(
        Kind.BUG,
        bug.state if bug else State.TO_SCHEDULE,
        None,
        report.subject,
        report.reporter,
        report.language,
        (Participant(report.reporter, Role.REPORTER),) if report.reporter else (),
        team=report.team,
        area=report.area,
        links=(report.number,),
        priority=bug.priority if bug else opens.priority,
        planned=bug.planned if bug else None,
        events=(*events, *((Event(case.now, person.id, SAID + said),) if said else ())),
    )
