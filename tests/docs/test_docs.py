"""What the guide says is so: commands exist, words are the grammar's, links lead somewhere, TOML is a desk."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.cli.commands import COMMANDS as EVERY
from daemon.cli.commands import woken
from daemon.core.commands.grammar import GRAMMAR
from daemon.core.settings import Settings

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted([*(ROOT / "docs").glob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md"])
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:]+)\)")


def blocks(page: Path, language: str) -> Iterator[str]:
    return (text for tongue, text in FENCE.findall(page.read_text("utf-8")) if tongue == language)


COMMANDS = sorted(
    {
        line.partition("#")[0].strip()
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
