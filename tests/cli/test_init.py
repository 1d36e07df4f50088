"""`triaged init` puts what it is told into the file that ships, whose comments stay, and asks at a terminal."""

import os
import pty
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from daemon import config
from daemon.cli.init import Wishes, filled
from daemon.cli.providers import PROVIDERS, Provider, provider
from daemon.core.settings import Settings
from tests.cli.conftest import Triaged

ROOT = Path(__file__).parents[2]
SHIPPED = (ROOT / "templates" / "triaged.toml").read_text("utf-8")
ANNA, JUL = ("Anna Berg", "anna@acme.example"), ("Jürgen O'Neil", "juergen@acme.example")


def loaded(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("MAILBOX_PASSWORD", "open sesame")
    (folder / "triaged.toml").write_text(text, "utf-8")
    answer = config.load(folder / "triaged.toml")
    assert isinstance(answer, Settings), answer
    return answer


def test_nothing_wished_is_the_file_as_it_ships() -> None:
    assert filled(SHIPPED, Wishes()) == SHIPPED


def test_only_lines_that_are_wished_change_and_every_comment_stays() -> None:
    told = filled(SHIPPED, Wishes("help@acme.example", "product@acme.example", (ANNA,)))
    before, after = SHIPPED.split("\n"), told.split("\n")
    gone = [line for line in before if line not in after]
    assert gone == ['address = "support@example.org"', 'address = "product@example.org"']  # two other lists are empty


@pytest.mark.parametrize("at", PROVIDERS, ids=lambda at: at.name)
def test_a_mailbox_of_a_provider_is_a_desk_that_reads_there_and_sends_there(
    at: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = filled(SHIPPED, Wishes("help@acme.example", "product@acme.example", (ANNA, JUL), at))
    desk = loaded(text, tmp_path, monkeypatch)
    (box,) = desk.imap
    assert (box.host, box.port, box.user, box.recipient_header) == (
        at.host,
        993,
        "help@acme.example",
        at.recipient_header,
    )
    assert (desk.relay.url, desk.relay.user, desk.relay.password) == (at.relay, "help@acme.example", "open sesame")
    assert (box.oauth, box.password) == ((at.name, None) if at.oauth else (None, "open sesame"))
    assert desk.smtp is None
    assert [(person.id, person.name, person.address) for person in desk.people] == [("anna", *ANNA), ("jurgen", *JUL)]
    assert desk.duty.people == ("anna", "jurgen")


def test_a_host_stands_for_a_provider_that_is_not_known() -> None:
    found = provider("imap.acme.example:1993", "")
    assert found is not None
    assert (found.host, found.port, found.relay) == ("imap.acme.example", 1993, "smtp://imap.acme.example:587")
    assert provider("acme", "") is None
    assert provider("imap.acme.example:0", "") is None
    assert provider("imap.acme.example:x", "") is None


def test_two_of_one_name_are_told_apart(tmp_path: Path, triaged: Triaged) -> None:
    told = triaged("init", tmp_path, "--duty", "Bo Li <bo@a.example>", "--duty", "Bo Ek <bo.ek@a.example>")
    assert told.exit_code == 0
    assert tomllib.loads((tmp_path / "triaged.toml").read_text("utf-8"))["duty"]["people"] == ["bo", "bo2"]


@pytest.mark.parametrize(
    "wrong",
    [
        ("--duty", "anna"),
        ("--duty", "<a@b>\nx"),
        ("--mailbox", "fastmail"),
        ("--mailbox", "nowhere", "--address", "a@b.example"),
    ],
)
def test_what_cannot_be_meant_is_told_and_nothing_is_written(
    wrong: tuple[str, ...], tmp_path: Path, triaged: Triaged
) -> None:
    told = triaged("init", tmp_path / "desk", *wrong)
    assert told.exit_code == 2
    assert wrong[0] in told.stderr
    assert not (tmp_path / "desk").exists()


def test_what_is_there_is_never_overwritten(tmp_path: Path, triaged: Triaged) -> None:
    (tmp_path / "triaged.toml").write_text("mine", "utf-8")
    assert triaged("init", tmp_path, "--address", "help@acme.example").exit_code == 1
    assert (tmp_path / "triaged.toml").read_text("utf-8") == "mine"


def test_at_a_terminal_it_asks(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    answers = ("help@acme.example", "", "Anna Berg <anna@acme.example>", "google")
    os.write(ours, "".join(f"{answer}\n" for answer in answers).encode())
    command = [sys.executable, "-m", "daemon", "init", str(tmp_path)]
    told = subprocess.run(command, cwd=ROOT, stdin=theirs, capture_output=True, text=True, timeout=60, check=True)
    os.close(ours)
    os.close(theirs)
    written = tomllib.loads((tmp_path / "triaged.toml").read_text("utf-8"))
    assert written["desk"]["address"] == written["imap"][0]["user"] == "help@acme.example"
    assert written["pipeline"]["address"] == "product@example.org"
    assert written["duty"]["people"] == ["anna"]
    assert "next: " in told.stdout


def test_what_cannot_be_is_asked_again_and_several_may_be_on_duty(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    answers = (
        "help",
        "help@acme.example",
        "",
        "Anna",
        'Anna Berg <anna@acme.example>, bo@acme.example; "O\'Hara" <jo@a.b>',
    )
    os.write(ours, "".join(f"{answer}\n" for answer in (*answers, "nowhere", "")).encode())
    command = [sys.executable, "-m", "daemon", "init", str(tmp_path)]
    told = subprocess.run(command, cwd=ROOT, stdin=theirs, capture_output=True, text=True, timeout=60, check=True)
    os.close(ours)
    os.close(theirs)
    written = tomllib.loads((tmp_path / "triaged.toml").read_text("utf-8"))
    assert [person["name"] for person in written["people"]] == ["Anna Berg", "Bo", "O'Hara"]
    assert written["duty"]["people"] == ["anna", "bo", "ohara"]
    for wrong in ("'help' is no address", "'Anna' is not written as in the example", "'nowhere' is none of these"):
        assert wrong in told.stdout + told.stderr
