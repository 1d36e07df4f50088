"""Answers to a mail that lists tickets: each line of the answer names a line of the list, and all of it holds or none.

Only the copy that went to a member's own address is answered so: a list's address gives nobody authority, and what a
member writes to that copy is kept, and told kindly where it would have been heard.
"""

from dataclasses import dataclass, replace

from daemon.core.commands.arguments import Known, TicketNumber
from daemon.core.commands.grammar import Verb
from daemon.core.commands.known import day_at, known_to
from daemon.core.commands.line import NotUnderstood
from daemon.core.commands.permit import MOST_HELP
from daemon.core.commands.plan import UNNUMBERED
from daemon.core.commands.reading import Command, Commands, read_command, read_digest_commands
from daemon.core.desk.acting import CONFIRMS_AN_HOUR, SHOWN, Weighed, applied, confirms, known_of, level_of, weigh
from daemon.core.desk.authority import Authority, author_of, authority, is_proven
from daemon.core.desk.authority import Level as Degree
from daemon.core.desk.case import NOTE_LETTERS, Backdrop, Case
from daemon.core.desk.disowning import disowned, disowns
from daemon.core.desk.scene import offered
from daemon.core.mail.address import fold
from daemon.core.mail.reading import Reading
from daemon.core.settings import Person, Settings
from daemon.core.triage.definition import Definition
from store.model.changes import Changes, Draft, Outcome, Said, TicketChange
from store.model.facts import Facts, Inquiry, SentMail
from store.model.message import Address
from store.model.outbox import MailKind
from store.model.ticket import Ticket

_NEWS = frozenset({MailKind.DIGEST, MailKind.ROSTER})  # what may go to a list
Read = Commands | NotUnderstood | None


@dataclass(frozen=True, slots=True)
class Group:
    """What is said of one line; the line 0 stands for words that are about no ticket."""

    entry: int
    commands: tuple[Command, ...]


def inquiries(
    reading: Reading, commanding: Reading, facts: Facts, settings: Settings, definition: Definition, now: float
) -> tuple[Inquiry, ...]:
    """Return what has to be asked of the store about the tickets that an answer names; () where it answers no list."""
    word = authority(reading, facts, settings, now)
    sent = listing(word, reading, facts)
    if word.level is Degree.NONE or sent is None:
        return ()
    read = _read(commanding, known_to(settings, definition, day_at(now, settings)), sent)
    groups = _groups(read, sent) or (Group(1, ()),)
    return tuple(
        Inquiry(
            sent.lines[max(group.entry, 1) - 1],
            tuple(a.number for c in group.commands for a in c.arguments if isinstance(a, TicketNumber)),
            undoes=any(command.verb is Verb.UNDO for command in group.commands),
        )
        for group in groups
    )


def listing(word: Authority, reading: Reading, facts: Facts) -> SentMail | None:
    """Return the mail that lists tickets which a member answers, None where the mail answers none."""
    answered = (*reading.clues.reply_marks, *reading.clues.own_marks)
    found = word.sent or next((mail for mark in answered for mail in facts.sent if mail.mark == mark), None)
    return found if found and found.lines and word.person and _is_for(found, word.person) else None


def members_lines(case: Case) -> Changes | None:
    """A member answered a list of tickets with the authority to command, or with half of it."""
    word = case.authority
    sent = listing(word, case.reading, case.facts)
    if sent is None or word.person is None or word.level is Degree.NONE or not case.backdrop.listed:
        return None
    read = _read(case.reading, known_of(case), sent)
    if confirms(word):
        return _confirmed(case, word.person, sent, read)
    if word.level is Degree.HALF:
        return _half(case, word.person, sent, read)
    return _heard(case, word.person, sent, read)


def answered_news(case: Case) -> Changes | None:
    """A member answered the copy of a digest that went to a list: kept, and told where it would have been heard."""
    author = author_of(case.reading, case.settings)
    answered = (*case.reading.clues.reply_marks, *case.reading.clues.own_marks)
    digests = [mail for mail in case.facts.sent if mail.kind in _NEWS and mail.mark in answered]
    if author is None or not digests or not is_proven(case.reading) or case.ticket is not None:
        return None
    if any(_is_for(mail, author) for mail in digests):
        return None
    return _said(case, author, (Said("news"),))


def _is_for(mail: SentMail, person: Person) -> bool:
    return fold(mail.to) == fold(person.address)


def _heard(case: Case, person: Person, sent: SentMail, read: Read) -> Changes:
    if isinstance(read, Commands):
        return _act(case, person, sent, _groups(read, sent))
    if read is None:
        return _said(case, person, (Said("no-line"),), sent)
    fit = offered(case.backdrop.listed[0].ticket, level_of(person, case.settings))[:MOST_HELP]
    words = tuple(f"1 {line.form}" for line in fit)
    rows = (read.wrong.row,) if read.wrong else ()
    said = Said("unknown-line", text=read.line[:200], lines=read.nearest[:3], words=words, rows=rows)
    return _said(case, person, (said,), sent)


def _half(case: Case, person: Person, sent: SentMail, read: Read) -> Changes | None:
    """Address or proof alone: the member is asked in the member's own mailbox, with what each line would do."""
    first = case.backdrop.listed[0]
    if not isinstance(read, Commands):
        return None
    asked = [
        mail
        for mail in first.background.posted
        if mail.kind is MailKind.CONFIRM and mail.to == person.address and case.now - mail.created_at < 3600
    ]
    written = tuple(case.reading.message.new_text.strip()[:NOTE_LETTERS].splitlines()[:SHOWN])
    draft = Draft(
        MailKind.CONFIRM,
        "confirm",
        Address(person.name, person.address),
        case.settings.desk.language,
        about=first.ticket.number,
        said=(Said("confirm", first.ticket.number, lines=written),),
        lines=sent.lines,
    )
    return replace(_filed(case, Outcome.FOLLOW_UP), drafts=(draft,) if len(asked) < CONFIRMS_AN_HOUR else ())


def _confirmed(case: Case, person: Person, sent: SentMail, read: Read) -> Changes:
    said_no = read_command(case.reading.message.new_text, known_of(case))
    if disowns(case, said_no):
        return disowned(case, person, None)
    if not (isinstance(read, Commands) and read.commands[0].verb is Verb.YES):
        return _said(case, person, (Said("no-line"),), sent)
    waiting = _read(case.backdrop.kept, known_of(case), sent) if case.backdrop.kept else None
    if not isinstance(waiting, Commands):
        return _said(case, person, (Said("nothing-waits", sent.ticket),), sent)
    return replace(_act(case, person, sent, _groups(waiting, sent)), confirms=sent.mark)


# --- line by line ----------------------------------------------------------------------------------------------------


def _act(case: Case, person: Person, sent: SentMail, groups: tuple[Group, ...]) -> Changes:
    """Weigh line after line, each as the ones before leave the tickets; the first refusal stops them all."""
    changed: dict[int, Ticket] = {}
    done: list[Changes] = []
    for place, group in enumerate(groups):
        own = _case_of(case, place, changed)
        ticket = own.ticket if group.entry else None
        weighed = weigh(own, person, ticket, Commands(group.commands, ""))
        if not isinstance(weighed, Weighed):
            said = tuple(replace(one, entry=group.entry or None) for one in weighed[:1])
            return _said(case, person, (*said, Said("none-applied")) if len(groups) > 1 else said, sent)
        changes = applied(ticket, weighed)
        opened = sum(1 for one in done if one.opens)
        done.append(_numbered(changes, group.entry, opened))
        changed |= _after(changes, {one.ticket.number: one.ticket for one in case.backdrop.listed} | changed)
    return _together(case, person, sent, done)


def _together(case: Case, person: Person, sent: SentMail, done: list[Changes]) -> Changes:
    opens = tuple(one.opens for one in done if one.opens)
    said = tuple(sentence for one in done for sentence in one.drafts[0].said)
    return replace(
        _said(case, person, said, sent),
        opens=opens[0] if opens else None,
        further=opens[1:],
        moves=tuple(move for one in done for move in _with_notes(one, case)),
        corrections=tuple(one for changes in done for one in changes.corrections),
        stops=tuple(row for changes in done for row in changes.stops),
        overrides=tuple(one for changes in done for one in changes.overrides),
        drafts=(
            *_said(case, person, said, sent).drafts,
            *(draft for changes in done for draft in changes.drafts[1:]),
        ),
    )


def _case_of(case: Case, place: int, changed: dict[int, Ticket]) -> Case:
    """Return the case of one line: its ticket stands where that of an answered card does."""
    one = case.backdrop.listed[place]
    ticket = changed.get(one.ticket.number, one.ticket)
    related = tuple(changed.get(other.number, other) for other in one.background.related)
    return replace(
        case,
        threading=replace(case.threading, ticket=ticket.number),
        facts=replace(case.facts, tickets=(ticket,)),
        backdrop=Backdrop(replace(one.background, related=related), one.first),
    )


def _numbered(changes: Changes, entry: int, place: int) -> Changes:
    """Give the ticket that a line opens a number of its own that stands for it: -1 for the first, -2, and so on."""
    stands = -place - 1
    answer, *others = changes.drafts
    said = tuple(
        replace(
            one,
            entry=entry or None,
            ticket=stands if one.ticket == UNNUMBERED else one.ticket,
            opened=stands if changes.opens else None,
        )
        for one in answer.said
    )
    drafts = (replace(draft, about=stands) if draft.about == UNNUMBERED else draft for draft in others)
    return replace(changes, drafts=(replace(answer, said=said), *drafts))


def _after(changes: Changes, known: dict[int, Ticket]) -> dict[int, Ticket]:
    """Return the tickets that a line changed, as it leaves them."""
    found = dict(known)
    for move in changes.moves:
        if move.ticket in found:
            found[move.ticket] = replace(found[move.ticket], **{edit.field: edit.after for edit in move.edits})
    return {number: found[number] for number in {move.ticket for move in changes.moves} if number in found}


def _with_notes(changes: Changes, case: Case) -> tuple[TicketChange, ...]:
    ticket = next((one.ticket for one in case.backdrop.listed if one.ticket.number == changes.ticket), None)
    noted = (TicketChange(ticket.number, ticket.version, (), changes.events),) if ticket and changes.events else ()
    return (*changes.moves, *noted)


def _read(reading: Reading, known: Known, sent: SentMail) -> Read:
    return read_digest_commands(reading.message.new_text, known, len(sent.lines))


def _groups(read: Read, sent: SentMail) -> tuple[Group, ...]:
    """Return the commands ticket by ticket, in the order in which the tickets are first named."""
    found: dict[int | None, list[Command]] = {}
    entries: dict[int | None, int] = {}
    for command in read.commands if isinstance(read, Commands) else ():
        ticket = sent.lines[command.entry - 1] if command.entry else None
        found.setdefault(ticket, []).append(command)
        entries.setdefault(ticket, command.entry or 0)
    return tuple(Group(entries[ticket], tuple(commands)) for ticket, commands in found.items())


def _said(case: Case, person: Person, said: tuple[Said, ...], sent: SentMail | None = None) -> Changes:
    """One short mail says what happened to each line; an answer to it names the same lines."""
    answer = Draft(
        MailKind.RESULT,
        "lines",
        Address(person.name, person.address),
        case.settings.desk.language,
        answers_message=True,
        said=said,
        lines=sent.lines if sent else (),
    )
    return replace(_filed(case, Outcome.COMMAND), drafts=(answer,))


def _filed(case: Case, outcome: Outcome) -> Changes:
    return Changes(outcome, "", replace(case.threading, ticket=None), case.filed)
