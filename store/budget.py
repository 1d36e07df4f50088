"""What the budgets count: acknowledgements by the minute, so that an hour is sixty rows at most.

A minute counts as long as any part of it lies in the window, so a limit holds in every hour, and frees a minute late
at most.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, case, delete, func, select, union_all

from store.columns import KEY_LETTERS, clean
from store.model.facts import Budget
from store.model.outbox import MailKind, NewMail
from store.prepared import ask, many
from store.schema import acknowledged
from store.upsert import of, upsert

DESK = "*"
MINUTE = 60
HOUR = 60  # minutes
DAY = 24 * HOUR
WEEK = 7 * DAY


def _since(minutes: int) -> ColumnElement[bool]:
    return acknowledged.c.minute >= bindparam("minute") - minutes


def _counts(scopes: str, minutes: int) -> Select[Any]:
    """Select how much each of the scopes counts in its last hour, and in all these minutes."""
    hour = func.sum(case((_since(HOUR), acknowledged.c.count), else_=0))
    return (
        select(acknowledged.c.scope, hour.label("hour"), func.sum(acknowledged.c.count).label("all"))
        .where(acknowledged.c.scope.in_(bindparam(scopes, expanding=True)), _since(minutes))
        .group_by(acknowledged.c.scope)
    )


_SPEND = upsert(acknowledged, ("scope", "minute"), lambda came: {"count": acknowledged.c.count + came.count})
_DESK = select(func.coalesce(func.sum(acknowledged.c.count), 0)).where(acknowledged.c.scope == DESK, _since(HOUR))
_COUNT = union_all(_counts("hourly", HOUR), _counts("daily", DAY), _counts("weekly", WEEK))


def spend(connection: Connection, mails: Sequence[tuple[NewMail, str, float]]) -> None:
    """Count acknowledgements, given as (mail, digest of the text it answers, now); other kinds cost nothing."""
    counts: Counter[tuple[str, int]] = Counter()
    for mail, digest, now in mails:
        if mail.kind is MailKind.ACK:
            counts.update((scope, _minute(now)) for scope in {DESK, *_scopes(mail.to, digest)})
    ordered = sorted(counts.items())  # so that two processes never wait for each other in a circle
    rows = [{"scope": scope, "minute": minute, "count": count} for (scope, minute), count in ordered]
    many(connection, of(_SPEND, connection), rows)


def spent_by_desk(connection: Connection, now: float) -> int:
    """Return how many acknowledgements the desk wrote in the last hour."""
    return int(connection.execute(_DESK, {"minute": _minute(now)}).scalar_one())


def budgets(connection: Connection, asked: Sequence[tuple[str, str, float]]) -> list[Budget]:
    """Return what was spent lately on each of these, given as (to, digest of the text, now)."""
    by_minute: dict[int, set[tuple[str, str, str]]] = {}
    for to, digest, now in asked:
        by_minute.setdefault(_minute(now), set()).add(_scopes(to, digest))
    counted = {minute: _count(connection, minute, scopes) for minute, scopes in by_minute.items()}
    return [_budget(counted[_minute(now)], *_scopes(to, digest)) for to, digest, now in asked]


def forget(connection: Connection, now: float) -> None:
    """Drop what no budget looks at any more."""
    connection.execute(delete(acknowledged).where(acknowledged.c.minute < _minute(now) - WEEK))


def _count(connection: Connection, minute: int, scopes: set[tuple[str, str, str]]) -> dict[str, tuple[int, int]]:
    senders, domains, texts = (sorted(set(names)) for names in zip(*scopes, strict=True))
    asked = {"minute": minute, "hourly": [DESK, *domains], "daily": senders, "weekly": texts}
    return {scope: (int(hour), int(whole)) for scope, hour, whole in ask(connection, _COUNT, asked)}


def _budget(counted: dict[str, tuple[int, int]], sender: str, domain: str, text: str) -> Budget:
    none = (0, 0)
    return Budget(
        sender_hour=counted.get(sender, none)[0],
        sender_day=counted.get(sender, none)[1],
        domain_hour=counted.get(domain, none)[0],
        desk_hour=counted.get(DESK, none)[0],
        same_text_week=counted.get(text, none)[1],
    )


def _scopes(to: str, digest: str) -> tuple[str, str, str]:
    """Return under which names an acknowledgement to this address is counted: itself, its domain, the same text.

    They begin alike, so that they stand side by side in the index and one page is written instead of three.
    """
    local, _, domain = to.strip().casefold().rpartition("@")
    return _key(f"{domain}\n{local}"), _key(domain), _key(f"{domain}\n{local}\n{digest}")


def _minute(now: float) -> int:
    return int(now // MINUTE)


def _key(scope: str) -> str:
    return clean(scope)[:KEY_LETTERS]
