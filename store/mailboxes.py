"""Mailboxes: how far each was read, and what is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, case, false, func, literal, null, or_, select, update

from store.identity import identify
from store.intake import key
from store.model.mailbox import Letter, MailboxLine, Place
from store.privacy.hashes import Erased
from store.schema import mailbox, message
from store.upsert import of, upsert

_PLACE = select(mailbox.c.account, mailbox.c.folder, mailbox.c.validity, mailbox.c.uid).where(
    mailbox.c.account == bindparam("account"), mailbox.c.folder == bindparam("folder")
)
_KEY = ("account", "folder")
_KEEP = upsert(mailbox, _KEY, lambda came: {"validity": came.validity, "uid": came.uid})
_WELL = upsert(
    mailbox,
    _KEY,
    lambda came: {"read_at": came.read_at, "error": literal(""), "error_since": null(), "refused": false()},
)
_ILL = upsert(
    mailbox,
    _KEY,
    lambda came: {
        "error": came.error,
        "refused": came.refused,
        "error_since": case(
            (mailbox.c.error == "", came.error_since), else_=func.coalesce(mailbox.c.error_since, came.error_since)
        ),
    },
)
_MAKE = upsert(mailbox, _KEY, lambda _: {})
_FREE = or_(
    mailbox.c.holder.is_(None),
    mailbox.c.holder == bindparam("who"),
    mailbox.c.held_until < bindparam("now"),
)
_FOLDER = (mailbox.c.account == bindparam("of")) & (mailbox.c.folder == bindparam("named"))
_HOLD = update(mailbox).where(_FOLDER, _FREE).values(holder=bindparam("who"), held_until=bindparam("until"))
_LEAVE = update(mailbox).where(mailbox.c.holder == bindparam("who")).values(holder=None, held_until=None)
_STORED = select(message.c.digest, message.c.message_id).where(
    message.c.digest.in_(bindparam("digests", expanding=True))
)
_ALL = select(
    *(mailbox.c.account, mailbox.c.folder, mailbox.c.validity, mailbox.c.uid),
    *(mailbox.c.read_at, mailbox.c.error, mailbox.c.error_since, mailbox.c.refused),
).order_by(mailbox.c.account, mailbox.c.folder)


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


def tell(connection: Connection, told: Sequence[tuple[str, str, str, bool, float]]) -> list[None]:
    """Write down how folders fare (account, folder, error, whether that is the login, now).

    "" is well, and an error is as old as its first.
    """
    for account, folder, error, refused, now in told:
        fares = {"error": error, "error_since": now, "refused": refused} if error else {"read_at": now}
        connection.execute(
            of(_ILL if error else _WELL, connection), _row({"account": account, "folder": folder, **fares})
        )
    return [None] * len(told)


@dataclass(frozen=True, slots=True)
class Hold:
    """A process wants to read a folder alone until a moment, or to go on."""

    account: str
    folder: str
    who: str
    now: float
    until: float


def hold(connection: Connection, wishes: Sequence[Hold]) -> list[bool]:
    """Give folders to processes; False where another one reads, whose time has not run out."""
    return [_hold(connection, one) for one in wishes]


def leave(connection: Connection, who: Sequence[str]) -> list[None]:
    """Let go of all folders that processes held."""
    connection.execute(_LEAVE, [{"who": one} for one in who])
    return [None] * len(who)


def release(connection: Connection) -> None:
    """Let go of every folder: whoever held one is gone."""
    connection.execute(update(mailbox).where(mailbox.c.holder.is_not(None)).values(holder=None, held_until=None))


def _hold(connection: Connection, one: Hold) -> bool:
    asked = {"of": one.account, "named": one.folder, "who": one.who, "now": one.now, "until": one.until}
    if connection.execute(_HOLD, asked).rowcount == 1:
        return True
    connection.execute(of(_MAKE, connection), _row({"account": one.account, "folder": one.folder}))
    return bool(connection.execute(_HOLD, asked).rowcount == 1)


def letters(connection: Connection, raws: Sequence[bytes], erased: Erased) -> list[Letter]:
    """Say of each message whether it is ours."""
    found = [identify(raw) for raw in raws]
    keys = [key(one) for one in found]
    rows = connection.execute(_STORED, {"digests": [digest for digest, _ in keys]})
    ours = {(row.digest, row.message_id) for row in rows}
    return [
        Letter(one.message_id, one.subject, its_key in ours or erased.holds(one))
        for one, its_key in zip(found, keys, strict=True)
    ]


def listing(connection: Connection) -> tuple[MailboxLine, ...]:
    """Return how each folder fares."""
    return tuple(MailboxLine(*row) for row in connection.execute(_ALL))


def _row(known: dict[str, object]) -> dict[str, object]:
    return {"validity": 0, "uid": 0, "read_at": None, "error": "", "error_since": None, "refused": False, **known}
