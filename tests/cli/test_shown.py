"""Every command that the guide shows runs as it is shown, on a desk that has lived."""

import mailbox
import shlex
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import BROKEN, WISH, Triaged
from tests.docs.test_docs import COMMANDS

ELSEWHERE = (  # shown, and tried where there is what they need
    "triaged run",
    "triaged login",
    "triaged demo",
    "triaged init",
    "triaged import --mailbox",
    "triaged check --mailbox",
    "triaged check --probe",
)
INSTEAD = {"12": "1", "7": "4", "/var/backups/triaged/monday.db": "monday.db"}  # what this desk has
SHOWN = sorted((line for line in COMMANDS if not line.startswith(ELSEWHERE)), key=lambda line: "erase" in line)


@pytest.fixture(scope="module")
def place(lived_in: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the desk with the files beside it that the guide speaks of."""
    folder = tmp_path_factory.mktemp("shown") / "desk"
    shutil.copytree(lived_in.parent, folder)
    for name in ("old.mbox", "sent.mbox", "old-tickets.mbox"):
        box = mailbox.mbox(folder / name)
        box.add(BROKEN)
        box.close()
    mailbox.Maildir(folder / "Maildir").add(WISH)
    (folder / "old-tickets").mkdir()
    for name in ("some.eml", "odd.eml", "old-tickets/1.eml"):
        (folder / name).write_bytes(BROKEN)
    return folder


def test_the_guide_shows_a_good_deal() -> None:
    assert len(SHOWN) > 15


@pytest.mark.parametrize("line", SHOWN)
def test_a_command_runs_as_it_is_shown(
    line: str, place: Path, triaged: Triaged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    for one in line.split(" && "):
        words = [INSTEAD.get(word, word) for word in shlex.split(one)]
        assert words[0] == "triaged", one
        ended = triaged(*words[1:])
        assert ended.exit_code == 0, ended.output
