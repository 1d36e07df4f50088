"""From what the team said of requests to what the judge knows beside its written rules."""

from collections.abc import Iterable

from daemon.core.triage import learn
from daemon.core.triage.definition import Definition
from daemon.core.triage.judge import judge
from store.model.correction import Correction
from store.model.message import Message
from store.model.verdict import Tag

LETTERS = 4000  # of a request that are kept to learn from


def correction(
    ticket: int, message: Message, said: Tag | None, who: str, definition: Definition, now: float
) -> Correction:
    """Return what a member teaches by saying what the request of a ticket is; None says only: no emergency.

    `message` is the one that opened the ticket, `who` the member's id.
    """
    score = judge(definition, message.subject, message.new_text).score
    return Correction(
        ticket, said, who, now, definition.hash, score, message.subject[:LETTERS], message.new_text[:LETTERS]
    )


def learned_from(corrections: Iterable[Correction], definition: Definition) -> learn.Learned:
    """Fit what is learned to corrections, whichever definition was in force when each was given."""
    return learn.refit(
        learn.Correction(one.ticket, one.subject, one.text, _score(one, definition), one.emergency)
        for one in corrections
    )


def _score(one: Correction, definition: Definition) -> float:
    """Return what the rules in force now say: what a team has written into its definition need not be learned."""
    return one.score if one.definition == definition.hash else judge(definition, one.subject, one.text).score
