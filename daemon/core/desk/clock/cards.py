"""The cards by which a member is called: for one ticket, or for a list of them."""

from daemon.core.desk.clock.moment import Moment
from daemon.core.settings import Person
from store.model.changes import Draft, Said
from store.model.message import Address
from store.model.occasion import Due
from store.model.outbox import MailKind
from store.model.ticket import Ticket

SUBJECT = 80  # letters of a subject in a list


def card(person: Person, due: Due, moment: Moment, answer_minutes: float | None) -> Draft:
    """Return the card of an emergency; `answer_minutes` where somebody else is called after them."""
    return Draft(
        MailKind.CARD,
        "card",
        Address(person.name, person.address),
        moment.settings.desk.language,
        about=due.ticket.number,
        original=True,
        tag=due.ticket.verdict,
        answer_minutes=answer_minutes,
    )


def list_card(person: Person, dues: tuple[Due, ...], moment: Moment, answer_minutes: float | None) -> Draft:
    """Return one card that lists several tickets; its lines are answered by their numbers, as those of a digest."""
    return Draft(
        MailKind.CARD,
        "list",
        Address(person.name, person.address),
        moment.settings.desk.language,
        answer_minutes=answer_minutes,
        said=(Said("list", lines=tuple(_line(due.ticket) for due in dues), text=str(len(dues))),),
        lines=tuple(due.ticket.number for due in dues),
    )


def _line(ticket: Ticket) -> str:
    asked = " (yes or no?)" if ticket.unsure else ""
    return f"#{ticket.number} {ticket.subject[:SUBJECT]}, {ticket.reporter}{asked}"
