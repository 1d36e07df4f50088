"""Addresses to which mail of ours could not be delivered for good, as delivery reports told."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select

from store.columns import KEY_LETTERS, clean
from store.model.alarm import Failing
from store.schema import failing

FAILS_SECONDS = 30 * 86400.0  # after the latest report; who mends their mailbox tells nobody

_LATEST = select(failing.c.at).where(failing.c.address == bindparam("address"))
_FAILING = (
    select(failing.c.address, failing.c.at)
    .where(failing.c.address.in_(bindparam("addresses", expanding=True)), failing.c.at > bindparam("since"))
    .order_by(failing.c.address)
)


def among(connection: Connection, addresses: Sequence[str], now: float) -> tuple[Failing, ...]:
    """Return those of some folded addresses that have failed lately."""
    asked = {"addresses": [_key(one) for one in addresses], "since": now - FAILS_SECONDS}
    return tuple(Failing(*row) for row in connection.execute(_FAILING, asked)) if addresses else ()


def latest(connection: Connection, address: str) -> float | None:
    """Return when a folded address was last reported to fail, epoch seconds, however long ago."""
    at: float | None = connection.scalar(_LATEST, {"address": _key(address)})
    return at


def _key(address: str) -> str:
    return clean(address)[:KEY_LETTERS]
