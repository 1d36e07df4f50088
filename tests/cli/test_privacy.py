"""`export` and `erase`: all of one address, beside a running daemon."""

import json
import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.cli.conftest import BROKEN, CUSTOMER, Triaged, command


@pytest.fixture
def own_copy(lived_in: Path, tmp_path: Path) -> Path:
    """A desk that has lived and may be changed."""
    shutil.copytree(lived_in.parent, tmp_path / "copy")
    return tmp_path / "copy" / "triaged.toml"


def test_all_of_an_address_comes_in_a_zip(lived_in: Path, tmp_path: Path, triaged: Triaged) -> None:
    out = tmp_path / "maria.zip"
    result = triaged("export", CUSTOMER.upper(), "-o", out, "-c", lived_in)
    assert result.exit_code == 0, result.output
    assert out.stat().st_mode & 0o077 == 0
    with ZipFile(out) as archive:
        names = archive.namelist()
        texts = {name: archive.read(name) for name in names}
    assert [raw for name, raw in texts.items() if name.startswith("messages/")] == [BROKEN]
    assert len([name for name in names if name.startswith("mails/")]) == 1
    (ticket,) = (json.loads(line) for line in texts["tickets.jsonl"].splitlines())
    assert (ticket["number"], ticket["reporter"]) == (1, CUSTOMER)
    assert ticket["verdicts"][0]["clauses"][0]["evidence"]
    assert all(json.loads(line)["ticket"] == 1 for line in texts["events.jsonl"].splitlines())
    assert b"jonas" not in b"".join(texts.values())
    assert CUSTOMER.encode() in texts["README.txt"]


def test_a_zip_that_is_there_is_not_overwritten(lived_in: Path, tmp_path: Path, triaged: Triaged) -> None:
    out = tmp_path / "maria.zip"
    out.write_bytes(b"mine")
    assert triaged("export", CUSTOMER, "-o", out, "-c", lived_in).exit_code == 1
    assert out.read_bytes() == b"mine"


def test_who_is_not_here_is_told(lived_in: Path, tmp_path: Path, triaged: Triaged) -> None:
    out = tmp_path / "nobody.zip"
    result = triaged("export", "nobody@x.example", "-o", out, "-c", lived_in)
    assert result.exit_code == 1
    assert "nothing of nobody@x.example is here" in result.stderr
    assert not out.exists()
    assert triaged("export", "nobody", "-c", lived_in).exit_code == 2


def test_without_a_terminal_erasing_needs_its_yes(own_copy: Path, triaged: Triaged) -> None:
    refused = triaged("erase", CUSTOMER, "-c", own_copy)
    assert refused.exit_code == 2
    assert "--yes" in refused.stderr
    assert CUSTOMER in triaged("list", "-c", own_copy).stdout


def test_the_desk_and_its_members_are_not_erased(own_copy: Path, triaged: Triaged) -> None:
    own_copy.write_text(
        own_copy.read_text("utf-8") + '[[people]]\nid = "bo"\nname = "Bo"\naddress = "bo@acme.example"\n', "utf-8"
    )
    for address in ("help@acme.example", "Bo@acme.example"):
        assert triaged("erase", address, "--yes", "-c", own_copy).exit_code == 1


def test_an_address_is_erased_without_a_trace(own_copy: Path, triaged: Triaged) -> None:
    result = command("erase", CUSTOMER, "--yes", "-c", own_copy, cwd=own_copy.parent)
    assert (result.returncode, result.stderr) == (0, "")
    assert "1 message, 1 ticket" in result.stdout
    shown = triaged("show", 1, "-c", own_copy).stdout
    assert CUSTOMER not in shown
    assert "(erased)" in shown
    stored = b"".join(path.read_bytes() for path in own_copy.parent.glob("triaged.db*"))
    assert CUSTOMER.encode() not in stored
    assert b"jonas@werk.example" in stored
    again = triaged("erase", CUSTOMER, "--yes", "-c", own_copy)
    assert (again.exit_code, again.stdout) == (0, f"nothing of {CUSTOMER} is here\n")
