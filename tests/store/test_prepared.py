"""A prepared statement does what SQLAlchemy would do with it."""

from collections.abc import Iterator
from enum import StrEnum

import psycopg
import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError

from store.columns import CleanText, Json, Key, Word
from store.database import writing
from store.prepared import ask, inserted, many


class Colour(StrEnum):
    """Words of a small vocabulary."""

    RED = "red"
    BLUE = "blue"


_META = MetaData()
_THING = Table(
    "thing",
    _META,
    Column("id", Integer, primary_key=True),
    Column("key", Key),
    Column("text", CleanText),
    Column("colour", Word(Colour)),
    Column("told", Json),
    Column("done", Boolean),
)
_DEFAULTED = Table("defaulted", MetaData(), Column("id", Integer, primary_key=True), Column("n", Integer, default=7))
_PAINT = (
    update(_THING)
    .where(_THING.c.id == bindparam("row"))
    .values(colour=bindparam("paint"), done=True, text=None, told=bindparam("say"))
)


def _rows(count: int) -> list[dict[str, object]]:
    return [
        {"id": n, "key": "k" * 400, "text": f"a\0b {n}", "colour": Colour.RED, "told": [n, "é"], "done": False}
        for n in range(count)
    ]


@pytest.fixture
def connection(empty_url: str) -> Iterator[Connection]:
    engine = writing(empty_url)
    with engine.begin() as opened:
        _META.create_all(opened)
        yield opened
    engine.dispose()


_FIND = select(_THING).where(_THING.c.id.in_(bindparam("rows", expanding=True))).order_by(_THING.c.id)


def _all(connection: Connection) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(select(_THING).order_by(_THING.c.id))]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_rows_are_written_as_sqlalchemy_writes_them(connection: Connection, count: int) -> None:
    many(connection, insert(_THING), _rows(count))
    many(connection, _PAINT, [{"row": n, "paint": Colour.BLUE, "say": None} for n in range(0, count, 2)])
    written = _all(connection)
    connection.execute(delete(_THING))
    for row in _rows(count):
        connection.execute(insert(_THING), row)
    for n in range(0, count, 2):
        connection.execute(_PAINT, {"row": n, "paint": Colour.BLUE, "say": None})
    assert written == _all(connection)
    assert len(written) == count


def test_a_row_that_lacks_a_value_is_a_fault(connection: Connection) -> None:
    with pytest.raises(KeyError):
        many(connection, insert(_THING), [*_rows(1), {"id": 2}])


def test_a_statement_that_python_must_help_is_refused(connection: Connection) -> None:
    with pytest.raises(ValueError, match="not for many rows"):
        many(connection, insert(_DEFAULTED), [{"id": 1}])
    with pytest.raises(ValueError, match="not for many rows"):
        many(connection, delete(_THING).where(_THING.c.id.in_(bindparam("ids", expanding=True))), [{"ids": [1]}])


@pytest.mark.parametrize("count", [0, 1, 3, 8, 11, 1500])
def test_what_is_found_reads_as_sqlalchemy_reads_it(connection: Connection, count: int) -> None:
    many(connection, insert(_THING), _rows(20))
    asked = {"rows": list(range(count))}
    found = ask(connection, _FIND, asked)
    assert found == [tuple(row) for row in connection.execute(_FIND, asked)]
    assert [row.colour for row in found] == [Colour.RED] * min(count, 20)


def test_a_question_may_ask_for_a_list_and_a_limit(connection: Connection) -> None:
    many(connection, insert(_THING), _rows(5))
    first = ask(connection, _FIND.limit(bindparam("most")), {"rows": [1, 2, 3], "most": 2})
    assert [row.id for row in first] == [1, 2]


@pytest.mark.parametrize("count", [0, 1, 3, 70])
def test_what_is_inserted_comes_back_whole(connection: Connection, count: int) -> None:
    came = inserted(connection, insert(_THING).returning(_THING.c.id, _THING.c.told), _rows(count))
    assert sorted(tuple(row) for row in came) == [(n, [n, "é"]) for n in range(count)]
    many_by_one = _all(connection)
    connection.execute(delete(_THING))
    for row in _rows(count):
        connection.execute(insert(_THING), row)
    assert many_by_one == _all(connection)


def test_a_fault_is_told_as_sqlalchemy_tells_it_and_without_the_values(connection: Connection) -> None:
    many(connection, insert(_THING), _rows(1))
    with pytest.raises(IntegrityError) as told, connection.begin_nested():
        many(connection, insert(_THING), _rows(1))
    assert "a\ufffdb" not in str(told.value)
    assert len(_all(connection)) == 1


def test_a_connection_that_is_gone_is_known_as_such(postgres_url: str) -> None:
    engine = writing(postgres_url)
    with engine.connect() as connection:
        (row,) = ask(connection, select(func.pg_backend_pid().label("pid")), {})
        with psycopg.connect(engine.url.render_as_string(False).replace("+psycopg", "")) as other:
            other.execute("SELECT pg_terminate_backend(%s)", (row.pid,))
        with pytest.raises(DBAPIError) as told:
            ask(connection, select(func.pg_backend_pid().label("pid")), {})
        assert told.value.connection_invalidated
        connection.rollback()
        assert ask(connection, select(func.pg_backend_pid().label("pid")), {}) != [row]
    engine.dispose()
