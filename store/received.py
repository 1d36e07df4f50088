"""What came in within a period and what became of it, message by message: the accounting line can be looked up."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Connection, select

from store.model.changes import Outcome
from store.model.views import ReceivedLine
from store.schema import message

WAITING = "waiting"  # what became of a message that is not worked yet
OUTCOMES = {outcome.value: outcome for outcome in Outcome}

_COLUMNS = (
    message.c.id,
    message.c.received_at,
    message.c.message_id,
    message.c.mail_from,
    message.c.subject,
    message.c.outcome,
    message.c.reason,
    message.c.ticket,
    message.c.copies,
)


def received(
    connection: Connection, since: float | None, until: float | None, became: str = ""
) -> tuple[ReceivedLine, ...]:
    """Return the messages of a period, None for no limit, in the order in which they came.

    `became` narrows them: an Outcome, "waiting", or the reason of a silence; "" for all.
    """
    asked = select(*_COLUMNS).where(*_became(became)).order_by(message.c.id)
    asked = asked if since is None else asked.where(message.c.received_at >= since)
    asked = asked if until is None else asked.where(message.c.received_at < until)
    return tuple(
        ReceivedLine(
            row.id,
            row.received_at,
            row.message_id or None,
            row.mail_from,
            row.subject,
            row.outcome.value if row.outcome else WAITING,
            row.reason,
            row.ticket,
            row.copies,
        )
        for row in connection.execute(asked)
    )


def _became(what: str) -> Iterator[ColumnElement[bool]]:
    if what == WAITING:
        yield message.c.outcome.is_(None)
    elif what in OUTCOMES:
        yield message.c.outcome == OUTCOMES[what]
    elif what:
        yield message.c.outcome == Outcome.SILENCED
        yield message.c.reason == what
