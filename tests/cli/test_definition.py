"""`triaged definition test` shows what a changed definition would have decided on stored mail, and changes nothing."""

import asyncio
import json
import os
import pty
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from daemon.core.desk.teaching import correction
from daemon.core.mail.parse import parse
from store.model.verdict import Tag
from store.store import Store
from tests.cli.conftest import BROKEN, Triaged
from tests.desk import shipped_definition

OTHER = """
sentence = "An emergency is a list that cannot be sorted."

[words]
tongue = { en = "the is" }
not = { en = "not" }
without = { en = "no" }
only = { en = "only" }
but = { en = "but" }

[groups.unsorted]
technical = 4
stopping = 4
en = "list could be sorted"
"""


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A definition by which the wish of the desk's store is an emergency, and nothing else is anything."""
    (tmp_path / "other.toml").write_text(OTHER, "utf-8")
    return tmp_path / "other.toml"


def changes(triaged: Triaged, *arguments: object) -> list[dict[str, Any]]:
    result = triaged("definition", "test", "--json", *arguments)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_the_same_definition_changes_nothing(lived_in: Path, triaged: Triaged) -> None:
    result = triaged("definition", "test", "-c", lived_in)
    assert (result.exit_code, result.stdout) == (0, "3 judged anew, none changed\n")
    assert changes(triaged, "-c", lived_in) == []


def test_every_changed_verdict_is_an_object_with_the_clause_and_its_words(
    lived_in: Path, other: Path, triaged: Triaged
) -> None:
    records = {record["ticket"]: record for record in changes(triaged, other, "-c", lived_in)}
    wish = records[2]
    assert list(wish) == ["ticket", "subject", "then", "now", "clause", "holds", "quotes", "said"]
    assert (wish["subject"], wish["then"]["tag"], wish["now"]["tag"]) == ("Idea", "feature", "emergency")
    assert wish["clause"] in ("technical", "stopping")
    assert wish["holds"]["now"] is True
    assert [quote["text"] for quote in wish["quotes"]] == ["list could be sorted"]
    assert "emergency" not in {record["now"]["tag"] for number, record in records.items() if number != 2}


def test_the_table_shows_then_and_now_and_what_made_the_difference(
    lived_in: Path, other: Path, triaged: Triaged
) -> None:
    lines = triaged("definition", "test", other, "-c", lived_in).stdout.splitlines()
    row = next(line for line in lines if line.endswith("Idea") or " Idea " in line)
    for words in ("feature", "emergency", '"list could be sorted" +4.0', "-> yes"):
        assert words in row
    assert any("feature -> emergency" in line for line in lines)
    assert any(line.startswith("3 judged anew, ") for line in lines)
    assert "team says" not in lines[0]


def test_the_desks_own_definition_is_taken_as_it_lies_on_the_disk(
    lived_in: Path, other: Path, tmp_path: Path, triaged: Triaged
) -> None:
    own = Path(shutil.copytree(lived_in.parent, tmp_path / "copy"))
    shutil.copy(other, own / "definition.toml")
    assert changes(triaged, "-c", own / "triaged.toml") == changes(triaged, other, "-c", lived_in)


def test_what_the_team_said_is_set_beside_it(lived_in: Path, other: Path, tmp_path: Path, triaged: Triaged) -> None:
    own = Path(shutil.copytree(lived_in.parent, tmp_path / "copy"))

    async def teach() -> None:
        store = Store.open(f"sqlite:///{own}/triaged.db")
        await store.correct(correction(2, parse(BROKEN), Tag.EMERGENCY, "bob", shipped_definition(), time.time()))
        await store.close()

    asyncio.run(teach())
    page = triaged("definition", "test", other, "-c", own / "triaged.toml").stdout
    assert "team says" in page
    assert "1 of them the team has called by name: 0 right then, 1 now" in page
    (wish,) = (record for record in changes(triaged, other, "-c", own / "triaged.toml") if record["ticket"] == 2)
    assert wish["said"] == "emergency"


def test_faults_in_the_file_are_told_with_line_and_phrase(lived_in: Path, other: Path, triaged: Triaged) -> None:
    other.write_text(OTHER.replace("list could", "list ~99 could").replace("stopping = 4", "stopping = 44"), "utf-8")
    result = triaged("definition", "test", other, "-c", lived_in)
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"{other}:13: groups.unsorted: stopping: must be a number" in result.stderr
    assert f"{other}:14: groups.unsorted: list ~99 could be sorted: a gap is written" in result.stderr


def test_check_notes_what_the_definition_says_twice(lived_in: Path, tmp_path: Path, triaged: Triaged) -> None:
    own = Path(shutil.copytree(lived_in.parent, tmp_path / "copy"))
    (own / "definition.toml").write_text(OTHER.replace('sorted"', 'sorted; list|lists ~1, be sorted"'), "utf-8")
    notes = [line for line in triaged("check", "-c", own / "triaged.toml").stdout.splitlines() if "covered" in line]
    (note,) = notes
    assert note.startswith("note")
    assert f"{own}/definition.toml:14: groups.unsorted: list could be sorted: it is covered by list|lists ~1" in note


def test_check_tells_every_fault_of_the_definition_with_line_and_phrase(
    lived_in: Path, tmp_path: Path, triaged: Triaged
) -> None:
    own = Path(shutil.copytree(lived_in.parent, tmp_path / "copy"))
    broken = OTHER.replace("list could", "list ~99 could").replace("stopping = 4", "stopping = 44")
    (own / "definition.toml").write_text(broken + '\n[areas.list]\nen = "list|<lists>"\n', "utf-8")
    result = triaged("check", "-c", own / "triaged.toml")
    assert result.exit_code == 1
    told = [line.partition(f"{own}/definition.toml")[2] for line in result.stdout.splitlines() if "definition" in line]
    assert [line.partition(" ")[0] for line in told] == [":13:", ":14:", ":17:"]
    for line, phrase in zip(told, ("stopping", "list ~99 could be sorted", "list|<lists>"), strict=True):
        assert phrase in line
    (own / "definition.toml").write_text('sentence = "x"\n[words\n', "utf-8")
    assert f"{own}/definition.toml:2:" in triaged("check", "-c", own / "triaged.toml").stdout


def test_exit_statuses(lived_in: Path, new_desk: Path, triaged: Triaged) -> None:
    assert triaged("definition", "test", "no-such-file.toml", "-c", lived_in).exit_code == 1
    assert triaged("definition", "test", "-c", new_desk).exit_code == 1  # there is no store yet
    assert triaged("definition", "test", "--no-such-option").exit_code == 2
    assert triaged("definition").exit_code == 2


def test_a_terminal_sees_how_far_it_has_come_and_a_pipe_does_not(lived_in: Path, other: Path) -> None:
    command = [sys.executable, "-m", "daemon", "definition", "test", str(other), "-c", str(lived_in)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "TERM": "xterm", "COLUMNS": "100"}
    ours, theirs = pty.openpty()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, env=environment, timeout=60, check=True)
    os.close(theirs)
    told = os.read(ours, 1 << 16)
    os.close(ours)
    assert b"judging anew" in told
    assert b"judging" not in done.stdout.replace(b"judged", b"")
    silent = subprocess.run(command, capture_output=True, env=environment, timeout=60, check=True)
    assert (silent.stderr, silent.stdout) == (b"", done.stdout)


def test_a_reader_that_has_read_enough_is_no_fault(lived_in: Path, other: Path) -> None:
    command = f"{sys.executable} -m daemon definition test --json {other} -c {lived_in} | true"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(["sh", "-c", command], capture_output=True, env=environment, timeout=60, check=False)
    assert done.stderr == b""
