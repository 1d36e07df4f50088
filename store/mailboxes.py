"""Mailboxes: how far each was read, and what is wrong with it."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, case, func, literal, null, select

from store.identity import Identity
from store.intake import key
from store.model.mailbox import MailboxLine, Place
from store.schema import mailbox, message
from store.upsert import of, upsert

_PLACE = select(mailbox.c.account, mailbox.c.folder, mailbox.c.validity, mailbox.c.uid).where(
    mailbox.c.account == bindparam("account"), mailbox.c.folder == bindparam("folder")
)
_KEY = ("account", "folder")
_KEEP = upsert(mailbox, _KEY, lambda came: {"validity": came.validity, "uid": came.uid})
_WELL = upsert(mailbox, _KEY, lambda came: {"read_at": came.read_at, "error": literal(""), "error_since": null()})
_ILL = upsert(
    mailbox,
    _KEY,
    lambda came: {
        "error": came.error,
        "error_since": case(
            (mailbox.c.error == "", came.error_since), else_=func.coalesce(mailbox.c.error_since, came.error_since)
        ),
    },
)
_STORED = select(message.c.digest, message.c.message_id).where(
    message.c.digest.in_(bindparam("digests", expanding=True))
)
_ALL = select(mailbox).order_by(mailbox.c.account, mailbox.c.folder)


def places(connection: Connection, asked: Sequence[tuple[str, str]]) -> list[Place | None]:
    """Return how far folders (account, folder) were read; None for one that is new."""
    found = (connection.execute(_PLACE, {"account": a, "folder": f}).one_or_none() for a, f in asked)
    return [Place(*row) if row else None for row in found]


def keep(connection: Connection, reached: Sequence[Place]) -> list[None]:
    """Write down how far folders were read; of several places in one folder the last holds."""
    for place in reached:
        row = {"account": place.account, "folder": place.folder, "validity": place.validity, "uid": place.uid}
        connection.execute(of(_KEEP, connection), _row(row))
    return [None] * len(reached)


def tell(connection: Connection, told: Sequence[tuple[str, str, str, float]]) -> list[None]:
    """Write down how folders fare (account, folder, error, now): "" is well, and an error is as old as its first."""
    for account, folder, error, now in told:
        fares = {"error": error, "error_since": now} if error else {"read_at": now}
        connection.execute(
            of(_ILL if error else _WELL, connection), _row({"account": account, "folder": folder, **fares})
        )
    return [None] * len(told)


def stored(connection: Connection, found: Sequence[Identity]) -> list[bool]:
    """Say of each message whether it is ours."""
    keys = [key(one) for one in found]
    rows = connection.execute(_STORED, {"digests": [digest for digest, _ in keys]})
    ours = {(row.digest, row.message_id) for row in rows}
    return [one in ours for one in keys]


def listing(connection: Connection) -> tuple[MailboxLine, ...]:
    """Return how each folder fares."""
    return tuple(MailboxLine(*row) for row in connection.execute(_ALL))


def _row(known: dict[str, object]) -> dict[str, object]:
    return {"validity": 0, "uid": 0, "read_at": None, "error": "", "error_since": None, **known}
