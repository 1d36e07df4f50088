"""The mails about turns: each to one member, with one sentence, or a few, in the desk's language."""

from daemon.core.desk.rota.stretch import Stretch, written
from daemon.core.settings import Person, Settings
from store.model.changes import Draft, Said
from store.model.message import Address
from store.model.outbox import MailKind

TURN = "turn"  # the letter of all that is short
SWAP = "swap"  # the letter that asks for a yes


def row(one: Stretch, settings: Settings) -> tuple[str, ...]:
    """Return a stretch of time as a row of a letter: its first moment, its last, and whose it is."""
    names = {person.id: person.name for person in settings.people}
    zone = settings.desk.timezone
    return written(one.start, zone), written(one.end, zone), names.get(one.person, one.person)


def rows(stretches: tuple[Stretch, ...], settings: Settings) -> tuple[tuple[str, ...], ...]:
    """Return several of them."""
    return tuple(row(one, settings) for one in stretches)


def tell(person: Person, settings: Settings, said: Said, letter: str = TURN) -> Draft:
    """Return a mail about turns to a member; what they answer may command."""
    kind = MailKind.CONFIRM if letter == SWAP else MailKind.ROSTER
    return Draft(kind, letter, Address(person.name, person.address), settings.desk.language, said=(said,))


def about_turns(draft: Draft) -> bool:
    """Say whether a mail is about turns and no ticket, whatever the mail that caused it was about."""
    return draft.kind is MailKind.ROSTER or draft.letter == SWAP
