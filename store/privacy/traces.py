"""Find what the store has of an address: what came from it, what went to it, and the tickets between."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Select, bindparam, func, or_, select, text

from store.model.privacy import Traces
from store.portions import portions
from store.schema import known_id, mail, message, message_raw, participant, ticket

PAGE = 200  # messages read at once

IsTheirs = Callable[[bytes], bool]
"""Says of a message's bytes whether the address wrote them."""

_FILED = select(known_id.c.message).where(known_id.c.sender == bindparam("address"))
_UNFILED = (
    select(message.c.id, message.c.mail_from, message_raw.c.raw)
    .join(message_raw)
    .outerjoin(known_id, known_id.c.message == message.c.id)
    .where(known_id.c.message.is_(None), message.c.id > bindparam("after"))
    .order_by(message.c.id)
    .limit(PAGE)
)
_REPORTED = select(ticket.c.number).where(ticket.c.reporter == bindparam("address"))
_JOINED = select(participant.c.ticket).where(participant.c.address == bindparam("address"))
_TO = select(mail.c.id).where(func.lower(mail.c.recipient) == bindparam("address"))
_CAUSED = select(mail.c.id).where(
    or_(
        mail.c.message.in_(bindparam("rows", expanding=True)),
        mail.c.ticket.in_(bindparam("numbers", expanding=True)),
    )
)
_OTHERS = (
    select(message.c.id, message.c.ticket, message_raw.c.raw)
    .join(message_raw)
    .where(message.c.ticket.in_(bindparam("numbers", expanding=True)))
    .order_by(message.c.id)
)
_NAMING = {  # whose bytes have the address in them as it is written
    "sqlite": text(
        "SELECT r.message, m.ticket FROM message_raw r JOIN message m ON m.id = r.message WHERE instr(r.raw, :name) > 0"
    ),
    "postgresql": text(
        "SELECT r.message, m.ticket FROM message_raw r JOIN message m ON m.id = r.message "
        "WHERE position(:name IN r.raw) > 0"
    ),
}


def find(engine: Engine, address: str, is_theirs: IsTheirs) -> Traces:
    """Return where a folded address is found; messages that belong to no ticket are looked into one by one."""
    asked = {"address": address}
    with engine.begin() as connection:
        filed = set(connection.execute(_FILED, asked).scalars())
        reported = sorted(connection.execute(_REPORTED, asked).scalars())
        joined = set(connection.execute(_JOINED, asked).scalars())
        to = set(connection.execute(_TO, asked).scalars())
    theirs = sorted(filed | set(_unfiled(engine, address, is_theirs)))
    with engine.begin() as connection:
        caused = {row for part in portions(theirs, PAGE) for row in _ids(connection, _CAUSED, rows=part, numbers=[])}
        caused |= {row for part in portions(reported, PAGE) for row in _ids(connection, _CAUSED, rows=[], numbers=part)}
    return Traces(tuple(theirs), tuple(reported), tuple(sorted(to | caused)), tuple(sorted(joined - set(reported))))


def quoting(engine: Engine, traces: Traces, address: str, quotes: Callable[[bytes], bool]) -> tuple[int, ...]:
    """Return the tickets in which other people's messages still have the address, or words of theirs, in them."""
    found: set[int] = set()
    mine = set(traces.messages)
    with engine.begin() as connection:
        for part in portions((*traces.reported, *traces.joined), PAGE):
            rows = connection.execute(_OTHERS, {"numbers": part}).yield_per(20)
            found |= {row.ticket for row in rows if row.id not in mine and quotes(row.raw)}
        naming = connection.execute(_NAMING[connection.dialect.name], {"name": address.encode()})
        found |= {row.ticket for row in naming if row.message not in mine and row.ticket is not None}
    return tuple(sorted(found))


def _unfiled(engine: Engine, address: str, is_theirs: IsTheirs) -> Iterator[int]:
    """Yield the messages of an address among those that were filed with no ticket; a few at a time."""
    after = 0
    while True:
        with engine.begin() as connection:
            rows = connection.execute(_UNFILED, {"after": after}).all()
        yield from (row.id for row in rows if row.mail_from.casefold() == address or is_theirs(row.raw))
        if len(rows) < PAGE:
            return
        after = rows[-1].id


def _ids(connection: Connection, question: Select[Any], **asked: Sequence[int]) -> Sequence[int]:
    return list(connection.execute(question, {name: list(values) for name, values in asked.items()}).scalars())
