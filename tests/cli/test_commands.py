"""The table of commands: each is there, says of itself what the list says, and wakes no more than it needs."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from daemon.cli import app
from daemon.cli.commands import COMMANDS, Command, said_of, woken
from tests.cli.conftest import Triaged

ROOT = Path(__file__).parent.parent.parent
HEAVY = {
    "aiosmtpd", "alembic", "cryptography", "daemon.run", "dns", "email.message", "httpx", "icalendar", "jinja2",
    "prometheus_client", "pydantic", "sqlalchemy", "structlog", "uvloop",
}  # fmt: skip
QUESTIONS = {"pydantic", "sqlalchemy", "email.message"}  # what a question to the store cannot do without


def awake_after(*arguments: object, cwd: Path) -> set[str]:
    """Run a command line in a process of its own, and return what of the heavy parts it has loaded."""
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); sys.argv[0] = 'triaged'\n"
        "import atexit; atexit.register(lambda: print(*sys.modules, file=sys.stderr))\n"
        "from daemon.cli import main; main()"
    )
    command = [sys.executable, "-c", code, *map(str, arguments)]
    ended = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return HEAVY & set(ended.stderr.split())


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.word)
def test_a_command_says_of_itself_what_the_list_says(command: Command) -> None:
    told = woken(command).help
    assert said_of(command) == " ".join(told.split("\n\n")[0].split()) != ""


def test_every_word_stands_once_and_in_the_order_of_the_help() -> None:
    assert list(get_command(app).commands) == [command.word for command in COMMANDS]  # type: ignore[attr-defined]


@pytest.mark.parametrize("asked", ["--version", "--help"])
def test_what_needs_no_desk_wakes_nothing_heavy(asked: str, tmp_path: Path) -> None:
    assert awake_after(asked, cwd=tmp_path) <= {"email.message"}


@pytest.mark.parametrize("word", ["status", "list", "outbox"])
def test_a_question_wakes_the_settings_and_the_store_and_no_more(word: str, lived_in: Path) -> None:
    assert awake_after(word, "--json", "-c", lived_in, cwd=lived_in.parent) <= QUESTIONS


def test_the_version_is_said(triaged: Triaged) -> None:
    told = triaged("--version")
    assert (told.exit_code, told.stdout.split()[0]) == (0, "triaged")
