"""INSERT … ON CONFLICT, which both databases know and each dialect spells for itself."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Upsert = Mapping[str, Any]
"""One statement for each dialect, built once; choose with `of`."""


def upsert(
    table: Table,
    key: tuple[str, ...],
    change: Callable[[Any], Mapping[str, ColumnElement[Any]]],
    returning: Iterable[str] = (),
) -> Upsert:
    """Return the statement that inserts a row, or changes the row that has the same key.

    `change` gets the row that was to be inserted, and returns what becomes of the one that stands there: {} is nothing.
    """
    statements: dict[str, Any] = {}
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql)):
        statement: Any = dialect.insert(table)
        changes = change(statement.excluded)
        statement = (
            statement.on_conflict_do_update(index_elements=key, set_=changes)
            if changes
            else statement.on_conflict_do_nothing(index_elements=key)
        )
        columns = [table.c[column] for column in returning]
        statements[name] = statement.returning(*columns) if columns else statement
    return statements


def of(statement: Upsert, connection: Connection) -> Any:
    """Return the statement as this connection's database spells it."""
    return statement[connection.dialect.name]
