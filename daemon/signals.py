"""Signals get their words: pages to people on duty, and requests for programs; nothing where none are declared."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from daemon.core.desk.events import OPENED, events
from daemon.core.desk.signals import hooks_for, page, told, told_event, ways_to
from daemon.core.mail.address import mark_from
from daemon.core.mail.letter import Words
from daemon.house import House
from store.model.changes import Changes, Draft, TicketChange
from store.model.outbox import NewMail
from store.model.ticket import Ticket


def pages(draft: Draft, ticket: int | None, subject: str, house: House, now: float) -> Iterator[NewMail]:
    """Yield what tells the reader of a card, beside the card."""
    desk = house.settings.desk
    for name, way in ways_to(draft, house.settings):
        many = draft.said[0].text if draft.lines else ""
        words = Words(desk.name, desk.address, ticket, subject if way.words else "", text=many)
        yield page(house.letters.write("page", draft.language, words), name, ticket, _mark(house), now)


def requests(changes: Changes, words: Words, numbers: Iterable[int], house: House, now: float) -> Iterator[NewMail]:
    """Yield what tells programs of the tickets that a message opens, in the order of their `numbers`.

    The words of a message are those of whoever wrote it: a ticket that a member's command opens has none.
    """
    own = words if changes.ticket is None and not changes.further else replace(words, excerpt="")
    for number, opening in zip(numbers, (*filter(None, (changes.opens,)), *changes.further), strict=False):
        tag = opening.verdict.tag if opening.verdict else None
        for hook in hooks_for(OPENED, tag, house.settings):
            yield told(hook, opening, replace(own, ticket=number), _mark(house), now)


def happenings(moves: Iterable[TicketChange], known: Iterable[Ticket], house: House, now: float) -> Iterator[NewMail]:
    """Yield what tells programs of what happens to tickets; `known` are the tickets as they were looked at."""
    for event in events(moves, known):
        for hook in hooks_for(event.type, event.ticket.verdict, house.settings):
            yield told_event(hook, event, _mark(house), now)


def _mark(house: House) -> str:
    return mark_from(house.random(10))
