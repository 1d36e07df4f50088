"""Fills a store with a past: many messages, their tickets and their mails, as the journey would have left them.

The database makes the rows itself, and the indexes once at the end: a million messages take a few minutes. PostgreSQL
is tidied up at once, as a store that has grown by itself was on the way: else it does so while it is measured.
"""

import time
from collections.abc import Iterator

from sqlalchemy import (
    ColumnElement,
    Connection,
    Double,
    Engine,
    Insert,
    String,
    Table,
    cast,
    create_engine,
    func,
    insert,
    literal,
    select,
    text,
    update,
)

from store.database import file_of, writing
from store.numbers import TICKET
from store.schema import counter, event, known_id, mail, mail_raw, message, message_raw, metadata, participant, ticket

TEXT = b"Subject: past\r\n\r\n" + b"A line of an older message.\r\n" * 40
AT_ONCE = 100_000  # messages in a transaction
DAYS = 30  # ago
_SQLITE = ("PRAGMA journal_mode=OFF", "PRAGMA synchronous=OFF", "PRAGMA cache_size=-262144", "PRAGMA temp_store=MEMORY")


def fill(url: str, count: int) -> None:
    """Add so many worked messages to a store whose daemon is stopped; a crash on the way spoils it."""
    engine = _hurried(url)
    indexes = [index for table in metadata.tables.values() for index in table.indexes] if count >= AT_ONCE else []
    with engine.begin() as connection:
        for index in indexes:
            index.drop(connection, checkfirst=True)
    for done in range(0, count, AT_ONCE):
        with engine.begin() as connection:
            _fill(connection, min(AT_ONCE, count - done))
    with engine.begin() as connection:
        for index in indexes:
            index.create(connection, checkfirst=True)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if file_of(url) is None else "PRAGMA journal_mode=WAL"))
    engine.dispose()


def _hurried(url: str) -> Engine:
    """Connect without a thought for crashes."""
    if file_of(url) is None:
        return writing(url)
    engine = create_engine(url, pool_size=1)
    with engine.connect() as connection:
        for pragma in _SQLITE:
            connection.execute(text(pragma))
    return engine


def _fill(connection: Connection, count: int) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # no foreign key is looked up
    first = (connection.scalar(select(func.max(message.c.id))) or 0) + 1
    number = (connection.scalar(select(func.max(ticket.c.number))) or 0) + 1
    first_mail = (connection.scalar(select(func.max(mail.c.id))) or 0) + 1
    for statement in _statements(count, first, number, first_mail):
        connection.execute(statement)
    connection.execute(update(counter).where(counter.c.name == TICKET).values(value=number + count))
    if connection.dialect.name == "postgresql":  # rows with an id of their own move no sequence
        for name in ("message", "mail"):
            connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}"))


def _statements(count: int, first: int, first_number: int, first_mail: int) -> Iterator[Insert]:
    begin = select(literal(0).label("i")).cte("n", recursive=True)
    n = begin.union_all(select(begin.c.i + 1).where(begin.c.i < count - 1)).c.i
    row, number, at = n + first, n + first_number, time.time() - DAYS * 86400 + cast(n, Double)
    who, name = _text("p", row, "@past") + _text("", row % 500, ".test"), _text("past.", row, "@past.test")
    yield _many(
        ticket, number=number, kind="other", state="forwarded", started="forwarded", verdict="other", unsure=False,
        subject=_text("Past ", number), reporter=who, language="en", opened_at=at,
    )  # fmt: skip
    yield _many(
        message, id=row, message_id=name, digest=_text("past", row), copies=1, subject="past", mail_from=who,
        rcpt_to=("desk@bench.test",), peer="127.0.0.1", door="smtp", received_at=at, tries=1, fence=1, number=number,
        outcome="ticket", ticket=number, ended_at=at,
    )  # fmt: skip
    yield _many(message_raw, message=row, raw=TEXT)
    yield _many(participant, ticket=number, address=who, role="reporter")
    for what in ("wrote", "judged other; forwarded"):
        yield _many(event, ticket=number, message=row, at=at, who=who, what=what)
    yield _many(known_id, message=row, message_id=name, ticket=number, sender=who, text_digest=_text("", row))
    for place, (kind, to) in enumerate((("ack", who), ("forward", literal("pipeline@team.test")))):
        identifier = n * 2 + (first_mail + place)
        yield _many(
            mail, id=identifier, mark=_text("past", identifier), kind=kind, ticket=number, message=row, mail_from="",
            recipient=to, domain="past.test", message_id=_text("", identifier, "@bench.test"), state="sent",
            attempts=1, attempt_open=False, fence=1, answer="250 ok", created_at=at, settled_at=at,
        )  # fmt: skip
        yield _many(mail_raw, mail=identifier, raw=TEXT)


def _text(before: str, number: ColumnElement[int], after: str = "") -> ColumnElement[str]:
    return literal(before) + cast(number, String) + literal(after)


def _many(table: Table, **values: object) -> Insert:
    """Insert a row for each number; what is no expression of it is the same in all of them."""
    columns = [
        value if isinstance(value, ColumnElement) else literal(value, table.c[name].type)
        for name, value in values.items()
    ]
    return insert(table).from_select(list(values), select(*columns), include_defaults=False)
