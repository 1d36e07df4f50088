"""What is shipped works without the repository: the wheel holds all that runs, the sdist all that changing it takes."""

import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.installed import ROOT, Environment, build, install, unpack

STORIES = ("06-emergency", "10-mine", "15-reply", "17-bug", "24-in-german")
NOT_SHIPPED = (".gitignore",)
in_a_repository = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is no repository, but what was shipped")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    build(ROOT, folder, "wheel", "sdist")
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    return next(built.glob("*.whl"))


@pytest.fixture(scope="module")
def tree(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the sdist unpacks to."""
    return unpack(next(built.glob("*.tar.gz")), tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return install(wheel, tmp_path_factory.mktemp("clean"))


def tracked() -> list[str]:
    """Return the files of the repository, new ones too."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_modules_come_from_the_wheel(installed: Environment) -> None:
    found = installed.run("-c", "import daemon, store; print(daemon.__file__, store.__file__)")
    assert found.stdout.count(str(installed.python.parent.parent)) == 2, found.stderr
    assert str(ROOT) not in found.stdout


@in_a_repository
def test_the_wheel_holds_every_file_that_runs_and_nothing_else(wheel: Path) -> None:
    wanted = {name for name in tracked() if name.startswith(("daemon/", "store/", "templates/"))}
    assert {name for name in contents(wheel) if ".dist-info/" not in name} == wanted


@in_a_repository
def test_the_sdist_holds_the_whole_repository(tree: Path) -> None:
    missing = [name for name in tracked() if name not in NOT_SHIPPED and not (tree / name).is_file()]
    assert missing == []


def test_the_wheel_of_the_sdist_is_the_wheel_of_the_repository(tree: Path, wheel: Path, tmp_path: Path) -> None:
    build(tree, tmp_path, "wheel")
    assert contents(next(tmp_path.glob("*.whl"))) == contents(wheel)


def test_the_demo_plays_to_its_end(installed: Environment, tmp_path: Path) -> None:
    played = installed.triaged("demo", cwd=tmp_path)
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


def test_a_new_desk_is_written_and_found_in_order(installed: Environment, tmp_path: Path) -> None:
    assert installed.triaged("init", "desk", cwd=tmp_path).returncode == 0
    checked = installed.triaged("check", cwd=tmp_path / "desk")
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.slow
def test_stories_hold_on_the_installed_package(installed: Environment) -> None:
    """A few of them; `make package` plays all."""
    chosen = " or ".join(STORIES)
    played = installed.run(
        "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/journeys/test_journeys.py", "-k", chosen
    )
    assert f"{len(STORIES)} passed" in played.stdout, played.stdout + played.stderr


@in_a_repository
def test_no_page_of_the_project_names_this_machine() -> None:
    for name in tracked():
        text = (ROOT / name).read_bytes()
        assert str(ROOT.parent).encode() + b"/" not in text or name == "LICENSE", name
