"""What members say of turns, in answer to any mail of the desk, and all that they say in answer to mails about turns.

Who may say it, and what half an authority is worth, is as for cards. The ticket of an answered card has no part in it.
"""

import re
from dataclasses import dataclass, replace

from daemon.core.commands.grammar import Verb
from daemon.core.commands.known import day_at, known_to
from daemon.core.commands.line import NotUnderstood
from daemon.core.commands.plan import Planned
from daemon.core.commands.reading import Commands, read_command
from daemon.core.commands.states import Step
from daemon.core.desk.acting import CONFIRMS_AN_HOUR, Weighed, applied, confirms, known_of, level_of, weigh
from daemon.core.desk.authority import Authority, authority
from daemon.core.desk.authority import Level as Degree
from daemon.core.desk.case import NOTE_LETTERS, Case
from daemon.core.desk.disowning import disowned, disowns
from daemon.core.desk.rota.handover import taken_over
from daemon.core.desk.rota.mails import rows, tell
from daemon.core.desk.rota.stretch import Stretch
from daemon.core.desk.rota.swapping import agreed, asked, holds
from daemon.core.desk.rota.taking_back import undo_turn
from daemon.core.desk.scene import Scene, offered
from daemon.core.mail.address import fold
from daemon.core.mail.reading import Reading
from daemon.core.settings import Person, Settings
from daemon.core.triage.definition import Definition
from store.model.changes import Changes, Draft, Outcome, Said
from store.model.facts import Background, Facts, SentMail
from store.model.message import Address, AutomaticKind
from store.model.outbox import MailKind
from store.model.shift import Override

OF_TURNS = frozenset({Verb.DUTY, Verb.SWAP, Verb.COVER, Verb.AWAY, Verb.SHADOW})
SHOWN = 200  # lines of what waits for a yes
_OK = re.compile(r"[\W_]{0,9}(?:ok|okay|o\.k\.)[\W_]{0,9}", re.IGNORECASE)
Read = Commands | NotUnderstood | None


@dataclass(frozen=True, slots=True)
class Hearing:
    """What has to be known for a message: whether it is about turns alone, and whether it is about turns at all."""

    alone: bool
    at_all: bool
    asks: str = ""  # whom a confirmation would go to


def hearing(
    reading: Reading, commanding: Reading, facts: Facts, settings: Settings, definition: Definition, now: float
) -> Hearing:
    """Say what a member's word on turns needs; `commanding` is the mail that holds the commands."""
    if not facts.sent:
        return Hearing(alone=False, at_all=False)
    word = authority(reading, facts, settings, now)
    sent = _answered(word, reading, facts)
    if word.level is Degree.NONE or sent is None or word.person is None or not _went_to(sent, word.person):
        return Hearing(alone=False, at_all=False)
    read = read_command(commanding.message.new_text, known_to(settings, definition, day_at(now, settings)))
    verbs = {command.verb for command in read.commands} if isinstance(read, Commands) else frozenset()
    alone = _is_alone(sent, read)
    asks = word.person.address if alone and verbs and word.level is Degree.HALF else ""
    return Hearing(alone, alone or bool(verbs & OF_TURNS), asks)


def members_turn(case: Case) -> Changes | None:
    """A member speaks of turns, or answers a mail about them."""
    word = case.authority
    sent = _answered(word, case.reading, case.facts)
    if sent is None:
        return None
    if case.reading.automatic.kind is not AutomaticKind.NONE and _is_bare(sent):
        return _filed(case, Outcome.SILENCED, reason=str(case.reading.automatic.kind))
    read, person = read_command(case.reading.message.new_text, known_of(case)), word.person
    if word.level is Degree.NONE or person is None or not (_is_alone(sent, read) and _went_to(sent, person)):
        return None
    if confirms(word):
        return _confirmed(case, person, sent, read)
    return (_half if word.level is Degree.HALF else _heard)(case, person, read)


def _answered(word: Authority, reading: Reading, facts: Facts) -> SentMail | None:
    answered = (*reading.clues.reply_marks, *reading.clues.own_marks)
    return word.sent or next((mail for mark in answered for mail in facts.sent if mail.mark == mark), None)


def _is_bare(sent: SentMail) -> bool:
    """Say whether a mail of ours is about no ticket, and lists none."""
    return sent.ticket is None and not sent.lines


def _went_to(sent: SentMail, person: Person) -> bool:
    """Say whether it went to a member's own address: a copy for a list is news."""
    return fold(sent.to) == fold(person.address)


def _is_alone(sent: SentMail, read: Read) -> bool:
    return _is_bare(sent) or (_only_of_turns(read) and sent.kind is not MailKind.CONFIRM)


def _only_of_turns(read: Read) -> bool:
    return isinstance(read, Commands) and all(command.verb in OF_TURNS for command in read.commands)


def _heard(case: Case, person: Person, read: Read) -> Changes:
    first = next((line for line in case.reading.message.new_text.splitlines() if line.strip()), "")
    if _OK.fullmatch(first):
        return _ok(case, person)
    if isinstance(read, Commands):
        return _act(case, person, read)
    fit = tuple(line.form for line in offered(None, level_of(person, case.settings)))
    if read is None:
        return _answer(case, person, Said("turn-no-word", words=fit))
    rows = (read.wrong.row,) if read.wrong else ()
    return _answer(
        case, person, Said("turn-unknown", text=read.line[:200], lines=read.nearest[:3], words=fit, rows=rows)
    )


def _ok(case: Case, person: Person) -> Changes:
    """Whoever came on duty says that they have what was handed over."""
    keys = taken_over(case.roster, person.id, case.now)
    said = Said("turn-taken-over" if keys else "turn-nothing-to-take-over", who=person.name)
    return replace(_answer(case, person, said), happens=keys)


def _act(case: Case, person: Person, read: Commands) -> Changes:
    scene = Scene(case, person, level_of(person, case.settings), Background())
    if [command.verb for command in read.commands] == [Verb.UNDO]:
        deed = undo_turn(scene, Planned(read.commands[0], None, Step()))
        return replace(_answer(case, person, deed.said, *deed.drafts), overrides=() if deed.refused else deed.overrides)
    bare = replace(case, backdrop=replace(case.backdrop, background=Background()))
    weighed = weigh(bare, person, None, read)
    if not isinstance(weighed, Weighed):
        return _answer(case, person, weighed[0])
    return replace(applied(None, weighed), threading=replace(case.threading, ticket=None))


def _half(case: Case, person: Person, read: Read) -> Changes | None:
    """Address or proof alone: the member is asked in the member's own mailbox."""
    if not isinstance(read, Commands):
        return _filed(case, Outcome.FOLLOW_UP)
    written = case.reading.message.new_text.strip()[:NOTE_LETTERS]
    said = Said("turn-confirm", lines=tuple(written.splitlines()[:SHOWN]))
    to, language = Address(person.name, person.address), case.settings.desk.language
    draft = Draft(MailKind.CONFIRM, "confirm", to, language, said=(said,))
    return _filed(case, Outcome.FOLLOW_UP, *((draft,) if case.backdrop.confirmations < CONFIRMS_AN_HOUR else ()))


def _confirmed(case: Case, person: Person, sent: SentMail, read: Read) -> Changes:
    question = asked(case.roster, case.backdrop.waiting, person.id)
    verb = read.commands[0].verb if isinstance(read, Commands) else None
    if question:
        return _settled(case, person, sent, question, verb)
    if disowns(case, read):
        return disowned(case, person, None)
    if verb is not Verb.YES:
        return _answer(case, person, Said("turn-yes-or-no"))
    today = day_at(case.backdrop.waiting_since, case.settings)
    known = known_to(case.settings, case.definition, today)
    waiting = read_command(case.backdrop.kept.message.new_text, known) if case.backdrop.kept else None
    if not isinstance(waiting, Commands):
        return _answer(case, person, Said("turn-nothing-waits"))
    return replace(_act(case, person, waiting), confirms=sent.mark)


def _settled(case: Case, person: Person, sent: SentMail, one: Override, verb: Verb | None) -> Changes:
    """The other of two says yes or no to a swap, and whoever asked hears of it."""
    settings = case.settings
    asker = next((other for other in settings.people if other.id == one.person), None)
    back = one.back or (one.since, one.until)
    both = rows((Stretch(*back, one.person), Stretch(one.since, one.until, person.id)), settings)
    if verb not in (Verb.YES, Verb.NO):
        return _answer(case, person, Said("turn-yes-or-no"))
    if verb is Verb.YES and not holds(one, case.roster, case.now):
        return replace(_answer(case, person, Said("turn-swap-late", rows=both)), confirms=sent.mark)
    what = "turn-swapped" if verb is Verb.YES else "turn-swap-declined"
    told = (tell(asker, settings, Said(f"{what}-by", who=person.name, rows=both)),) if asker else ()
    answer = _answer(case, person, Said(what, who=asker.name if asker else one.person, rows=both), *told)
    return replace(answer, overrides=(agreed(one, case.now),) if verb is Verb.YES else (), confirms=sent.mark)


def _answer(case: Case, person: Person, said: Said, *others: Draft) -> Changes:
    answer = Draft(
        MailKind.RESULT,
        "result",
        Address(person.name, person.address),
        case.settings.desk.language,
        answers_message=True,
        said=(said,),
    )
    return _filed(case, Outcome.COMMAND, answer, *others)


def _filed(case: Case, outcome: Outcome, *drafts: Draft, reason: str = "") -> Changes:
    return Changes(outcome, reason, replace(case.threading, ticket=None), case.filed, drafts=drafts)
