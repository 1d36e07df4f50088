"""What is shipped works without the repository: the wheel holds all that the daemon needs."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built anew and laid out as in site-packages."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT, check=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder / "site")
    return folder / "site"


def run(unpacked: Path, cwd: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PYTHONPATH": str(unpacked), "COLUMNS": "100"}
    command = [sys.executable, "-P", "-c", "from daemon.cli import main; main()", *words]
    return subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True, timeout=60, check=False)


def test_the_modules_come_from_the_wheel(unpacked: Path, tmp_path: Path) -> None:
    code = "import daemon, store; print(daemon.__file__, store.__file__)"
    environ = {**os.environ, "PYTHONPATH": str(unpacked)}
    found = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=tmp_path, env=environ, capture_output=True, text=True, check=True
    )
    assert found.stdout.count(str(unpacked)) == 2


def test_the_demo_plays_to_its_end(unpacked: Path, tmp_path: Path) -> None:
    played = run(unpacked, tmp_path, "demo")
    assert played.returncode == 0, played.stderr
    assert "Traceback" not in played.stdout + played.stderr
    for phrase in (
        "Maria → triaged",
        "triaged → Maria",
        "Bo (developer on duty)",
        "Product (the pipeline)",
        "received",
    ):
        assert phrase in played.stdout.replace("Acme Support", "triaged")


def test_a_new_desk_is_written_and_found_in_order(unpacked: Path, tmp_path: Path) -> None:
    assert run(unpacked, tmp_path, "init", "desk").returncode == 0
    checked = run(unpacked, tmp_path / "desk", "check")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_no_page_of_the_project_names_this_machine() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    for name in tracked:
        text = (ROOT / name).read_bytes()
        assert str(ROOT.parent).encode() + b"/" not in text or name == "LICENSE", name
