"""Who learns the duty gets a copy of each card; what they would do is kept beside what is done, and does nothing."""

from daemon.core.commands.grammar import ROWS
from daemon.core.commands.known import day_at, known_to
from daemon.core.commands.reading import Commands, read_command
from daemon.core.desk.authority import Level
from daemon.core.desk.case import NOTE_LETTERS, Case
from daemon.core.settings import Person
from store.model.changes import Changes, Draft, Outcome, Said
from store.model.history import WOULD
from store.model.message import Address
from store.model.outbox import MailKind
from store.model.ticket import Event, Ticket

SHOWN = 200


def learners_word(case: Case) -> Changes | None:
    """Who learns answers the copy of a card: kept, and nothing of it is done. Questions are answered as to anybody."""
    word, ticket = case.authority, case.ticket
    if ticket is None or word.person is None or word.level is not Level.FULL or word.sent is None:
        return None
    if word.sent.kind is not MailKind.CARD or not _learns(case, word.person, ticket, word.sent.created_at):
        return None
    known = known_to(case.settings, case.definition, day_at(case.now, case.settings))
    read = read_command(case.reading.message.new_text, known)
    if isinstance(read, Commands) and all(ROWS[one.verb].question for one in read.commands):
        return None
    written = case.reading.message.new_text.strip()[:NOTE_LETTERS]
    line = next((one.strip() for one in written.splitlines() if one.strip()), "")
    answer = Draft(
        MailKind.RESULT,
        "result",
        Address(word.person.name, word.person.address),
        case.settings.desk.language,
        answers_message=True,
        said=(Said("would-have", ticket.number, text=line[:SHOWN]),),
    )
    event = Event(case.now, word.person.id, WOULD + written)
    return Changes(
        Outcome.COMMAND, "", case.threading, case.filed, ticket=ticket.number, events=(event,), drafts=(answer,)
    )


def _learns(case: Case, person: Person, ticket: Ticket, sent_at: float) -> bool:
    """Say whether somebody has the card because they learn, and not because it is theirs."""
    learner, duty = case.roster.shadow(sent_at, ticket.team), case.roster.on_duty(case.now, ticket.team)
    own = {ticket.owner, ticket.support, *ticket.called, duty.id if duty else None}
    return learner is not None and learner.id == person.id and person.id not in own
