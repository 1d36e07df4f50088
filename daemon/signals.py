"""Signals get their words: pages to people on duty, and requests for programs; nothing where none are declared."""

from collections.abc import Iterator

from daemon.core.desk.signals import hooks_for, page, told, ways_to
from daemon.core.mail.address import mark_from
from daemon.core.mail.letter import Words
from daemon.house import House
from store.model.changes import Changes, Draft
from store.model.outbox import NewMail


def pages(draft: Draft, ticket: int | None, subject: str, house: House, now: float) -> Iterator[NewMail]:
    """Yield what tells the reader of a card, beside the card."""
    desk = house.settings.desk
    for name, way in ways_to(draft, house.settings):
        many = draft.said[0].text if draft.lines else ""
        words = Words(desk.name, desk.address, ticket, subject if way.words else "", text=many)
        yield page(house.letters.write("page", draft.language, words), name, ticket, _mark(house), now)


def requests(changes: Changes, words: Words, house: House, now: float) -> Iterator[NewMail]:
    """Yield what tells programs of a request that is opened."""
    if changes.opens is None or words.ticket is None:
        return
    for hook in hooks_for(words.tag, house.settings):
        yield told(hook, changes.opens, words, _mark(house), now)


def _mark(house: House) -> str:
    return mark_from(house.random(10))
