"""Stage 1: make a message ours."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert

from store.columns import KEY_LETTERS, clean
from store.identity import Identity
from store.model.changes import Outcome
from store.model.message import Envelope, Kept, RawMessage, Receipt
from store.prepared import inserted, many
from store.schema import message, message_raw
from store.upsert import of, upsert

TOKEN_LETTERS = 12

_Key = tuple[str, str]

_KEEP = upsert(
    message,
    ("digest", "message_id"),
    lambda came: {"copies": message.c.copies + came.copies},
    returning=("id", "digest", "message_id", "copies"),
)
_KEEP_RAW = insert(message_raw)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message at the door."""

    raw: bytes
    envelope: Envelope
    identity: Identity
    now: float
    lease_seconds: float = 0.0  # for which whoever brings it takes it up at once; 0: it waits for somebody
    aside: str = ""  # why it is set aside at once; "": it is not


def keep(connection: Connection, arrivals: Sequence[Arrival]) -> list[Kept]:
    """Store messages exactly; what came before is counted as one more copy."""
    groups: dict[_Key, list[Arrival]] = {}
    for arrival in arrivals:
        groups.setdefault(key(arrival.identity), []).append(arrival)
    stored = inserted(connection, of(_KEEP, connection), [_row(name, group) for name, group in groups.items()])
    fresh: dict[_Key, int] = {
        (row.digest, row.message_id): row.id
        for row in stored
        if row.copies == len(groups[row.digest, row.message_id])  # more, if it stood there before
    }
    if fresh:
        raws = [{"message": identifier, "raw": groups[key][0].raw} for key, identifier in fresh.items()]
        many(connection, _KEEP_RAW, raws)
    firsts = {id(groups[key][0]): identifier for key, identifier in fresh.items()}
    return [_kept(arrival, firsts.get(id(arrival))) for arrival in arrivals]


def _kept(arrival: Arrival, identifier: int | None) -> Kept:
    receipt = Receipt(arrival.identity.digest[:TOKEN_LETTERS], identifier is None)
    if identifier is None or not arrival.lease_seconds:
        return Kept(receipt, None, identifier)
    told = arrival.envelope
    envelope = Envelope(clean(told.mail_from), told.rcpt_to, clean(told.peer), told.door)
    work = RawMessage(identifier, arrival.raw, envelope, arrival.now, tries=1, fence=1)
    return Kept(receipt, work, identifier)


def key(identity: Identity) -> _Key:
    """Return the two columns by which the store knows a message again."""
    return identity.digest, clean(identity.message_id)[:KEY_LETTERS]


def _row(key: _Key, copies: list[Arrival]) -> dict[str, object]:
    first = copies[0]
    return {
        "digest": key[0],
        "message_id": key[1],
        "copies": len(copies),
        "thread": first.identity.thread or None,
        "subject": first.identity.subject,
        "mail_from": first.envelope.mail_from,
        "rcpt_to": first.envelope.rcpt_to,
        "peer": first.envelope.peer,
        "door": first.envelope.door,
        "received_at": first.now,
        "due": None if first.aside else first.now + first.lease_seconds,
        "outcome": Outcome.SET_ASIDE if first.aside else None,
        "reason": first.aside,
        "ended_at": first.now if first.aside else None,
        "tries": 1 if first.lease_seconds else 0,
        "fence": 1 if first.lease_seconds else 0,
    }
