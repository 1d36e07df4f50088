"""One statement for many rows: compiled once, then the driver is handed plain values.

SQLAlchemy writes the words and knows how a value of a column is bound; what it would do anew for every row, naming,
defaulting and ordering its values, is done here once a statement.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect
from sqlalchemy.sql.expression import ClauseElement

Row = Mapping[str, Any]
_FORMS = 256  # statements that are kept ready; there are some tens of them


@dataclass(frozen=True, slots=True)
class _Form:
    """A statement as a database spells it, and how a row of values fills it."""

    words: str
    places: tuple[tuple[str, Callable[[Any], Any] | None], ...]  # name, and how its value is bound
    fixed: dict[str, Any]  # what the statement itself says
    by_place: bool  # values go by place, or by name

    def fill(self, row: Row) -> tuple[Any, ...] | dict[str, Any]:
        """Return the values of a row as the driver takes them."""
        fixed = self.fixed
        values = [
            (name, fixed[name] if name in fixed else row[name] if bind is None else bind(row[name]))
            for name, bind in self.places
        ]
        return tuple([value for _, value in values]) if self.by_place else dict(values)


def many(connection: Connection, statement: ClauseElement, rows: Sequence[Row]) -> None:
    """Execute a statement that returns nothing once for each row; all rows name the same values.

    Raises:
        KeyError: a row lacks a value.
        ValueError: the statement wants more than its rows can give.

    """
    if rows:
        form = _form(statement, connection.dialect, tuple(rows[0]))
        connection.exec_driver_sql(form.words, [form.fill(row) for row in rows])


@lru_cache(_FORMS)
def _form(statement: ClauseElement, dialect: Dialect, names: tuple[str, ...]) -> _Form:
    compiled: Any = statement.compile(dialect=dialect, column_keys=list(names))
    if compiled.insert_prefetch or compiled.update_prefetch or compiled.post_compile_params:
        raise ValueError(f"this statement is not for many rows: {compiled}")
    bound = {name: one.type.dialect_impl(dialect).bind_processor(dialect) for name, one in compiled.binds.items()}
    order = compiled.positiontup or tuple(compiled.bind_names.values())
    said = {name: value for name, value in compiled.params.items() if name not in names}
    fixed = {name: bind(value) if (bind := bound[name]) else value for name, value in said.items()}
    return _Form(str(compiled), tuple((name, bound[name]) for name in order), fixed, bool(compiled.positiontup))
