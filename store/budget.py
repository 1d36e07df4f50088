"""What the budgets count: acknowledgements by the minute, so that an hour is sixty rows at most.

A minute counts as long as any part of it lies in the window, so a limit holds in every hour, and frees a minute late
at most.
"""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Connection, ScalarSelect, bindparam, delete, func, select

from store.columns import KEY_LETTERS, clean
from store.model.outbox import MailKind, NewMail
from store.schema import acknowledged
from store.upsert import of, upsert

DESK = "*"
MINUTE = 60
HOUR = 60  # minutes
DAY = 24 * HOUR
WEEK = 7 * DAY

_SPEND = upsert(acknowledged, ("scope", "minute"), lambda came: {"count": acknowledged.c.count + came.count})


def spend(connection: Connection, mails: Sequence[tuple[NewMail, str, float]]) -> None:
    """Count acknowledgements, given as (mail, digest of the text it answers, now); other kinds cost nothing."""
    counts: Counter[tuple[str, int]] = Counter()
    for mail, digest, now in mails:
        if mail.kind is MailKind.ACK:
            counts.update((scope, minute_of(now)) for scope in {DESK, *scopes(mail.to, digest)})
    rows = [{"scope": scope, "minute": minute, "count": count} for (scope, minute), count in sorted(counts.items())]
    if rows:  # sorted, so that two processes never wait for each other in a circle
        connection.execute(of(_SPEND, connection), rows)


def scopes(to: str, digest: str) -> tuple[str, str, str]:
    """Return under which names an acknowledgement to this address is counted: itself, its domain, the same text."""
    address = _key(to.strip().casefold())
    return address, _key(f"@{address.rpartition('@')[2]}"), _key(f"={digest} {address}")


def minute_of(now: float) -> int:
    """Return the minute, since the epoch."""
    return int(now // MINUTE)


def within(scope: str, minutes: int) -> ScalarSelect[int]:
    """Return the count of the scope bound under that name over the last minutes before the bound `minute`."""
    return (
        select(func.coalesce(func.sum(acknowledged.c.count), 0))
        .where(acknowledged.c.scope == bindparam(scope), acknowledged.c.minute >= bindparam("minute") - minutes)
        .scalar_subquery()
    )


def forget(connection: Connection, now: float) -> None:
    """Drop what no budget looks at any more."""
    connection.execute(delete(acknowledged).where(acknowledged.c.minute < minute_of(now) - WEEK))


def _key(scope: str) -> str:
    return clean(scope)[:KEY_LETTERS]
