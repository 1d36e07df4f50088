"""The copy of a card for who learns the duty beside the person on duty."""

from dataclasses import replace

from daemon.core.roster.roster import Roster
from daemon.core.settings import Person
from store.model.changes import Draft
from store.model.message import Address


def copies(card: Draft, duty: Person, roster: Roster, now: float, team: str | None) -> tuple[Draft, ...]:
    """Return the copy of a card for who learns beside the person on duty; none where nobody does."""
    learner = roster.shadow(now, team)
    if learner is None or learner.id == duty.id:
        return ()
    to = Address(learner.name, learner.address)
    return (replace(card, to=to, answer_minutes=None, copy_of=duty.name),)
