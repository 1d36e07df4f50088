"""Keyed hashes of erased messages: what comes again is known, and nobody without the key can try addresses on them.

The key is the desk's own, which stands outside the store. A few hashes are kept in memory, so no message that comes in
costs a question more.
"""

import hmac
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, func, select

from store.identity import Identity
from store.intake import key
from store.privacy.tables import erased

_COUNT = select(func.count()).select_from(erased)
_ALL = select(erased.c.hash)


def keyed(secret: bytes, digest: str, message_id: str) -> str:
    """Return the hash by which an erased message is known again."""
    return hmac.digest(secret, f"triaged\0erased\0{digest}\0{message_id}".encode(), "sha256").hex()


class Erased:
    """What was erased, as far as this process knows; `refresh` looks whether there is more."""

    def __init__(self, secrets: Sequence[bytes]) -> None:
        self._secrets = tuple(secrets)
        self._hashes: frozenset[str] = frozenset()

    def holds(self, identity: Identity) -> bool:
        """Say whether this message was here once and was erased."""
        if not self._hashes:
            return False
        digest, message_id = key(identity)
        return any(keyed(secret, digest, message_id) in self._hashes for secret in self._secrets)

    def refresh(self, connection: Connection) -> None:
        """Take up what was erased meanwhile; it only ever grows."""
        if self._secrets and connection.execute(_COUNT).scalar_one() != len(self._hashes):
            self._hashes = frozenset(connection.execute(_ALL).scalars())


def first(secrets: Iterable[bytes]) -> bytes | None:
    """Return the key that is hashed with, None where there is none."""
    return next(iter(secrets), None)
