"""One statement for many rows does what SQLAlchemy would do with each of them."""

from collections.abc import Iterator
from enum import StrEnum

import pytest
from sqlalchemy import Boolean, Column, Connection, Integer, MetaData, Table, bindparam, delete, insert, select, update

from store.columns import CleanText, Json, Key, Word
from store.database import writing
from store.many import many


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
