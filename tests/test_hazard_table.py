"""Every hazard of the table has a test that shows what happens, or a reason why it cannot occur."""

import ast
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.corpora import CORPORA

TESTS = Path(__file__).parent
ROW = re.compile(r"^\| ([IPTCAOSWG]\d{1,2}) \|", re.MULTILINE)
NAME = re.compile(r"(?P<file>[\w/]+\.py)::(?P<test>test_\w+)(?:\[(?P<case>[\w.-]+)\])?")
TABLE: dict[str, dict[str, Any]] = tomllib.loads((TESTS / "hazards.toml").read_text("utf-8"))


@cache
def names_in(file: str) -> frozenset[str]:
    tree = ast.parse((TESTS / file).read_text("utf-8"))
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(node.name for node in functions)


def hazards() -> list[str]:
    table = CORPORA.parent / "reference" / "hazards.md" if CORPORA else Path("absent")
    return ROW.findall(table.read_text("utf-8")) if table.is_file() else []


def test_each_hazard_has_its_test_or_its_reason() -> None:
    known = hazards()
    if not known:
        pytest.skip("the table of hazards (shared/reference/hazards.md) is not beside the checkout")
    assert len(known) == 94
    assert sorted(set(known) - TABLE.keys()) == []
    assert sorted(TABLE.keys() - set(known)) == []


@pytest.mark.parametrize("hazard", TABLE)
def test_what_is_said_of_a_hazard_is_there(hazard: str) -> None:
    row = TABLE[hazard]
    assert row.keys() <= {"shown", "absent"}
    assert row.get("shown") or len(row.get("absent", "").split()) > 5
    for name in row.get("shown", ()):
        found = NAME.fullmatch(name)
        assert found, name
        assert found["test"] in names_in(found["file"]), name
        assert case_is_there(found["file"], found["case"]), name


def case_is_there(file: str, case: str | None) -> bool:
    """Say whether the mail or the story is there that a case is made of."""
    if case is None:
        return True
    if file.startswith("journeys/test_journeys"):
        return (TESTS / "journeys" / case / "story.toml").is_file()
    return CORPORA is None or (CORPORA / "hazards" / case).is_file()
