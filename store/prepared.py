"""What is said to the database for every message: compiled once, then the driver is handed plain values.

SQLAlchemy writes the words, and knows how a value of a column goes in and comes out; what it would do anew each time,
naming, defaulting, ordering and wrapping, is done here once a statement.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Dialect, bindparam
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.expression import ClauseElement, ValuesBase

Row = Mapping[str, Any]
_Result = TypeVar("_Result")
_Turns = tuple[tuple[int, Callable[[Any], Any]], ...]
"""What is made of the values at these places; all others stay as they are."""

_ROWS = 32  # that are inserted at once
_LONG = 1024  # values of a list that is rare, and left as it is
_FORMS = 512  # statements that are kept ready; there are some tens of them, a few for lists of several lengths


@dataclass(frozen=True, slots=True)
class _Form:
    """A statement as a database spells it, and how values fill it."""

    words: str
    names: tuple[str, ...]  # of the places to be filled, in their order
    fixed: dict[str, Any]  # what the statement itself says
    lists: tuple[tuple[str, list[str]], ...]  # each fills several places, with these names
    turns: _Turns
    by_place: bool  # values go by place, or by name

    def fill(self, row: Row) -> Sequence[Any] | dict[str, Any]:
        """Return the values of a row as the driver takes them."""
        every = {**row, **self.fixed} if self.fixed else row
        values = _turned([every[name] for name in self.names], self.turns)
        return values if self.by_place else dict(zip(self.names, values, strict=True))


def say(connection: Connection, words: str) -> None:
    """Have the database do what needs no values and returns nothing."""
    _run(connection, words, lambda cursor: cursor.execute(words))


def many(connection: Connection, statement: ClauseElement, rows: Sequence[Row]) -> None:
    """Execute a statement that returns nothing once for each row; all rows name the same values.

    Raises:
        KeyError: a row lacks a value.
        ValueError: the statement wants more than its rows can give.

    """
    if rows:
        form = _form(statement, connection.dialect, tuple(rows[0]))
        values = [form.fill(row) for row in rows]
        _run(connection, form.words, lambda cursor: cursor.executemany(form.words, values))


def ask(connection: Connection, statement: ClauseElement, values: Row) -> list[Any]:
    """Return the rows that a statement finds or returns, each with its values by name.

    A list is the value of an expanding parameter, and only good for IN: it is lengthened by its last value, so that
    there are few forms of a statement.

    Raises:
        KeyError: a value is lacking.
        ValueError: the statement wants more than these values.

    """
    padded = {name: _padded(value) for name, value in values.items() if isinstance(value, list)}
    lists = tuple([(name, len(several)) for name, several in padded.items()])
    form = _form(statement, connection.dialect, tuple(values), lists)
    spread = {place: one for name, places in form.lists for place, one in zip(places, padded[name], strict=True)}
    return _asked(connection, statement, form, {**values, **spread})


def inserted(connection: Connection, statement: ValuesBase, rows: Sequence[Row]) -> list[Any]:
    """Insert rows that all name the same values, several at once; return what the statement returns, in any order.

    Raises:
        KeyError: a row lacks a value.

    """
    found: list[Any] = []
    names = tuple(rows[0]) if rows else ()
    while rows:
        some = min(1 << (len(rows).bit_length() - 1), _ROWS)  # a power of two, so that there are few forms
        whole, places = _several(statement, names, some)
        values = dict(zip(places, [row[name] for row in rows[:some] for name in names], strict=True))
        found += _asked(connection, whole, _form(whole, connection.dialect, places), values)
        rows = rows[some:]
    return found


@lru_cache(_FORMS)
def _several(statement: ValuesBase, names: tuple[str, ...], count: int) -> tuple[ValuesBase, tuple[str, ...]]:
    """Return the statement for so many rows, and the names of their values, row by row."""
    kinds = {name: statement.table.c[name].type for name in names}
    rows = [{name: bindparam(f"{name}_{n}", type_=kind) for name, kind in kinds.items()} for n in range(count)]
    return statement.values(rows), tuple([one.key for row in rows for one in row.values()])


def _padded(values: list[Any]) -> list[Any]:
    if not 0 < len(values) <= _LONG:
        return values
    whole = 1 << (len(values) - 1).bit_length()
    return values + values[-1:] * (whole - len(values))


def _turned(values: list[Any], turns: _Turns) -> list[Any]:
    for place, turn in turns:
        values[place] = turn(values[place])
    return values


def _asked(connection: Connection, statement: ClauseElement, form: _Form, values: Row) -> list[Any]:
    filled = form.fill(values)

    def found(cursor: Any) -> list[Any]:
        cursor.execute(form.words, filled)
        kinds = tuple([column[1] for column in cursor.description])
        named, turns = _reading(statement, connection.dialect, kinds)
        rows = cursor.fetchall()
        return [named(_turned(list(row), turns)) for row in rows] if turns else [named(row) for row in rows]

    return _run(connection, form.words, found)


def _run(connection: Connection, words: str, act: Callable[[Any], _Result]) -> _Result:
    """Do something with a cursor of the driver; its faults are told as SQLAlchemy tells them, without the values."""
    dialect: Any = connection.dialect
    cursor = connection.connection.cursor()
    try:
        return act(cursor)
    except dialect.loaded_dbapi.Error as fault:
        gone = dialect.is_disconnect(fault, connection.connection, cursor)
        if gone:
            connection.invalidate(fault)
        hidden: Any = {"hide_parameters": True, "connection_invalidated": gone, "dialect": dialect}
        raise DBAPIError.instance(words, None, fault, dialect.loaded_dbapi.Error, **hidden) from fault
    finally:
        cursor.close()


@lru_cache(_FORMS)
def _form(
    statement: ClauseElement, dialect: Dialect, names: tuple[str, ...], lengths: tuple[tuple[str, int], ...] = ()
) -> _Form:
    """Return the form of a statement that is given these values, of which those with a length are lists."""
    compiled: Any = statement.compile(dialect=dialect, column_keys=list(names))
    if compiled.insert_prefetch or compiled.update_prefetch or (compiled.post_compile_params and not lengths):
        raise ValueError(f"this statement is not for many rows: {compiled}")
    asked = {**dict.fromkeys(names), **{name: [None] * length for name, length in lengths}}
    state = compiled.construct_expanded_state(asked)
    lists = {name: list(places) for name, places in state.parameter_expansion.items()}
    kinds = {name: one.type for name, one in compiled.binds.items()}
    kinds |= {place: kinds[name] for name, places in lists.items() for place in places}
    given = {name: kind.dialect_impl(dialect).bind_processor(dialect) for name, kind in kinds.items()}
    filled = asked.keys() | {place for places in lists.values() for place in places}
    told = {name: value for name, value in state.parameters.items() if name not in filled}
    order = tuple(state.positiontup or state.parameters)
    return _Form(
        state.statement,
        order,
        {name: bind(value) if (bind := given[name]) else value for name, value in told.items()},
        tuple(lists.items()),
        _turns([None if name in told else given[name] for name in order]),
        bool(state.positiontup),
    )


@lru_cache(_FORMS)
def _reading(statement: Any, dialect: Dialect, kinds: tuple[Any, ...]) -> tuple[Callable[[Sequence[Any]], Any], _Turns]:
    """Return how the rows of a statement are named, and their values turned, by the kinds that the driver tells."""
    columns = statement.exported_columns
    types = [column.type.dialect_impl(dialect) for column in columns]
    turns = [one.result_processor(dialect, kind) for one, kind in zip(types, kinds, strict=True)]
    return NamedTuple("Found", [(name, Any) for name, _ in columns.items()])._make, _turns(turns)


def _turns(processors: Sequence[Callable[[Any], Any] | None]) -> _Turns:
    return tuple((place, turn) for place, turn in enumerate(processors) if turn)
