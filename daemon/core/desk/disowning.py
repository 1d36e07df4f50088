"""A member says that somebody else wrote in the member's name: nothing of it is done, and old addresses die."""

from dataclasses import replace

from daemon.core.commands.grammar import Verb
from daemon.core.commands.line import NotUnderstood
from daemon.core.commands.reading import Commands
from daemon.core.desk.case import Case
from daemon.core.settings import Person
from store.model.changes import Changes, Draft, Outcome, Said
from store.model.message import Address
from store.model.outbox import MailKind
from store.model.ticket import Event, Ticket

NOT_ME = frozenset({"not me", "it was not me", "that was not me", "not mine", "nicht ich", "das war ich nicht", "nein"})
SHOWN = 20  # lines of what was written in the member's name


def disowns(case: Case, read: Commands | NotUnderstood | None) -> bool:
    """Say whether an answer to "was this you?" says no."""
    if isinstance(read, Commands):
        return read.commands[0].verb is Verb.NO
    first = next((line for line in case.reading.message.new_text.splitlines() if line.strip()), "")
    return " ".join(first.split()).strip(" .!").casefold() in NOT_ME


def disowned(case: Case, person: Person, ticket: Ticket | None) -> Changes:
    """Discard what waits, and let no secret address count that the member has been sent so far."""
    number = ticket.number if ticket else None
    operator = case.settings.desk.operator
    said = Said("disowned", number, lines=("operator",) if operator else ())
    answer = Draft(
        MailKind.RESULT,
        "lines",
        Address(person.name, person.address),
        case.settings.desk.language,
        answers_message=True,
        said=(said,),
    )
    what = "not me: what waited is discarded, and older secret addresses count no longer"
    changes = Changes(
        Outcome.COMMAND,
        "",
        case.threading if ticket else replace(case.threading, ticket=None),
        case.filed,
        ticket=number,
        events=(Event(case.now, person.id, what),) if ticket else (),
        drafts=(answer, *((_warning(case, person, operator),) if operator else ())),
        revokes=(person.address,),
    )
    return replace(changes, confirms=case.authority.sent.mark if case.backdrop.kept and case.authority.sent else None)


def _warning(case: Case, person: Person, operator: str) -> Draft:
    """Tell the operator at once that somebody writes in a member's name, and what they wrote."""
    forged = case.backdrop.kept
    written = forged.message.new_text.strip().splitlines()[:SHOWN] if forged else ()
    peer = forged.envelope.peer if forged else ""
    said = Said("disowned", who=person.name, text=peer, lines=tuple(written))
    return Draft(MailKind.NOTICE, "misuse", Address("", operator), case.settings.desk.language, said=(said,))
