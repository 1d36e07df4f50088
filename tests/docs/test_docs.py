"""What the guide says is so: commands exist, words are the grammar's, links lead somewhere, TOML is a desk."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from daemon import journey
from daemon.cli.commands import COMMANDS as EVERY
from daemon.cli.commands import woken
from daemon.core.commands.grammar import GRAMMAR
from daemon.core.settings import Settings
from tests.test_house import floor

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted([*(ROOT / "docs").glob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md"])
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
ARCHITECTURE = "docs/architecture.md"
LINK = re.compile(r"\]\(([^)#:]+)\)")


def blocks(page: Path, language: str) -> Iterator[str]:
    return (text for tongue, text in FENCE.findall(page.read_text("utf-8")) if tongue == language)


COMMANDS = sorted(
    {
        line.partition(" #")[0].strip()
        for page in PAGES
        for text in blocks(page, "")
        for line in text.splitlines()
        if line.startswith("triaged ")
    }
)


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_that_is_shown_exists_with_its_options(line: str) -> None:
    _, first, *rest = shlex.split(line.replace(" && ", " ; ").partition(";")[0])
    command = woken(next(one for one in EVERY if one.word == first))
    for word in rest:
        if word.startswith("-"):
            assert any(word in (*one.opts, *one.secondary_opts) for one in command.params), word
        elif (inner := getattr(command, "commands", {}).get(word)) is not None:
            command = inner
    assert not hasattr(command, "commands") or command.invoke_without_command, f"{line}: ends in a group"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    assert [link for link in LINK.findall(page.read_text("utf-8")) if not (page.parent / link).exists()] == []


def test_the_guide_names_every_page() -> None:
    index = (ROOT / "docs/README.md").read_text("utf-8")
    assert [page.name for page in (ROOT / "docs").glob("*.md") if f"({page.name})" not in index] == ["README.md"]


def test_every_word_of_the_grammar_stands_in_the_guide_as_its_table_writes_it() -> None:
    table = (ROOT / "docs/commands.md").read_text("utf-8").splitlines()
    rows = [f"| `{row.form}` | {' '.join(f'`{word}`' for word in row.aliases)} | {row.help} |" for row in GRAMMAR]
    assert [line for line in table if line.startswith("| `")] == rows


def test_the_settings_that_are_shown_are_a_desk() -> None:
    tables = [table for text in blocks(ROOT / "docs/start.md", "toml") for table in tomllib.loads(text).items()]
    shown = {name: table for name, table in tables if name not in ("relay", "imap")}  # these two name secrets
    assert Settings.model_validate(shown).desk.address == "support@acme.example"


def test_the_drawing_is_the_one_of_the_readme() -> None:
    drawn = [
        next(text for text in blocks(ROOT / page, "") if "THE DOORS" in text) for page in ("README.md", ARCHITECTURE)
    ]
    readme, guide = ([line for line in text.splitlines() if line.strip()] for text in drawn)
    assert [line for line in guide if line not in readme] == []


def test_what_the_architecture_names_is_there() -> None:
    text = (ROOT / ARCHITECTURE).read_text("utf-8")
    named = set(re.findall(r"`((?:daemon|store|tests)/[\w/.]{1,80})`", text))
    assert len(named) > 8
    assert sorted(name for name in named if not (ROOT / name).exists()) == []


def test_the_stages_of_the_architecture_are_the_spines() -> None:
    text = (ROOT / ARCHITECTURE).read_text("utf-8")
    stages = re.findall(r"^\| `(\w+)` \| `daemon/journey.py`", text, re.MULTILINE)
    assert stages == ["receive", "process", "deliver", "elapse", "round_"]
    assert all(callable(getattr(journey, stage)) for stage in stages)


def test_the_values_of_the_architecture_are_where_it_says() -> None:
    text = (ROOT / ARCHITECTURE).read_text("utf-8")
    values = re.findall(r"^\| `([A-Z]\w+)` \| `([\w/]+)\.py`", text, re.MULTILINE)
    assert len(values) == 6
    for name, place in values:
        assert hasattr(import_module(place.replace("/", ".")), name), name


def test_the_floors_of_the_architecture_are_the_houses() -> None:
    shown = next(text for text in blocks(ROOT / ARCHITECTURE, "") if text.startswith("daemon/cli"))
    lines = [[name.removesuffix(".py") for name in line[:36].split()] for line in shown.splitlines()]
    names = [[name if name.startswith(("daemon", "store")) else f"daemon/{name}" for name in line] for line in lines]
    floors = [[floor(name.replace("/", ".")) for name in line] for line in names]
    assert all(None not in line for line in floors), names
    assert [max(line) for line in floors] == sorted(max(line) for line in floors)
